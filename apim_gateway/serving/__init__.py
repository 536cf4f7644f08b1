"""The gateway over HTTP: the process, its server and its management calls."""
