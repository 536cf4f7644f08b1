"""One server: a child process that says when it is ready and ends with us."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Optional

from .errors import FolderError, LocalError

READY_SECONDS = 30.0


class Server:
    """Run `python -m MODULE ARGUMENTS` until `stop`, or until this process ends in any way.

    The child stops when its standard input closes, which the system does for us even when we are
    killed: `--stop-with-stdin`, which its arguments end with, asks for that. Its first line of
    output is JSON with its address as `url`; each later line is one request. `cwd` is where the
    module is found. Raises FolderError where the log cannot be opened.
    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        log: Path,
        *,
        cwd: Path,
        on_request: Callable[[], None] = lambda: None,
        env: Optional[Mapping[str, str]] = None,
    ) -> None:
        self.name = name
        self.url = ""  # once it is ready
        self._path = log
        self._ready: queue.Queue[str] = queue.Queue(maxsize=1)
        self._on_request = on_request
        try:
            self._log = log.open("ab", buffering=0)
        except OSError as error:
            raise FolderError(log, "has no log", error, f"{name} did not start: ") from None
        self._process = subprocess.Popen(  # noqa: S603 - a module of the caller's, no shell
            [sys.executable, "-m", module, *arguments, "--stop-with-stdin"],
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )
        self.pid = self._process.pid
        threading.Thread(target=self._copy, name=f"log of {name}", daemon=True).start()

    def wait_ready(self) -> str:
        """Return the server's address. Raises LocalError with the end of its log."""
        try:
            line = self._ready.get(timeout=READY_SECONDS)
        except queue.Empty:
            line = ""
        try:
            self.url = str(json.loads(line)["url"])
            return self.url
        except (ValueError, KeyError) as error:
            self.stop()
            tail = self._path.read_text(encoding="utf-8", errors="replace")[-2000:].strip()
            raise LocalError(
                f"{self.name} did not start; the end of {self._path}:\n{tail or '(empty)'}"
            ) from error

    @property
    def running(self) -> bool:
        """Tell whether the process still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Stop the server: ask by closing its input, insist after five seconds."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _copy(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - we asked for a pipe
        first = True
        with self._process.stdout as lines, self._log as log:
            for line in lines:
                # A line that a full disk does not take is lost; the server must go on.
                with contextlib.suppress(OSError):
                    log.write(line)
                if first:
                    self._ready.put(line.decode("utf-8", errors="replace"))
                    first = False
                else:
                    self._on_request()
        if first:
            self._ready.put("")
