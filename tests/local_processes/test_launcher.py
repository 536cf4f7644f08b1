"""What starts servers leaves nothing where it is interrupted, and is no ancestor of them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import psutil
import pytest

from local_processes import launcher
from tests.local_processes.made import child, parent_of


def test_an_interrupted_start_leaves_nothing(
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
        launcher.run(parent_of(tmp_path / "child"), tmp_path, {}, 60)
    assert not psutil.wait_procs(started, timeout=30)[1]
