"""The lab's notebooks, run one at a time or all together, with what they start on this machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from lab_utils.settings import PROJECT
from stream_probe import proxies

from .defaults import local_defaults, temporary_folder

# What takes long to import is imported by the functions below: conftest.py needs the names alone.

LESSON, PRODUCTION, CLEAN_UP = NOTEBOOKS = (  # in the order in which they are worked through
    "response-streaming.ipynb",
    "streaming-in-production.ipynb",
    "clean-up-resources.ipynb",
)


@contextmanager
def _to_the_end() -> Iterator[None]:
    """Let no interrupt break off what takes the servers away."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before):
            signal.signal(number, handler)


def run(path: Path, terminal: TextIO, build: Path = PROJECT / "build") -> Path:
    """Execute one notebook live and stop what it started on this machine; return the copy's path.

    Raises ConfigError, CellExecutionError where a cell fails, KeyboardInterrupt.
    """
    from lab_utils.lab import Lab

    from . import copied
    from .live import execute

    build.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("LAB_STATE_DIR", str(build / "lab"))
    lab = Lab.from_env()
    bypassed = proxies.bypass(os.environ) if lab.settings.target == "local" else ""
    if bypassed:
        terminal.write(f"{bypassed}\n")
    try:
        copied.put(execute(path, terminal), build / path.name)
    finally:
        if lab.settings.target == "local":
            with _to_the_end():
                lab.remove()
    return build / path.name


def refresh(terminal: TextIO) -> None:
    """Execute all notebooks in one fresh local lab and write them with their outputs."""
    import nbformat

    from lab_utils.lab import Lab

    from .live import execute

    with temporary_folder() as folder, local_defaults(folder):
        try:
            for name in NOTEBOOKS:
                nbformat.write(execute(PROJECT / name, terminal), PROJECT / name)
        finally:
            with _to_the_end():
                Lab.from_env().remove()
