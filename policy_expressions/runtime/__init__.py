""".NET values in Python, and what can be done with them: texts, numbers, dates, patterns."""
