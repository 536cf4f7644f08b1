"""Will this policy document let a stream pass? Asked of the compiled document."""
