"""Child processes, waits and servers on this machine, on every system."""
