"""Execute the lab's notebooks in a terminal, and show what they print as they print it."""
