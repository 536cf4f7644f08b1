"""One notebook in a terminal: outputs at once, and an interrupt that leaves no kernel."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from lab_utils.settings import PROJECT
from local_processes.process import Process
from notebook_runner.live import execute
from tests.notebook_runner.notebooks import Terminal, notebook_of


def test_each_flushed_print_reaches_the_terminal_by_itself(tmp_path: Path) -> None:
    path = notebook_of(tmp_path, "for i in range(3):\n    print(i, end=' ', flush=True)", "6 * 7")
    terminal = Terminal()
    executed = execute(path, terminal)
    assert [text for text in terminal.writes if text in ("0 ", "1 ", "2 ")] == ["0 ", "1 ", "2 "]
    assert terminal.writes[-1] == "42\n"
    assert "# Title" in terminal.getvalue()
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2]
    assert [output.text for output in code[0].outputs] == ["0 1 2 "]


def test_anchors_of_links_are_left_out_in_a_terminal(tmp_path: Path) -> None:
    path = notebook_of(tmp_path, "1 + 1")
    book = nbformat.read(path, as_version=4)
    book.cells[0].source = '<a id="see"></a>\n## 1 See it'
    nbformat.write(book, path)
    terminal = Terminal()
    executed = execute(path, terminal)
    assert "\n## 1 See it\n" in terminal.getvalue()
    assert "<a" not in terminal.getvalue()
    assert executed.cells[0].source == book.cells[0].source


def test_a_failing_cell_shows_its_error_and_ends_the_run(tmp_path: Path) -> None:
    path = notebook_of(tmp_path, "1 / 0", "print('not reached')")
    terminal = Terminal()
    with pytest.raises(CellExecutionError):
        execute(path, terminal)
    assert "ZeroDivisionError" in terminal.getvalue()
    assert "not reached\n" not in terminal.writes


def test_the_kernel_ends_at_once_and_with_it_what_its_cells_started(tmp_path: Path) -> None:
    waits, late = "import time; time.sleep(600)", tmp_path / "late"
    path = notebook_of(
        tmp_path,
        "import atexit, pathlib, subprocess, sys\nfrom local_processes.process import Process",
        f"atexit.register(pathlib.Path({str(late)!r}).touch)",
        f"child = subprocess.Popen([sys.executable, '-c', {waits!r}], start_new_session=True)",
        "print(child.pid, Process.of('child', child.pid).started)",
    )
    executed = execute(path, Terminal())
    child, started = map(float, executed.cells[-1].outputs[0].text.split())
    deadline = time.monotonic() + 60  # a kill takes a moment
    while Process("child", int(child), started).find() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert not late.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("when", ["async_start_new_kernel", "_async_cleanup_kernel"])
def test_an_interrupt_while_the_kernel_starts_or_ends_leaves_none(
    tmp_path: Path, when: str
) -> None:
    script = f"""
import asyncio, os, signal, sys
from pathlib import Path
import psutil
from notebook_runner import live

class Interrupted(live.LiveClient):
    async def {when}(self, *arguments, **options):
        if {when == "_async_cleanup_kernel"}:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.1)
        await super().{when}(*arguments, **options)
        if {when == "async_start_new_kernel"}:
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(0.1)

live.LiveClient = Interrupted
try:
    live.execute(Path(sys.argv[1]), sys.stdout)
except KeyboardInterrupt:
    print("interrupted", psutil.Process().children())
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(notebook_of(tmp_path, "1 + 1"))],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("interrupted []\n")


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_an_interrupt_whose_cancellation_is_lost_is_taken_all_the_same(tmp_path: Path) -> None:
    script = """
import asyncio, os, signal, sys
from contextlib import suppress
from pathlib import Path
from notebook_runner import live

class Interrupted(live.LiveClient):
    lost = False

    async def async_execute_cell(self, *arguments, **options):
        if not self.lost:  # as asyncio.wait_for of Python 3.11 loses it
            self.lost = True
            os.kill(os.getpid(), signal.SIGINT)
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
        return await super().async_execute_cell(*arguments, **options)

live.LiveClient = Interrupted
try:
    live.execute(Path(sys.argv[1]), sys.stdout)
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(notebook_of(tmp_path, "import time; time.sleep(60)"))],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=30,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("interrupted\n")
