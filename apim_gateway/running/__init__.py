"""One request on its way: its exchange, the steps that work on it, and what they share."""
