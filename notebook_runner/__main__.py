"""`python -m notebook_runner`: run the notebooks in a terminal, or refresh their outputs.

run      execute a notebook and show what its cells print, as they print it; the executed copy
         goes to build/, the notebook itself stays as it is
refresh  execute all notebooks on the local target and keep their outputs in place
"""

# ruff: noqa: E402 - an interrupt of what follows should be quiet, too
from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Optional

INTERRUPTED = 130  # as a shell has it: 128 and the number of SIGINT
TOLD = "\ninterrupted: what ran on this machine is stopped\n"


def _quit(number: int, frame: Optional[FrameType]) -> None:
    os.write(2, TOLD.encode("ascii"))
    os._exit(INTERRUPTED)


if __name__ == "__main__":  # until main() takes over; nothing runs yet
    signal.signal(signal.SIGINT, _quit)

import argparse
import io
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from pathlib import Path
from typing import TextIO

from lab_utils.errors import LabError
from lab_utils.settings import PROJECT, Settings
from stream_probe import proxies

# What takes long to import is imported by the functions below: conftest.py needs little of it.

LESSON, PRODUCTION, CLEAN_UP = NOTEBOOKS = (  # in the order in which they are worked through
    "response-streaming.ipynb",
    "streaming-in-production.ipynb",
    "clean-up-resources.ipynb",
)
REMOVAL_TRIES = 50  # of a tenth of a second


@contextmanager
def local_defaults(state_dir: Path) -> Iterator[None]:
    """Give every setting its default, whatever `.env` says, and keep the state in `state_dir`."""
    before = dict(os.environ)
    os.environ.update({item.metadata["variable"]: "" for item in fields(Settings)})
    os.environ["LAB_STATE_DIR"] = str(state_dir)
    proxies.bypass(os.environ)  # here, or the outputs of a notebook would tell of it
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Give a folder of its own to the state of a lab, and remove it afterwards.

    On Windows a log in it may be held for a moment longer than its process lives, by a virus
    scanner for example; a folder that cannot be removed is left to the system.
    """
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    try:
        yield folder
    finally:
        for _ in range(REMOVAL_TRIES):
            with suppress(PermissionError):
                shutil.rmtree(folder)
                break
            time.sleep(0.1)
        shutil.rmtree(folder, ignore_errors=True)


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


def main() -> int:
    """Run what the command line names.

    Returns 1 where a cell failed or the lab refused, INTERRUPTED after Ctrl-C or a SIGTERM.
    """
    parser = argparse.ArgumentParser(
        prog="python -m notebook_runner",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("action", choices=("run", "refresh"))
    parser.add_argument("notebook", nargs="?", type=Path, default=PROJECT / NOTEBOOKS[0])
    options = parser.parse_args()
    if not options.notebook.is_file():
        parser.error(f"{options.notebook}: no such notebook")
    if isinstance(sys.stdout, io.TextIOWrapper):  # a Windows console may not know every letter
        sys.stdout.reconfigure(errors="replace")
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        return _act(options)
    except KeyboardInterrupt:
        sys.stderr.write(TOLD)
        return INTERRUPTED


def _act(options: argparse.Namespace) -> int:
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    try:
        if options.action == "run":
            copy = run(options.notebook, sys.stdout)
            sys.stdout.write(f"\nThe executed notebook is {copy}\n")
        else:
            refresh(sys.stdout)
    except CellExecutionError as error:
        sys.stderr.write(f"\na cell failed: {error.ename}: {error.evalue}\n")
        return 1
    except DeadKernelError:
        sys.stderr.write("\nthe kernel ended in the middle of a cell; run it again\n")
        return 1
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _stop(number: int, frame: Optional[FrameType]) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
