"""The local lab, with real processes: found again, changed, stopped, deployed again."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from lab_utils import Lab
from lab_utils.errors import DeployError, GatewayError, PolicyError
from lab_utils.local.target import POLICY, LocalTarget
from lab_utils.settings import PROJECT
from tests.local.labs import ask, labs_of, processes_of, read, runs, target

EXPERIMENT = PROJECT / "infra" / "gateway" / "experiments" / "buffered.xml"


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
    assert len(commands) == 4
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


def test_the_lab_is_no_descendant_of_the_kernel(lab: LocalTarget, folder: Path) -> None:
    mine = {process.pid for process in psutil.Process().children(recursive=True)}
    assert not mine & {process.pid for process in processes_of(folder)}


def test_two_kernels_that_deploy_at_once_get_the_same_lab(fresh: Path) -> None:
    labs = [target(fresh), target(fresh)]
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda lab: lab.deploy(), labs)
    assert first == second
    assert len(labs_of(fresh)) == 1


def test_removing_stops_everything_and_a_lab_deployed_again_keeps_address_and_key(
    fresh: Path,
) -> None:
    lab = target(fresh)
    before = lab.deploy()
    processes = processes_of(fresh)
    assert len(processes) == 4
    lab.remove()
    assert lab.resources() == []
    assert not any(map(runs, processes))
    assert not before.answers()
    lab.remove()
    with pytest.raises(GatewayError, match="deploy again"):
        lab.policy()
    again = target(fresh).deploy()  # also of a Lab that a reader made anew
    assert (again.gateway_url, again.api_key) == (before.gateway_url, before.api_key)
    assert again.answers()


def test_a_lab_whose_port_was_taken_meanwhile_says_that_its_address_is_new(fresh: Path) -> None:
    lab = target(fresh)
    before = lab.deploy()
    lab.remove()
    said: list[str] = []
    with socket.create_server(("127.0.0.1", int(before.gateway_url.rpartition(":")[2]))):
        after = target(fresh, said).deploy()
    assert after.gateway_url != before.gateway_url
    assert "the gateway's address is new: make `client` and `url` again" in said


def test_another_model_starts_the_lab_anew(fresh: Path) -> None:
    target(fresh).deploy()
    assert target(fresh, model="another").deploy().deployment == "another"
    assert read(fresh).details["model"] == "another"
    assert len(labs_of(fresh)) == 1


def test_the_key_as_bearer_is_taken_where_the_setting_says_so(fresh: Path) -> None:
    for wanted, status in ((False, 401), (True, 200)):
        running = target(fresh, bearer_key=wanted).deploy()
        bearer = {"Authorization": f"Bearer {running.api_key}"}
        assert ask(running, **bearer).status_code == status
        assert bool(read(fresh).details["bearer_key"]) is wanted


def test_the_object_of_the_notebook_tells_that_its_gateway_is_gone(fresh: Path) -> None:
    lab = Lab.from_env({"LAB_STATE_DIR": str(fresh)})
    lab.deploy()
    assert repr(lab) == f"<Lab on target local: {lab.gateway_url}>"
    target(fresh).remove()
    assert repr(lab).endswith(f"{lab.gateway_url} does not answer: run lab.deploy() again>")
    lab.deploy()
    assert repr(lab) == f"<Lab on target local: {lab.gateway_url}>"
