"""A process is ended together with what it has started."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil

from local_processes.family import kill_family, with_argument
from tests.local_processes.made import CHILD, child, parent_of


def test_a_child_in_a_session_of_its_own_ends_as_well(tmp_path: Path) -> None:
    process = subprocess.Popen(parent_of(tmp_path / "child"))
    grandchild = child(tmp_path / "child")
    kill_family(process.pid)
    process.wait(timeout=30)
    assert not psutil.wait_procs([grandchild], timeout=30)[1]


def test_what_is_gone_already_is_no_fault() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(timeout=30)
    kill_family(process.pid)


def test_a_process_is_found_by_a_whole_argument(tmp_path: Path) -> None:
    argument = f"--folder={tmp_path}"
    wanted = subprocess.Popen([sys.executable, "-c", CHILD, argument])
    other = subprocess.Popen([sys.executable, "-c", CHILD, f"{argument}-of-another"])
    try:
        assert list(with_argument(argument)) == [wanted.pid]
    finally:
        for process in (wanted, other):
            process.kill()
            process.wait()
