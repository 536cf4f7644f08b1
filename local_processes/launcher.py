"""The process between a kernel and the supervisor, so that the lab is no descendant of a kernel.

A kernel ends its descendants when it ends or restarts, ipykernel on Windows and VS Code
everywhere; other kernels may use the same lab. The launcher ends as soon as the lab is ready, and
leaves the supervisor without a parent.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from lab_utils.settings import PROJECT

KEY = "LAB_LOCAL_KEY"  # environment of the supervisor: the key to keep, never on a command line
READY = "ready"


def launch(arguments: Sequence[str]) -> int:
    """Start a supervisor, print what it says and return its exit code, 0 as soon as it is ready."""
    process = subprocess.Popen(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", "lab_utils.local", *arguments],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        **detached(),
    )
    assert process.stdout is not None  # noqa: S101 - we asked for a pipe
    for line in process.stdout:
        if line.strip() == READY:
            process.returncode = 0  # it runs on; nobody waits for it
            return 0
        sys.stdout.write(line)
    return process.wait()


def detached() -> dict[str, Any]:
    """Keep an interrupt of the kernel from reaching the process."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    else:  # noqa: RET505 - a type checker for Windows then sees only its own branch
        return {"start_new_session": True}
