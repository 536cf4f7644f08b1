"""Real az commands in one process that stays warm: ten times faster than a process for each."""

from __future__ import annotations

import json
import os
import socketserver
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

import pytest

from azure_resources.az import Completed

from . import az_environment
from .front import POLL

PROGRAM = Path(__file__).parent / "bin" / "az_worker.py"
STAND_IN = Path(__file__).parent / "bin" / "warm"  # holds what hands its arguments on to a worker


class Worker:
    """Be a runner for azure_resources.az.Az; close it when done.

    `commands` remembers what programs asked that found it on PATH.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.commands: list[list[str]] = []
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [str(az_environment.python()), str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(environment),
            encoding="utf-8",
        )
        self._server = _server(self._asked)

    def __call__(self, arguments: Sequence[str], seconds: float) -> Completed:
        """Return how the command ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(list(arguments)) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker ended with {self._process.wait()}")
        return Completed(*json.loads(line))

    @contextmanager
    def on_path(self) -> Iterator[None]:
        """Let whoever starts az from PATH get this one until the block ends."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WARM_AZ", str(self._server.server_address[1]))
            patch.setenv("PATH", os.pathsep.join([str(STAND_IN), os.environ["PATH"]]))
            yield

    def close(self) -> None:
        """End the process."""
        self._server.shutdown()
        self._server.server_close()
        self._process.communicate()

    def _asked(self, arguments: list[str]) -> Completed:
        self.commands.append(arguments)
        return self(arguments, 0)


def _server(asked: Callable[[list[str]], Completed]) -> socketserver.TCPServer:
    """Answer the stand-in for az on a port of 127.0.0.1."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            done = asked(json.loads(self.rfile.readline()))
            answer = json.dumps([done.code, done.stdout, done.stderr])
            self.wfile.write(answer.encode() + b"\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True).start()
    return server
