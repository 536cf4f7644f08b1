"""Real az commands in one process that stays warm: ten times faster than a process for each."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from azure_resources.az import Completed

from . import az_environment

PROGRAM = Path(__file__).parent / "bin" / "az_worker.py"


class Worker:
    """Be a runner for azure_resources.az.Az; close it when done."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [str(az_environment.python()), str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=dict(environment),
            encoding="utf-8",
        )

    def __call__(self, arguments: Sequence[str], seconds: float) -> Completed:
        """Return how the command ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(list(arguments)) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker ended with {self._process.wait()}")
        return Completed(*json.loads(line))

    def close(self) -> None:
        """End the process."""
        self._process.communicate()
