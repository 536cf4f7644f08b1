"""Child processes, waits and servers on this machine, alike on Linux, macOS and Windows.

waiting      waits that Stop and Ctrl-C end within a second
family       ends a process together with what it has started
process      one process, known for good
server       a server that says when it is ready and ends with whoever started it
supervisor   keeps servers running while somebody uses them
launcher     starts a supervisor as nobody's descendant
state        what it leaves on disk, so that any process finds the servers
owners       who uses them
"""
