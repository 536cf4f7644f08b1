"""Running a notebook in a terminal: outputs at once, failures as an exit code, nothing left."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from lab_utils.local.state import State
from lab_utils.notebook import execute, local_defaults, run
from lab_utils.settings import PROJECT, Settings


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
        [sys.executable, "-m", "lab_utils.notebook", "run", str(path)],
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


def test_local_defaults_hide_the_users_choices_and_give_them_back(tmp_path: Path) -> None:
    os.environ["LAB_MODEL"] = "mine"
    try:
        with local_defaults(tmp_path):
            assert Settings.from_env().model == Settings().model
            assert Settings.from_env().state_dir == tmp_path
        assert os.environ["LAB_MODEL"] == "mine"
    finally:
        del os.environ["LAB_MODEL"]
