"""Faults that a local lab survives or tells in one line: clock, disk, state, server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lab_utils.errors import DeployError
from lab_utils.settings import PROJECT
from tests.local.labs import labs_of, processes_of, read, target, wait_for_end


def test_a_server_that_does_not_start_is_told_with_its_log(fresh: Path) -> None:
    (fresh / "gateway.log").mkdir()
    with pytest.raises(DeployError, match=r"did not start: gateway .*gateway\.log has no log"):
        target(fresh).deploy()
    assert labs_of(fresh) == []


@pytest.mark.parametrize("shift", [5.0, -3600.0])
def test_a_step_of_the_clock_neither_loses_the_lab_nor_makes_a_second(
    fresh: Path, shift: float
) -> None:
    lab = target(fresh)
    before = lab.deploy()
    processes = processes_of(fresh)
    file = fresh / "state.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    for process in (data["supervisor"], *data["servers"]):
        process["started"] += shift  # as if the system counted from another beginning
    file.write_text(json.dumps(data), encoding="utf-8")
    assert target(fresh).deploy() == before
    assert len(lab.resources()) == 4
    assert len(labs_of(fresh)) == 1
    lab.remove()
    wait_for_end(processes)


def test_a_lab_whose_state_was_taken_stops_and_leaves_the_new_one_alone(fresh: Path) -> None:
    target(fresh).deploy()
    first = processes_of(fresh)
    (fresh / "state.json").unlink()
    said: list[str] = []
    other = target(fresh, said).deploy()
    wait_for_end(first)
    assert other.answers()
    assert read(fresh).details["api_key"] == other.api_key
    assert len(labs_of(fresh)) == 1


@pytest.mark.parametrize("text", ["", '{"supervisor": {"pid": "x"}}'])
def test_a_damaged_state_is_a_clean_start_without_an_orphan(fresh: Path, text: str) -> None:
    target(fresh).deploy()
    first = processes_of(fresh)
    (fresh / "state.json").write_text(text, encoding="utf-8")
    assert target(fresh).deploy().answers()
    wait_for_end(first)
    assert len(labs_of(fresh)) == 1


def test_a_folder_in_the_place_of_the_state_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "state.json").mkdir()
    with pytest.raises(DeployError, match=r"is a folder .*remove it and deploy again"):
        target(tmp_path).deploy()
    assert labs_of(tmp_path) == []


def test_a_state_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DeployError, match="set LAB_STATE_DIR to another folder"):
        target(tmp_path / "file").deploy()


def limited(size: int, folder: Path, then: str) -> subprocess.CompletedProcess[str]:
    """Deploy where no file may grow beyond `size` bytes, which is what a full disk does."""
    program = (
        "import resource\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))\n"
        "from dataclasses import replace\n"
        "from pathlib import Path\n"
        "from lab_utils.local.target import LocalTarget\n"
        "from lab_utils.settings import Settings\n"
        "from tests.local.labs import ask\n"
        f"lab = LocalTarget(replace(Settings(), state_dir=Path({str(folder)!r})), print)\n"
        f"{then}"
    )
    return subprocess.run(
        [sys.executable, "-B", "-c", program],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_full_disk_loses_lines_of_the_log_and_the_gateway_lives_on(fresh: Path) -> None:
    done = limited(
        2_500,
        fresh,
        "found = lab.deploy()\n"
        "codes = [ask(found, **{'api-key': found.api_key}).status_code for _ in range(20)]\n"
        "print(codes == [200] * 20)\n",
    )
    assert done.stdout.splitlines()[-1:] == ["True"], done.stderr
    assert (fresh / "gateway.log").stat().st_size in range(2_000, 2_501)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_full_disk_that_takes_no_state_is_told_and_leaves_nothing(fresh: Path) -> None:
    done = limited(300, fresh, "lab.deploy()")
    assert "DeployError: the local lab did not start: " in done.stderr
    assert "state.json cannot be written (File too large)" in done.stderr
    assert not list(fresh.glob("state*"))
    assert labs_of(fresh) == []
    assert target(fresh).deploy().answers()  # nothing has to be removed by hand
