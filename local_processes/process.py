"""One process of this machine, known for good."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import psutil

# Seconds by which two readings of when a process started may differ; see `started`.
_SLACK = 0.0 if sys.platform == "linux" else 2.0


@dataclass(frozen=True)
class Process:
    """Name one process for good: a number alone is given out again after a while."""

    name: str
    pid: int
    started: float  # see `started`
    url: str = ""

    @classmethod
    def of(cls, name: str, pid: int, url: str = "") -> Process:
        """Describe a running process. Raises psutil.Error where it has ended."""
        return cls(name, pid, started(pid), url)

    def find(self) -> Optional[psutil.Process]:
        """Return the process, or None when it has ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(started(self.pid) - self.started) <= _SLACK
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:  # ended, or the number is now that of another user's process
            return None


def started(pid: int) -> float:
    """Return when a process started, in a time that no step of the clock moves.

    On Linux these are seconds since the machine started: what psutil gives there is counted from
    the clock's present time. Elsewhere the system notes seconds since the epoch, once. Raises
    psutil.Error where it has ended.
    """
    if sys.platform == "linux":
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            raise psutil.NoSuchProcess(pid) from None
        return int(text.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    else:  # noqa: RET505 - a type checker for another system then sees only its own branch
        return psutil.Process(pid).create_time()
