"""What a run of its own is given: defaults, and a folder that goes away."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lab_utils.settings import Settings
from notebook_runner.defaults import local_defaults, temporary_folder


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
