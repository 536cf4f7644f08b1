"""The measurements, one command: python -m bench."""
