"""`python -m notebook_runner`: run the notebooks in a terminal, or refresh their outputs.

run      execute a notebook and show what its cells print, as they print it; the executed copy
         goes to build/, the notebook itself stays as it is
refresh  execute all notebooks on the local target and keep their outputs in place
"""

# ruff: noqa: E402 - an interrupt of what follows should be quiet, too
from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Optional

INTERRUPTED = 130  # as a shell has it: 128 and the number of SIGINT
TOLD = "\ninterrupted: what ran on this machine is stopped\n"


def _quit(number: int, frame: Optional[FrameType]) -> None:
    os.write(2, TOLD.encode("ascii"))
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _quit)  # until main() takes over; nothing runs yet
    # nbformat imports jsonschema, and that, where JupyterLab has brought it, a grammar of IRIs,
    # which takes a second. No notebook's schema has any.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import argparse
import io
from pathlib import Path

from lab_utils.errors import LabError
from lab_utils.settings import PROJECT

from .running import LESSON, refresh, run


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
    parser.add_argument("notebook", nargs="?", type=Path, default=PROJECT / LESSON)
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
