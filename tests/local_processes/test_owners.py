"""Who joined and still runs keeps what runs from a folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local_processes.errors import FolderError
from local_processes.owners import join, owned
from local_processes.process import Process
from tests.local_processes.made import ended_process


@pytest.mark.skipif(os.name == "nt", reason="Windows has no zombies")
def test_a_zombie_is_not_found_and_owns_nothing(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        process = Process.of("child", child.pid)
        join(tmp_path, child.pid)
        assert process.find() is not None
        assert owned(tmp_path)
        child.kill()
        end = time.monotonic() + 30  # nobody waits for it
        while process.find() is not None and time.monotonic() < end:
            time.sleep(0.01)
        assert process.find() is None
        assert not owned(tmp_path)
    finally:
        child.communicate()


def test_a_lab_is_owned_while_one_who_joined_runs(tmp_path: Path) -> None:
    assert not owned(tmp_path)
    join(tmp_path, ended_process().pid)
    assert not owned(tmp_path)
    join(tmp_path, os.getpid())
    assert owned(tmp_path)


def test_a_lab_is_not_owned_by_one_whose_number_was_given_out_again(tmp_path: Path) -> None:
    (tmp_path / "owners").mkdir()
    (tmp_path / "owners" / f"{os.getpid()}-1.0").touch()
    (tmp_path / "owners" / str(os.getpid())).touch()
    (tmp_path / "owners" / "notes.txt").touch()
    assert not owned(tmp_path)


def test_a_folder_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match=r"file cannot be written to"):
        join(tmp_path / "file", os.getpid())
