"""Find processes, and end one together with what it has started."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psutil


def kill_family(pid: int) -> None:
    """Kill a process and its descendants, on every system; what is gone already is no fault."""
    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    for member in family:
        with contextlib.suppress(psutil.Error):
            member.kill()


def with_argument(argument: str) -> Iterator[int]:
    """Yield the number of each process of this user's that has the argument on its command line."""
    for process in psutil.process_iter(["cmdline"]):
        if argument in (process.info["cmdline"] or ()):
            yield process.pid
