"""A process is ended together with what it has started."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from lab_utils.local import target
from lab_utils.settings import Settings
from local_processes.family import kill_family, with_argument

CHILD = "import time; time.sleep(120)"


def parent_of(mark: Path) -> list[str]:
    """Return a command whose child has a session of its own and its number in `mark`."""
    script = (
        "import pathlib, subprocess, sys; "
        f"started = subprocess.Popen([sys.executable, '-c', {CHILD!r}], start_new_session=True); "
        f"part = pathlib.Path({str(mark)!r} + '.part'); "
        "part.write_text(str(started.pid), encoding='utf-8'); "
        f"part.replace({str(mark)!r}); started.wait()"
    )
    return [sys.executable, "-c", script]


def child(mark: Path) -> psutil.Process:
    while not mark.exists():
        time.sleep(0.02)
    return psutil.Process(int(mark.read_text(encoding="utf-8")))


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


def test_an_interrupted_start_of_the_local_lab_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[psutil.Process] = []
    communicate = subprocess.Popen.communicate

    def interrupted(self: Any, *arguments: Any, **options: Any) -> Any:
        if not started:
            started.append(child(tmp_path / "child"))
            raise KeyboardInterrupt
        return communicate(self, *arguments, **options)

    monkeypatch.setattr("subprocess.Popen.communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        target._run(parent_of(tmp_path / "child"), dict(os.environ))
    assert not psutil.wait_procs(started, timeout=30)[1]


def test_a_lab_that_is_just_starting_is_removed_as_well(tmp_path: Path) -> None:
    argument = f"--state-dir={tmp_path}"
    starting = subprocess.Popen([sys.executable, "-c", CHILD, argument])
    other = subprocess.Popen([sys.executable, "-c", CHILD, f"{argument}-of-another"])
    try:
        assert list(with_argument(argument)) == [starting.pid]
        settings = replace(Settings(), state_dir=tmp_path)
        target.LocalTarget(settings, lambda line: None).remove()
        starting.wait(timeout=30)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
