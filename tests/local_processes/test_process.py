"""A process is known by its number and when it started."""

from __future__ import annotations

import sys

import pytest

from local_processes.process import Process
from tests.local_processes.made import ended_process, this_process

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_an_ended_process_is_not_found() -> None:
    assert ended_process().find() is None


def test_a_reused_number_is_another_process() -> None:
    mine = this_process()
    assert Process(mine.name, mine.pid, mine.started - 1).find() is None


@ON_LINUX
def test_a_step_of_the_clock_changes_no_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    before = this_process()
    # The time the machine started is counted back from the clock, and moves with it.
    monkeypatch.setattr("psutil.Process.create_time", lambda process: 5.0)
    monkeypatch.setattr("psutil.boot_time", lambda: 5.0)
    assert this_process() == before
    assert before.find() is not None
