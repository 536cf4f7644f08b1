"""What a running lab leaves on disk: readable by its user alone, and never trusted blindly."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from lab_utils.errors import DeployError
from lab_utils.local.state import Process, State, forget, join, owned


def this_process() -> Process:
    return Process.of("test", os.getpid(), "http://127.0.0.1:1")


def ended_process() -> Process:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        return Process.of("child", child.pid)


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    state = State(this_process(), (this_process(),), "key")
    state.write(tmp_path)
    assert State.read(tmp_path) == state
    assert state.alive


def test_no_state_reads_as_none(tmp_path: Path) -> None:
    assert State.read(tmp_path) is None
    forget(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_nobody_else_can_read_the_key(tmp_path: Path) -> None:
    State(this_process(), (), "key").write(tmp_path)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_second_state_is_refused(tmp_path: Path) -> None:
    State(this_process(), (), "key").write(tmp_path)
    with pytest.raises(FileExistsError):
        State(this_process(), (), "other").write(tmp_path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"supervisor": 1}', "\x00"])
def test_a_damaged_state_says_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "state.json").write_text(text, encoding="utf-8")
    with pytest.raises(DeployError, match="remove it and deploy again"):
        State.read(tmp_path)


def test_an_ended_process_is_not_found() -> None:
    process = ended_process()
    assert process.find() is None
    assert not State(this_process(), (process,), "key").alive


def test_a_reused_number_is_another_process() -> None:
    mine = this_process()
    assert Process(mine.name, mine.pid, mine.started - 3600).find() is None


def test_a_lab_is_owned_while_one_who_joined_runs(tmp_path: Path) -> None:
    assert not owned(tmp_path)
    join(tmp_path, ended_process().pid)
    assert not owned(tmp_path)
    join(tmp_path, os.getpid())
    assert owned(tmp_path)
