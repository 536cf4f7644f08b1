"""Keeps servers running while somebody uses them, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Optional

from . import owners, state
from .errors import LocalError
from .process import Process
from .server import Server
from .state import State

LOOK_SECONDS = 0.1  # between two looks at whether the servers are needed still

# Given `serve` of a supervisor, returns the servers, each of them ready, and details for the state.
Start = Callable[["Supervisor"], tuple[Sequence[Server], Mapping[str, str]]]


class Supervisor:
    """Run servers, write their state to `folder`, and stop when nobody needs them.

    They are needed as long as a process that joined the folder runs, and then until no request has
    come for `idle_seconds`. They are not when one has ended or the state is gone. `start` starts
    them, with `serve`; their modules are found in `cwd`.
    """

    def __init__(self, folder: Path, idle_seconds: float, start: Start, cwd: Path) -> None:
        self._folder = folder
        self._idle_seconds = idle_seconds
        self._start = start
        self._cwd = cwd
        self._started: list[Server] = []
        self._used = time.monotonic()
        self._stop = threading.Event()

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until asked to stop or not needed any more; call `ready` when all servers are.

        Raises LocalError if a server fails and FileExistsError if another supervisor was quicker.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_signal)
        running = None
        try:
            servers, details = self._start(self)
            starting = State(
                Process.of("supervisor", os.getpid()),
                tuple(Process.of(server.name, server.pid, server.url) for server in servers),
                details,
            )
            starting.write(self._folder)
            running = starting
            ready()
            while not self._stop.wait(LOOK_SECONDS) and self._needed(running, servers):
                pass
        finally:
            if running is not None:
                with contextlib.suppress(LocalError):  # the next start clears it
                    state.forget(self._folder, running.id)
            for server in reversed(self._started):
                server.stop()

    def serve(
        self, name: str, module: str, *arguments: str, env: Optional[Mapping[str, str]] = None
    ) -> Server:
        """Start a server, with a log in the folder; it may not be ready yet. Raises FolderError."""
        log = self._folder / f"{name.replace(' ', '-')}.log"
        server = Server(name, module, arguments, log, cwd=self._cwd, on_request=self._use, env=env)
        self._started.append(server)
        return server

    def _use(self) -> None:
        self._used = time.monotonic()

    def _needed(self, running: State, servers: Sequence[Server]) -> bool:
        if owners.owned(self._folder):
            self._use()
        return (
            all(server.running for server in servers)
            and state.holds(self._folder, running.id)
            and time.monotonic() - self._used < self._idle_seconds
        )

    def _stop_signal(self, number: int, frame: Optional[FrameType]) -> None:
        self._stop.set()
