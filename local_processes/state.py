"""What a running local lab leaves on disk, so that any kernel finds it.

`state.json` names the lab's processes and holds the gateway's key. It appears whole or not at
all, the first lab to write one wins, and a supervisor whose state is gone stops by itself: to
stop a lab is to forget its state.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import secrets
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Optional, TypeVar

import psutil

from lab_utils.errors import DeployError

T = TypeVar("T")
# Seconds by which two readings of when a process started may differ; see `_started`.
_SLACK = 0.0 if sys.platform == "linux" else 2.0


@dataclass(frozen=True)
class Process:
    """Name one process for good: a number alone is given out again after a while."""

    name: str
    pid: int
    started: float  # see `_started`
    url: str = ""

    @classmethod
    def of(cls, name: str, pid: int, url: str = "") -> Process:
        """Describe a running process. Raises psutil.Error where it has ended."""
        return cls(name, pid, _started(pid), url)

    def find(self) -> Optional[psutil.Process]:
        """Return the process, or None when it has ended."""
        try:
            process = psutil.Process(self.pid)
            same = abs(_started(self.pid) - self.started) <= _SLACK
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.Error:  # ended, or the number is now that of another user's process
            return None


@dataclass(frozen=True)
class State:
    """Describe a running lab: its supervisor, its servers, and the key of the gateway."""

    supervisor: Process
    servers: tuple[Process, ...]  # the gateway first
    api_key: str = field(repr=False)
    model: str = ""  # name of the model deployment that the mocks have
    bearer_key: bool = False  # the gateway takes the key as Authorization: Bearer, too
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def write(self, folder: Path) -> None:
        """Write the state, for this user's eyes only.

        Raises FileExistsError if there is one and DeployError where the folder takes none.
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
            raise DeployError(told(_file(folder), "cannot be written", error)) from None
        finally:
            with contextlib.suppress(OSError):
                draft.unlink()

    @classmethod
    def read(cls, folder: Path) -> Optional[State]:
        """Read the state, None where there is none. Raises DeployError for a damaged file."""
        try:
            data = json.loads(retried(lambda: _file(folder).read_text(encoding="utf-8")))
            servers = tuple(_process(each) for each in data["servers"])
            key, model, name = (_matching(data[k], r"[!-~]*") for k in ("api_key", "model", "id"))
            bearer = data.get("bearer_key", False)
            if not (servers and key and name and isinstance(bearer, bool)):
                raise ValueError
            return cls(_process(data["supervisor"]), servers, key, model, bearer, name)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise DeployError(told(_file(folder), "cannot be read", error)) from None
        except (ValueError, TypeError, KeyError, RecursionError):
            raise DeployError(f"{_file(folder)} is damaged; remove it and deploy again") from None


def forget(folder: Path, id: str = "") -> None:  # noqa: A002 - what State calls it
    """Remove the state: whichever there is, or only the one with this `id`.

    Raises DeployError where it cannot be removed.
    """
    if id and not holds(folder, id):
        return
    try:
        retried(lambda: _file(folder).unlink(missing_ok=True))
    except NotADirectoryError:
        pass
    except OSError as error:
        what = "is a folder" if _file(folder).is_dir() else "cannot be removed"
        raise DeployError(told(_file(folder), what, error)) from None


def holds(folder: Path, id: str) -> bool:  # noqa: A002
    """Tell whether the state is there and is still the one with this `id`."""
    try:
        found = State.read(folder)
    except DeployError:
        return False
    return found is not None and found.id == id


def join(folder: Path, pid: int) -> None:
    """Note that the process `pid` uses the lab. Raises DeployError."""
    owners = folder / "owners"
    try:
        owners.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(psutil.Error):  # it has ended already
            (owners / f"{pid}-{_started(pid)}").touch()
    except OSError as error:
        raise DeployError(told(folder, "cannot be written to", error)) from None


def owned(folder: Path) -> bool:
    """Tell whether any process that joined still runs; forget those that ended."""
    found = False
    for path in folder.glob("owners/*"):
        pid, _, started = path.name.partition("-")
        if pid.isdigit() and _is(Process("owner", int(pid), _number(started))):
            found = True
        else:
            with contextlib.suppress(OSError):
                path.unlink()
    return found


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


def told(path: Path, what: str, error: OSError) -> str:
    """Say what is wrong with a path, and what to do."""
    remedy = "remove it and deploy again" if what == "is a folder" else "see to that"
    return f"{path} {what} ({error.strerror}): {remedy}, or set LAB_STATE_DIR to another folder"


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


def _started(pid: int) -> float:
    """Return when a process started, in a time that no step of the clock moves.

    On Linux these are seconds since the machine started: what psutil gives there is counted from
    the clock's present time. Elsewhere the system notes seconds since the epoch, once.
    """
    if sys.platform == "linux":
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            raise psutil.NoSuchProcess(pid) from None
        return int(text.rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    else:  # noqa: RET505 - a type checker for another system then sees only its own branch
        return psutil.Process(pid).create_time()


def _is(process: Process) -> bool:
    return process.find() is not None


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


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
