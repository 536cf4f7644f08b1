"""The local lab, with real processes: found again, changed, stopped, and never left behind."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import requests

from lab_utils.errors import DeployError, GatewayError, PolicyError
from lab_utils.local.state import State
from lab_utils.local.target import POLICY, LocalTarget
from lab_utils.settings import PROJECT, Settings
from lab_utils.target import Deployment

EXPERIMENT = PROJECT / "infra" / "gateway" / "experiments" / "buffered.xml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def target(folder: Path) -> LocalTarget:
    return LocalTarget(replace(Settings(), state_dir=folder), say=lambda line: None)


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[LocalTarget]:
    lab = target(folder)
    lab.deploy()
    yield lab
    lab.remove()


def ask(deployment: Deployment, **headers: str) -> requests.Response:
    return requests.post(
        f"{deployment.gateway_url}/openai/deployments/m/chat/completions",
        params={"api-version": "2024-10-21"},
        headers=headers,
        json={"messages": [{"role": "user", "content": "Say hi."}]},
        timeout=30,
    )


def wait_for_end(processes: list[psutil.Process]) -> None:
    _, left = psutil.wait_procs(processes, timeout=20)
    assert left == []


def processes_of(folder: Path) -> list[psutil.Process]:
    state = State.read(folder)
    assert state is not None
    found = [process.find() for process in (state.supervisor, *state.servers)]
    return [process for process in found if process is not None]


def start_alone(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lab_utils.local", f"--state-dir={folder}", *options]
    started = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while State.read(folder) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return started


def test_a_deployed_lab_answers_with_its_key_only(lab: LocalTarget) -> None:
    deployment = lab.deploy()
    assert ask(deployment, **{"api-key": deployment.api_key}).status_code == 200
    assert ask(deployment, **{"api-key": "wrong"}).status_code == 401
    assert ask(deployment).json()["statusCode"] == 401


def test_another_kernel_finds_the_running_lab(lab: LocalTarget, folder: Path) -> None:
    assert target(folder).deploy() == lab.deploy()


def test_another_kernel_reaches_the_running_lab_without_changing_it(
    lab: LocalTarget, folder: Path
) -> None:
    deployment = lab.deploy()
    buffered = EXPERIMENT.read_text(encoding="utf-8")
    lab.put_policy(buffered, EXPERIMENT.name)
    other = target(folder)
    assert other.reach() == deployment
    assert other.policy() == buffered


def test_a_lab_that_does_not_run_is_not_reached(tmp_path: Path) -> None:
    with pytest.raises(DeployError, match=r"run lab\.deploy\(\) first"):
        target(tmp_path).reach()


def test_the_key_is_not_shown(lab: LocalTarget, folder: Path) -> None:
    deployment = lab.deploy()
    assert deployment.api_key not in repr(deployment)
    logs = [path.read_text(encoding="utf-8") for path in folder.glob("*.log")]
    assert len(logs) == 4
    assert not any(deployment.api_key in log for log in logs)
    commands = [" ".join(process.cmdline()) for process in processes_of(folder)]
    assert not any(deployment.api_key in command for command in commands)


def test_the_resources_are_the_processes(lab: LocalTarget) -> None:
    names = [line.split("  ")[0] for line in lab.resources()]
    assert names == ["gateway", "mock swedencentral", "mock eastus2", "supervisor"]


def test_a_policy_is_swapped_and_deploy_puts_the_declared_one_back(lab: LocalTarget) -> None:
    lab.deploy()
    text = EXPERIMENT.read_text(encoding="utf-8")
    lab.put_policy(text, "buffered.xml")
    assert lab.policy() == text
    lab.deploy()
    assert lab.policy() == POLICY.read_text(encoding="utf-8")


def test_a_refused_policy_names_file_line_and_element_and_changes_nothing(
    lab: LocalTarget,
) -> None:
    lab.deploy()
    before = lab.policy()
    faulty = before.replace("<set-backend-service", "<set-backend-servise")
    with pytest.raises(PolicyError, match=r"mine\.xml:6: set-backend-servise: ") as raised:
        lab.put_policy(faulty, "mine.xml")
    assert (raised.value.line, raised.value.name) == (6, "set-backend-servise")
    assert lab.policy() == before


def test_removing_stops_everything_and_can_be_repeated(tmp_path: Path) -> None:
    lab = target(tmp_path)
    lab.deploy()
    processes = processes_of(tmp_path)
    assert len(processes) == 4
    lab.remove()
    assert lab.resources() == []
    assert not any(process.is_running() for process in processes)
    lab.remove()
    with pytest.raises(GatewayError, match="deploy again"):
        lab.policy()


def test_two_kernels_that_deploy_at_once_get_the_same_lab(tmp_path: Path) -> None:
    labs = [target(tmp_path), target(tmp_path)]
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda lab: lab.deploy(), labs)
    for lab in labs:
        lab.remove()
    assert first == second


def test_an_idle_lab_stops_by_itself(tmp_path: Path) -> None:
    with start_alone(tmp_path, "--idle-seconds=1", "--orphan-seconds=600") as supervisor:
        wait_for_end(processes_of(tmp_path))
        assert supervisor.wait() == 0
    assert State.read(tmp_path) is None


def test_a_lab_that_nobody_uses_any_more_stops_by_itself(tmp_path: Path) -> None:
    with start_alone(tmp_path, "--idle-seconds=600", "--orphan-seconds=1"):
        wait_for_end(processes_of(tmp_path))
    assert State.read(tmp_path) is None


def test_no_server_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with start_alone(tmp_path, "--idle-seconds=600") as supervisor:
        processes = processes_of(tmp_path)
        supervisor.kill()
        wait_for_end(processes)
    # The next deployment clears what the killed one left and starts anew.
    lab = target(tmp_path)
    lab.deploy()
    assert len(lab.resources()) == 4
    lab.remove()


def test_a_server_that_does_not_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "gateway.log").mkdir()
    with pytest.raises(DeployError, match=r"did not start: (.|\n)*gateway\.log"):
        target(tmp_path).deploy()
