"""How long a local lab lives: as long as somebody uses it, and no process longer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab_utils.settings import PROJECT
from local_processes.state import State
from tests.local.labs import (
    ask,
    deploy_elsewhere,
    labs_of,
    processes_of,
    start_alone,
    target,
    wait_for_end,
)
from tests.local_processes.made import CHILD


def test_an_idle_lab_stops_by_itself_when_nobody_uses_it(tmp_path: Path) -> None:
    with start_alone(tmp_path, "--idle-seconds=1") as supervisor:
        wait_for_end(processes_of(tmp_path))
        assert supervisor.wait() == 0
    assert State.read(tmp_path) is None


def test_a_lab_lives_as_long_as_its_kernel_however_slowly_that_reads(fresh: Path) -> None:
    lab = target(fresh, idle_seconds=1)
    deployment = lab.deploy()
    time.sleep(4)
    assert deployment.answers()
    assert ask(deployment, **{"api-key": deployment.api_key}).status_code == 200


def test_a_lab_outlives_its_kernel_for_the_next_one(fresh: Path) -> None:
    done = deploy_elsewhere(fresh, "print(lab.gateway_url)")
    assert done.returncode == 0, done.stderr
    assert target(fresh).deploy().gateway_url == done.stdout.splitlines()[-1]


def test_a_lab_outlives_a_kernel_whose_descendants_are_all_killed(fresh: Path) -> None:
    # As ipykernel does on Windows, and VS Code everywhere, when a kernel ends or restarts.
    done = deploy_elsewhere(
        fresh,
        "import psutil\nfor each in psutil.Process().children(recursive=True): each.kill()\n",
    )
    assert done.returncode == 0, done.stderr
    assert len(target(fresh).resources()) == 4
    assert target(fresh).reach().answers()


@pytest.mark.skipif(os.name == "nt", reason="sends SIGINT to another process")
@pytest.mark.parametrize("number", [signal.SIGINT, getattr(signal, "SIGKILL", signal.SIGTERM)])
def test_a_kernel_that_ends_while_it_deploys_leaves_no_orphan(fresh: Path, number: int) -> None:
    program = (
        "from dataclasses import replace\nfrom pathlib import Path\n"
        "from lab_utils.local.target import LocalTarget\n"
        "from lab_utils.settings import Settings\n"
        f"settings = replace(Settings(), state_dir=Path({str(fresh)!r}), idle_seconds=1)\n"
        "LocalTarget(settings, print).deploy()\n"
    )
    kernel = subprocess.Popen(
        [sys.executable, "-c", program], cwd=PROJECT, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 60
    while not labs_of(fresh) and time.monotonic() < deadline:
        time.sleep(0.01)
    kernel.send_signal(number)
    kernel.wait(30)
    deadline = time.monotonic() + 60
    while labs_of(fresh) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert labs_of(fresh) == []
    assert State.read(fresh) is None


def test_no_server_outlives_a_killed_supervisor(fresh: Path) -> None:
    with start_alone(fresh, "--idle-seconds=600") as supervisor:
        processes = processes_of(fresh)
        supervisor.kill()
        wait_for_end(processes)
    # The next deployment clears what the killed one left and starts anew.
    lab = target(fresh)
    lab.deploy()
    assert len(lab.resources()) == 4


def test_a_lab_that_is_just_starting_is_removed_as_well(tmp_path: Path) -> None:
    argument = f"--state-dir={tmp_path}"
    starting = subprocess.Popen([sys.executable, "-c", CHILD, argument])
    other = subprocess.Popen([sys.executable, "-c", CHILD, f"{argument}-of-another"])
    try:
        target(tmp_path).remove()
        starting.wait(timeout=30)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
