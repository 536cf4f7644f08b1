"""Who uses what runs from a folder: a file for each process, in `owners`, named after it."""

from __future__ import annotations

import contextlib
import math
from pathlib import Path

import psutil

from .errors import FolderError
from .process import Process, started


def join(folder: Path, pid: int) -> None:
    """Note that the process `pid` uses what runs there. Raises FolderError."""
    owners = folder / "owners"
    try:
        owners.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(psutil.Error):  # it has ended already
            (owners / f"{pid}-{started(pid)}").touch()
    except OSError as error:
        raise FolderError(folder, "cannot be written to", error) from None


def owned(folder: Path) -> bool:
    """Tell whether any process that joined still runs; forget those that ended."""
    found = False
    for path in folder.glob("owners/*"):
        pid, _, since = path.name.partition("-")
        if pid.isdigit() and Process("owner", int(pid), _number(since)).find() is not None:
            found = True
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    return found


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
