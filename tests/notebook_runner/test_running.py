"""Running a notebook in a terminal: outputs at once, failures as an exit code, nothing left."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbclient.exceptions import CellExecutionError

from lab_utils.local.state import State
from lab_utils.settings import PROJECT, Settings
from notebook_runner.__main__ import local_defaults, run, temporary_folder
from notebook_runner.live import execute


class Terminal(io.StringIO):
    """Remember each write by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return super().write(text)


def notebook_of(folder: Path, *cells: str) -> Path:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_markdown_cell("# Title")]
    notebook.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    path = folder / "small.ipynb"
    nbformat.write(notebook, path)
    return path


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


def test_the_command_line_tells_a_failed_cell_by_its_exit_code(tmp_path: Path) -> None:
    path = notebook_of(tmp_path, "raise ValueError('on purpose')")
    done = subprocess.run(
        [sys.executable, "-m", "notebook_runner", "run", str(path)],
        cwd=PROJECT,
        env={**os.environ, "LAB_STATE_DIR": str(tmp_path / "lab")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.endswith("a cell failed: ValueError: on purpose\n")


def test_a_run_leaves_the_notebook_alone_and_stops_what_it_started(tmp_path: Path) -> None:
    path = notebook_of(
        tmp_path, "from lab_utils import Lab\nlab = Lab.from_env()\nlab.deploy()", "1 / 0"
    )
    before = path.read_bytes()
    state = tmp_path / "lab"
    terminal = Terminal()
    with local_defaults(state), pytest.raises(CellExecutionError):
        run(path, terminal, build=tmp_path / "build")
    assert "gateway" in terminal.getvalue()
    assert State.read(state) is None
    assert path.read_bytes() == before


def test_the_executed_copy_goes_to_the_build_folder(tmp_path: Path) -> None:
    path = notebook_of(tmp_path, "print('done')")
    with local_defaults(tmp_path / "lab"):
        run(path, Terminal(), build=tmp_path / "build")
    copy = nbformat.read(tmp_path / "build" / path.name, as_version=4)
    assert copy.cells[1].outputs[0].text == "done\n"


def test_links_and_imports_of_the_copy_work_from_there(tmp_path: Path) -> None:
    path = notebook_of(tmp_path, "from lab_utils import Lab\nprint(Lab.__module__)")
    book = nbformat.read(path, as_version=4)
    book.cells[
        0
    ].source = (
        "# Title\n![flow](images/flow.svg) [docs](docs/azure.md#cost) [a](#top) [b](https://x/y)"
    )
    nbformat.write(book, path)
    build = tmp_path / "build"
    with local_defaults(tmp_path / "lab"):
        run(path, Terminal(), build=build)
    copy = nbformat.read(build / path.name, as_version=4)
    links = re.findall(r"\]\(([^)]+)\)", copy.cells[0].source)
    assert links[2:] == ["#top", "https://x/y"]
    for link in links[:2]:
        assert (build / link.partition("#")[0]).resolve().is_file(), link
    done = subprocess.run(
        [sys.executable, "-c", copy.cells[1].source],
        cwd=build,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.stdout, done.stderr) == ("lab_utils.lab\n", "")


def test_a_kernel_that_dies_is_told_with_its_last_words(tmp_path: Path) -> None:
    cell = "import os\nos.write(2, b'last words'); os._exit(3)"
    done = subprocess.run(
        [sys.executable, "-m", "notebook_runner", "run", str(notebook_of(tmp_path, cell))],
        cwd=PROJECT,
        env={**os.environ, "LAB_STATE_DIR": str(tmp_path / "lab")},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stderr == "\nthe kernel ended in the middle of a cell; run it again\n"


def test_a_file_that_is_no_notebook_is_told_in_one_line(tmp_path: Path) -> None:
    other = tmp_path / "README.md"
    other.write_text("# no notebook\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "notebook_runner", "run", str(other)],
        cwd=PROJECT,
        env={**os.environ, "LAB_STATE_DIR": str(tmp_path / "lab")},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (1, f"{other} is no notebook: name an .ipynb file\n")


INTERRUPTED = "\ninterrupted: what ran on this machine is stopped\n"
DEPLOY = "from lab_utils import Lab\nlab = Lab.from_env()\nlab.deploy()\nprint('is', 'up')"


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["import time", "print('is', 'up', flush=True); time.sleep(120)"], "is up"),
        ([DEPLOY, "import time; time.sleep(120)"], "is up"),
        ([DEPLOY], "lab.deploy()"),  # while the servers start
    ],
    ids=["in a cell", "with servers", "in deploy"],
)
def test_an_interrupt_ends_the_run_with_one_line_and_leaves_nothing(
    tmp_path: Path, name: str, times: int, cells: list[str], sign: str
) -> None:
    number = getattr(signal, name)
    process = subprocess.Popen(
        [sys.executable, "-m", "notebook_runner", "run", str(notebook_of(tmp_path, *cells))],
        cwd=PROJECT,
        env={**os.environ, "LAB_TARGET": "local", "LAB_STATE_DIR": str(tmp_path / "lab")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )
    watched = psutil.Process(process.pid)
    assert process.stdout
    for line in process.stdout:
        if line.startswith((sign, f"    {sign}")):
            break
    started = watched.children(recursive=True)
    for _ in range(times):
        process.send_signal(number)
        time.sleep(0.2)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, INTERRUPTED)
    assert State.read(tmp_path / "lab") is None
    assert not psutil.wait_procs(started, timeout=10)[1]
    assert not [p for p in psutil.process_iter() if str(tmp_path) in _arguments(p)]


@pytest.mark.skipif(sys.platform == "win32", reason="sends POSIX signals")
def test_an_interrupt_while_modules_are_imported_ends_as_quietly(tmp_path: Path) -> None:
    # A module of that name before the real one takes as long to import as a cold disk may.
    (tmp_path / "nbclient").mkdir()
    slow = "import time; print('importing', flush=True); time.sleep(60)"
    (tmp_path / "nbclient" / "__init__.py").write_text(slow, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "notebook_runner", "run"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (130, INTERRUPTED)


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


def _arguments(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def test_a_folder_whose_log_is_still_held_is_removed_a_little_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held, remove = [True, True], shutil.rmtree

    def rmtree(path: Path, ignore_errors: bool = False) -> None:
        if held:
            held.pop()
            raise PermissionError(13, "The process cannot access the file")
        remove(path, ignore_errors=ignore_errors)

    monkeypatch.setattr("shutil.rmtree", rmtree)
    with temporary_folder() as folder:
        (folder / "supervisor.log").touch()
    assert not folder.exists()


def test_a_folder_that_stays_held_does_not_fail_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def rmtree(path: Path, ignore_errors: bool = False) -> None:
        if not ignore_errors:
            raise PermissionError(13, "The process cannot access the file")

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", rmtree)
        patch.setattr("time.sleep", lambda seconds: None)
        with temporary_folder() as folder:
            pass
    folder.rmdir()


def test_local_defaults_hide_the_users_choices_and_give_them_back(tmp_path: Path) -> None:
    os.environ["LAB_MODEL"] = "mine"
    try:
        with local_defaults(tmp_path):
            assert Settings.from_env().model == Settings().model
            assert Settings.from_env().state_dir == tmp_path
        assert os.environ["LAB_MODEL"] == "mine"
    finally:
        del os.environ["LAB_MODEL"]
