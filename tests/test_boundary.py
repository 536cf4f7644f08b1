"""What the packages below raise is told as the lab's, with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab_utils.boundary import lab_errors
from lab_utils.errors import DeployError
from local_processes.errors import LocalError
from local_processes.owners import join
from local_processes.server import Server
from local_processes.state import State, forget

ELSEWHERE = "or set LAB_STATE_DIR to another folder"


def told(error: BaseException) -> str:
    """Return the whole message."""
    assert type(error) is DeployError
    assert error.__suppress_context__  # one traceback, as if nothing were below
    return str(error)


def test_a_damaged_state_is_to_be_removed(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(DeployError) as raised, lab_errors():
        State.read(tmp_path)
    assert told(raised.value) == f"{file} is damaged; remove it and deploy again"


def test_a_folder_in_the_way_is_to_be_removed(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.mkdir()
    with pytest.raises(DeployError) as raised, lab_errors():
        forget(tmp_path)
    assert told(raised.value).startswith(f"{file} is a folder (")
    assert told(raised.value).endswith(f"): remove it and deploy again, {ELSEWHERE}")


def test_a_folder_that_takes_nothing_is_to_be_seen_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeployError) as raised, lab_errors():
        join(tmp_path / "file", 1)
    assert told(raised.value).startswith(f"{tmp_path / 'file'} cannot be written to (")
    assert told(raised.value).endswith(f"): see to that, {ELSEWHERE}")


def test_a_server_without_a_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(DeployError) as raised, lab_errors():
        Server("gateway", "none", [], tmp_path, cwd=tmp_path)
    assert told(raised.value).startswith(f"gateway did not start: {tmp_path} has no log (")
    assert told(raised.value).endswith(f"): see to that, {ELSEWHERE}")


def test_any_other_error_of_this_machine_is_told_in_its_own_words() -> None:
    cause = ValueError("the line that came first")

    @lab_errors()
    def start() -> None:
        raise LocalError("mock did not start") from cause

    with pytest.raises(DeployError) as raised:
        start()
    assert told(raised.value) == "mock did not start"
    assert raised.value.__cause__ is cause
