"""What a running local lab leaves on disk, so that any kernel finds it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Optional

import psutil

from ..errors import DeployError


@dataclass(frozen=True)
class Process:
    """Name one process for good: a number alone is given out again after a while."""

    name: str
    pid: int
    started: float  # seconds since the epoch
    url: str = ""

    @classmethod
    def of(cls, name: str, pid: int, url: str = "") -> Process:
        """Describe a running process."""
        return cls(name, pid, psutil.Process(pid).create_time(), url)

    def find(self) -> Optional[psutil.Process]:
        """Return the process, or None when it has ended."""
        try:
            process = psutil.Process(self.pid)
            # The clock behind create_time may shift by parts of a second on some systems.
            if abs(process.create_time() - self.started) > 2 or not process.is_running():
                return None
            return None if process.status() == psutil.STATUS_ZOMBIE else process
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True)
class State:
    """Describe a running lab: its supervisor, its servers, and the key of the gateway."""

    supervisor: Process
    servers: tuple[Process, ...]  # the gateway first
    api_key: str

    @property
    def alive(self) -> bool:
        """Tell whether every process still runs."""
        return all(process.find() for process in (self.supervisor, *self.servers))

    def write(self, folder: Path) -> None:
        """Write the state for this user's eyes only. Raises FileExistsError if there is one."""
        text = json.dumps(asdict(self), indent=1)
        handle = os.open(_file(folder), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)

    @classmethod
    def read(cls, folder: Path) -> Optional[State]:
        """Read the state, None where there is none. Raises DeployError for a damaged file."""
        try:
            data = json.loads(_file(folder).read_text(encoding="utf-8"))
            servers = tuple(Process(**server) for server in data["servers"])
            return cls(Process(**data["supervisor"]), servers, data["api_key"])
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError) as error:
            raise DeployError(
                f"{_file(folder)} is damaged ({error!r}); remove it and deploy again"
            ) from error


def forget(folder: Path) -> None:
    """Remove the state, if there is one."""
    _file(folder).unlink(missing_ok=True)


def _file(folder: Path) -> Path:
    return folder / "state.json"


def join(folder: Path, pid: int) -> None:
    """Note that the process `pid` uses the lab."""
    owners = folder / "owners"
    owners.mkdir(exist_ok=True)
    (owners / str(pid)).touch()


def owned(folder: Path) -> bool:
    """Tell whether any process that joined still runs; forget those that ended."""
    owners = [path for path in folder.glob("owners/*") if path.name.isdigit()]
    for path in owners:
        if not psutil.pid_exists(int(path.name)):
            path.unlink(missing_ok=True)
    return any(path.exists() for path in owners)
