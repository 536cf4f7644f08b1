"""A run leaves the notebook alone, and nothing on this machine."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from local_processes.state import State
from notebook_runner.defaults import local_defaults
from notebook_runner.running import run
from tests.notebook_runner.notebooks import Terminal, notebook_of


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
