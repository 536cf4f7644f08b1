"""The process between a user of servers and their supervisor, so that these are no descendants.

A Jupyter kernel ends its descendants when it ends or restarts, ipykernel on Windows and VS Code
everywhere; other kernels may use the same servers. The launcher ends as soon as they are ready, and
leaves the supervisor without a parent.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import waiting
from .family import kill_family

READY = "ready"
END_SECONDS = 5.0  # for a killed launcher to be gone


def run(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str], seconds: float
) -> tuple[int, str]:
    """Run a launcher as a process; return its exit code and what it printed.

    Where that is interrupted, or takes too long, nothing that it has started stays behind.
    Raises subprocess.TimeoutExpired.
    """
    process = _piped(command, cwd, environment)
    try:
        told, _ = waiting.output(process, seconds)
    except BaseException:
        kill_family(process.pid)
        with contextlib.suppress(subprocess.TimeoutExpired):  # nobody is left who could hold it
            process.communicate(timeout=END_SECONDS)
        raise
    return process.returncode, told


def launch(module: str, arguments: Sequence[str], cwd: Path) -> int:
    """Start a supervisor, print what it says and return its exit code, 0 as soon as it is ready.

    The supervisor is `python -m MODULE ARGUMENTS`, and calls `ready`.
    """
    process = _piped([sys.executable, "-m", module, *arguments], cwd, {})
    assert process.stdout is not None  # noqa: S101 - we asked for a pipe
    for line in process.stdout:
        if line.strip() == READY:
            process.returncode = 0  # it runs on; nobody waits for it
            return 0
        sys.stdout.write(line)
    return process.wait()


def ready(log: Path) -> None:
    """Tell the launcher, which ends now, and leave its pipe for a file."""
    with contextlib.suppress(OSError):  # whoever waited was interrupted
        sys.stdout.write(f"{READY}\n")
        sys.stdout.flush()
    try:
        handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        handle = os.open(os.devnull, os.O_WRONLY)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)


def _piped(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - a command of the caller's, no shell
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        **_detached(),
    )


def _detached() -> dict[str, Any]:
    """Keep an interrupt of the kernel from reaching the process."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    else:  # noqa: RET505 - a type checker for Windows then sees only its own branch
        return {"start_new_session": True}
