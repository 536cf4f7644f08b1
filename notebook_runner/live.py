"""Execute a notebook and show what its cells print the moment they print it."""

from __future__ import annotations

import asyncio
import atexit
import re
import signal
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Optional, TextIO

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

from lab_utils.errors import ConfigError
from lab_utils.settings import PROJECT
from local_processes.family import kill_family

CELL_SECONDS = 3600  # an Azure deployment is one cell
CANCEL_SECONDS = 0.2  # until a cancellation that was lost is tried again
LOG_BYTES = 4000  # of a kernel that died
_ANCHOR = re.compile(r'^<a id="[^"]*"></a>\n', re.MULTILINE)  # no terminal follows a link
SIGNALS = (signal.SIGINT, signal.SIGTERM)


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
        self._interrupted = False
        self._cleaning = False

    def run(self) -> None:
        """Execute the notebook.

        Raises CellExecutionError where a cell fails, DeadKernelError where the kernel ends, and
        KeyboardInterrupt for an interrupt or a SIGTERM, when the kernel is gone.
        """
        # zmq warns of Windows' usual event loop, which has no add_reader.
        loop = self._loop = ensure_event_loop(prefer_selector_loop=True)
        before = {number: signal.getsignal(number) for number in SIGNALS}
        with tempfile.TemporaryFile() as log:  # of the kernel itself, not of its cells
            self._task = loop.create_task(self.async_execute(stderr=log))
            try:
                self._finish()
            except DeadKernelError:
                log.seek(0)
                self._show(log.read()[-LOG_BYTES:].decode("utf-8", "replace"))
                raise
            finally:
                if _takes_signals() and not self._interrupted:
                    for number, handler in before.items():  # nbclient leaves Python's own
                        signal.signal(number, handler)

    def _finish(self) -> None:
        try:
            self._loop.run_until_complete(self._task)
        except KeyboardInterrupt:  # where a loop knows no signals
            self._interrupt()
            with suppress(asyncio.CancelledError, DeadKernelError):
                self._loop.run_until_complete(self._task)
        except (asyncio.CancelledError, DeadKernelError):  # nbclient makes the one of the other
            if not self._interrupted:
                raise
        if self._interrupted:
            if self.km is not None:  # the kernel was just starting
                self._loop.run_until_complete(self._async_cleanup_kernel())
            atexit.unregister(self._cleanup_kernel)
            raise KeyboardInterrupt

    def create_kernel_manager(self) -> Any:
        """Encrypt the way to the kernel where Jupyter can, or a new ipykernel warns about it."""
        manager: Any = super().create_kernel_manager()
        if manager.has_trait("transport_encryption"):
            manager.transport_encryption = "auto"
        return manager

    async def async_start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel, with an interrupt that ends the run in order.

        nbclient's own, which it has just set, takes the kernel away under the running cell.
        """
        loop = asyncio.get_running_loop()
        with suppress(RuntimeError):  # NotImplementedError on Windows; not in the main thread
            for number in SIGNALS:
                loop.add_signal_handler(number, self._interrupt)
        await super().async_start_new_kernel(**kwargs)

    def _interrupt(self) -> None:
        """Let the running cell go, and let no second interrupt break off the cleaning up."""
        self._interrupted = True
        for number in SIGNALS:
            with suppress(NotImplementedError):
                self._loop.remove_signal_handler(number)
            if _takes_signals():
                signal.signal(number, signal.SIG_IGN)
        self._cancel()

    def _cancel(self) -> None:
        """Cancel until it holds: asyncio loses one that comes while a reply does (Python 3.11)."""
        if not self._cleaning and not self._task.done():
            self._task.cancel()
            self._loop.call_later(CANCEL_SECONDS, self._cancel)

    async def _async_cleanup_kernel(self) -> None:
        """End the kernel; where its cells have ended, with what they started, and at once.

        By itself it would free piece by piece what it has loaded, which takes half a second.
        """
        self._cleaning = True
        manager: Any = self.km
        if not self._interrupted and manager is not None and manager.has_kernel:
            kill_family(manager.provisioner.pid)
        await super()._async_cleanup_kernel()

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
            self._show(f"\n{_ANCHOR.sub('', cell.source)}\n")
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


def _takes_signals() -> bool:
    return threading.current_thread() is threading.main_thread()


def execute(path: Path, terminal: TextIO) -> Any:
    """Return the notebook at `path`, executed.

    Raises ConfigError for a file that is no notebook, CellExecutionError where a cell fails and
    KeyboardInterrupt.
    """
    try:
        notebook = nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError):
        raise ConfigError(f"{path} is no notebook: name an .ipynb file") from None
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    LiveClient(notebook, terminal).run()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook
