"""Processes that run, that have ended, and that have a child in a session of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

from local_processes.process import Process

CHILD = "import time; time.sleep(120)"


def this_process() -> Process:
    return Process.of("test", os.getpid(), "http://127.0.0.1:1")


def ended_process() -> Process:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        return Process.of("child", child.pid)


def parent_of(mark: Path) -> list[str]:
    """Return a command whose child has a session of its own and its number in `mark`."""
    script = (
        "import pathlib, subprocess, sys; "
        f"started = subprocess.Popen([sys.executable, '-c', {CHILD!r}], start_new_session=True); "
        f"part = pathlib.Path({str(mark)!r} + '.part'); "
        "part.write_text(str(started.pid), encoding='utf-8'); "
        f"part.replace({str(mark)!r}); started.wait()"
    )
    return [sys.executable, "-c", script]


def child(mark: Path) -> psutil.Process:
    while not mark.exists():
        time.sleep(0.02)
    return psutil.Process(int(mark.read_text(encoding="utf-8")))
