"""`python -m lab_utils.notebook`: run the notebooks in a terminal, or refresh their outputs.

run      execute a notebook and show what its cells print, as they print it; the executed copy
         goes to build/, the notebook itself stays as it is
refresh  execute all notebooks on the local target and keep their outputs in place
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from types import FrameType
from typing import Any, Optional, TextIO

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from . import proxies
from .errors import LabError
from .lab import Lab
from .settings import PROJECT, Settings

LESSON, PRODUCTION, CLEAN_UP = NOTEBOOKS = (  # in the order in which they are worked through
    "response-streaming.ipynb",
    "streaming-in-production.ipynb",
    "clean-up-resources.ipynb",
)
CELL_SECONDS = 3600  # an Azure deployment is one cell


class LiveClient(NotebookClient):
    """Execute a notebook and write each output to a terminal the moment it arrives."""

    def __init__(self, notebook: Any, terminal: TextIO) -> None:
        super().__init__(
            notebook,
            timeout=CELL_SECONDS,
            kernel_name="python3",
            resources={"metadata": {"path": str(PROJECT)}},
            coalesce_streams=True,
            record_timing=False,
        )
        self._terminal = terminal

    def create_kernel_manager(self) -> Any:
        """Encrypt the way to the kernel where Jupyter can, or a new ipykernel warns about it."""
        manager: Any = super().create_kernel_manager()
        if manager.has_trait("transport_encryption"):
            manager.transport_encryption = "auto"
        return manager

    async def async_execute_cell(
        self,
        cell: Any,
        cell_index: int,
        execution_count: Optional[int] = None,
        store_history: bool = True,
    ) -> Any:
        """Show the cell, then run it."""
        if cell.cell_type == "code":
            self._show("".join(f"\n    {line}" for line in cell.source.splitlines()) + "\n\n")
        else:
            self._show(f"\n{cell.source}\n")
        return await super().async_execute_cell(cell, cell_index, execution_count, store_history)

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Show what a message of the kernel carries, then store it as usual."""
        content = msg["content"]
        if msg["msg_type"] == "stream":
            self._show(content["text"])
        elif msg["msg_type"] in ("execute_result", "display_data"):
            self._show(content["data"].get("text/plain", "") + "\n")
        elif msg["msg_type"] == "error":
            self._show("\n".join(content["traceback"]) + "\n")
        return super().process_message(msg, cell, cell_index)

    def _show(self, text: str) -> None:
        self._terminal.write(text)
        self._terminal.flush()


def execute(path: Path, terminal: TextIO) -> Any:
    """Return the notebook at `path`, executed. Raises CellExecutionError where a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    LiveClient(notebook, terminal).execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


@contextmanager
def local_defaults(state_dir: Path) -> Iterator[None]:
    """Give every setting its default, whatever `.env` says, and keep the state in `state_dir`."""
    before = dict(os.environ)
    os.environ.update({item.metadata["variable"]: "" for item in fields(Settings)})
    os.environ["LAB_STATE_DIR"] = str(state_dir)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(path: Path, terminal: TextIO, build: Path = PROJECT / "build") -> None:
    """Execute one notebook live, write it to `build` and stop what it started on this machine."""
    build.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("LAB_STATE_DIR", str(build / "lab"))
    lab = Lab.from_env()
    bypassed = proxies.bypass(os.environ) if lab.settings.target == "local" else ""
    if bypassed:
        terminal.write(f"{bypassed}\n")
    try:
        nbformat.write(execute(path, terminal), build / path.name)
    finally:
        if lab.settings.target == "local":
            lab.remove()


def refresh(terminal: TextIO) -> None:
    """Execute all notebooks in one fresh local lab and write them with their outputs."""
    with tempfile.TemporaryDirectory() as folder, local_defaults(Path(folder)):
        try:
            for name in NOTEBOOKS:
                nbformat.write(execute(PROJECT / name, terminal), PROJECT / name)
        finally:
            Lab.from_env().remove()


def main() -> int:
    """Run what the command line names; 1 where a cell failed."""
    parser = argparse.ArgumentParser(
        prog="python -m lab_utils.notebook",
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
    signal.signal(signal.SIGTERM, _terminate)  # so that the servers are stopped then, too
    try:
        if options.action == "run":
            run(options.notebook, sys.stdout)
        else:
            refresh(sys.stdout)
    except CellExecutionError as error:
        sys.stderr.write(f"\na cell failed: {error.ename}: {error.evalue}\n")
        return 1
    except LabError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _terminate(number: int, frame: Optional[FrameType]) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
