"""What running servers leave on disk, so that any process finds them.

`state.json` in their folder names the processes and keeps what who finds them needs to know. It
appears whole or not at all, the first to write one wins, and a supervisor whose state is gone stops
by itself: to stop servers is to forget their state.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Optional, TypeVar

import psutil

from .errors import DamagedError, FolderError, InTheWayError, LocalError
from .process import Process

T = TypeVar("T")


@dataclass(frozen=True)
class State:
    """Describe what runs: the supervisor, its servers, and details of who started them.

    The details are printable ASCII, by name; a key may be among them, so the repr has none.
    """

    supervisor: Process
    servers: tuple[Process, ...]
    details: Mapping[str, str] = field(repr=False)
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def write(self, folder: Path) -> None:
        """Write the state, for this user's eyes only.

        Raises FileExistsError if there is one and FolderError where the folder takes none.
        """
        draft = folder / f"state-{self.id}.tmp"
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(self), file, indent=1)
            retried(lambda: _publish(draft, _file(folder)))
        except FileExistsError:
            raise
        except OSError as error:
            raise FolderError(_file(folder), "cannot be written", error) from None
        finally:
            with contextlib.suppress(OSError):
                draft.unlink()

    @classmethod
    def read(cls, folder: Path) -> Optional[State]:
        """Read the state, None where there is none.

        Raises DamagedError for a file that is none, FolderError where it cannot be read.
        """
        try:
            data = json.loads(retried(lambda: _file(folder).read_text(encoding="utf-8")))
            servers = tuple(_process(each) for each in data["servers"])
            details = {name: _matching(text, r"[ -~]*") for name, text in data["details"].items()}
            own = _matching(data["id"], r"[!-~]+")
            if not servers:
                raise ValueError
            return cls(_process(data["supervisor"]), servers, details, own)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise FolderError(_file(folder), "cannot be read", error) from None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise DamagedError(f"{_file(folder)} is damaged") from None


def forget(folder: Path, id: str = "") -> None:  # noqa: A002 - what State calls it
    """Remove the state: whichever there is, or only the one with this `id`.

    Raises FolderError where it cannot be removed.
    """
    if id and not holds(folder, id):
        return
    try:
        retried(lambda: _file(folder).unlink(missing_ok=True))
    except NotADirectoryError:
        pass
    except OSError as error:
        if _file(folder).is_dir():
            raise InTheWayError(_file(folder), "is a folder", error) from None
        raise FolderError(_file(folder), "cannot be removed", error) from None


def holds(folder: Path, id: str) -> bool:  # noqa: A002
    """Tell whether the state is there and is still the one with this `id`."""
    try:
        found = State.read(folder)
    except LocalError:
        return False
    return found is not None and found.id == id


def stop(folder: Path, running: State, seconds: float, answers: Callable[[], bool]) -> None:
    """Forget what runs, which stops it, and kill what is left of it after so many seconds.

    `answers` tells whether it can still be reached, whatever the processes' numbers say. Raises
    FolderError where the state cannot be removed.
    """
    forget(folder, running.id)
    processes = (running.supervisor, *running.servers)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and (any(map(Process.find, processes)) or answers()):
        time.sleep(0.05)
    for left in filter(None, map(Process.find, processes)):
        with contextlib.suppress(psutil.Error):
            left.kill()


def retried(action: Callable[[], T], times: int = 10, pause: float = 0.1) -> T:
    """Return what `action` gives, trying for a second where it is refused.

    Windows refuses to replace, remove and even open a file that another program has open, a virus
    scanner or an indexer, which takes a moment.
    """
    for left in reversed(range(times)):
        try:
            return action()
        except PermissionError:
            if not left:
                raise
            time.sleep(pause)
    raise AssertionError("unreachable")


def _file(folder: Path) -> Path:
    return folder / "state.json"


def _publish(draft: Path, file: Path) -> None:
    """Give the draft its name, in one step, unless the name is taken. Raises FileExistsError."""
    try:
        os.link(draft, file)
    except FileExistsError:
        raise
    except OSError:  # some file systems have no links
        if file.exists():
            raise FileExistsError(str(file)) from None
        os.rename(draft, file)  # noqa: PTH104 - Path.rename says the same


def _process(data: Any) -> Process:
    pid, started = data["pid"], data["started"]
    if type(pid) is not int or not 0 < pid < 2**31 or not math.isfinite(started):
        raise ValueError
    url = _matching(data["url"], r"(http://127\.0\.0\.1:[0-9]{1,5})?")
    return Process(_matching(data["name"], r"[ -~]*"), pid, float(started), url)


def _matching(value: Any, pattern: str) -> str:
    if not re.fullmatch(pattern, value):
        raise ValueError
    return str(value)
