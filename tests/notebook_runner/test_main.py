"""The command: failures as an exit code, an interrupt as one line, nothing left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from lab_utils.settings import PROJECT
from local_processes.state import State
from tests.notebook_runner.notebooks import notebook_of


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


def test_a_grammar_that_jupyterlab_brings_and_no_notebook_needs_is_not_loaded(
    tmp_path: Path,
) -> None:
    grammar = tmp_path / "rfc3987_syntax.py"
    grammar.write_text("raise RuntimeError('this would take a second')", encoding="utf-8")
    path = notebook_of(tmp_path, "print(6 * 7)")
    done = subprocess.run(
        [sys.executable, "-m", "notebook_runner", "run", str(path)],
        cwd=PROJECT,
        env={**os.environ, "LAB_STATE_DIR": str(tmp_path / "lab"), "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n42\n" in done.stdout


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


def _arguments(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
