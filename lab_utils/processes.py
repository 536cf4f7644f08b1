"""End a process together with what it has started."""

from __future__ import annotations

import contextlib

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
