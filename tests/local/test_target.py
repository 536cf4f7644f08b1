"""The local lab, with real processes: found again, changed, stopped, and never left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional

import psutil
import pytest
import requests

from lab_utils import Lab
from lab_utils.errors import DeployError, GatewayError, PolicyError
from lab_utils.local.state import State
from lab_utils.local.target import POLICY, LocalTarget
from lab_utils.settings import PROJECT, Settings
from lab_utils.target import Deployment

EXPERIMENT = PROJECT / "infra" / "gateway" / "experiments" / "buffered.xml"
MODEL = Settings().model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def target(folder: Path, said: Optional[list[str]] = None, **changes: Any) -> LocalTarget:
    """Return a target as another kernel would have it."""
    settings = replace(Settings(), state_dir=folder, **changes)
    lines = [] if said is None else said
    return LocalTarget(settings, say=lines.append)


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[LocalTarget]:
    lab = target(folder)
    lab.deploy()
    yield lab
    lab.remove()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Path]:
    """Return a folder whose lab, if any, is gone afterwards."""
    yield tmp_path
    target(tmp_path).remove()


def ask(deployment: Deployment, **headers: str) -> requests.Response:
    return requests.post(
        f"{deployment.gateway_url}/openai/deployments/{MODEL}/chat/completions",
        params={"api-version": "2024-10-21"},
        headers=headers,
        json={"messages": [{"role": "user", "content": "Say hi."}]},
        timeout=30,
    )


def read(folder: Path) -> State:
    state = State.read(folder)
    assert state is not None
    return state


def processes_of(folder: Path) -> list[psutil.Process]:
    state = read(folder)
    found = [process.find() for process in (state.supervisor, *state.servers)]
    return [process for process in found if process is not None]


def runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_for_end(processes: list[psutil.Process]) -> None:
    deadline = time.monotonic() + 30
    while any(map(runs, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(runs, processes))


def labs_of(folder: Path) -> list[psutil.Process]:
    """Return the processes that this machine runs for the lab in a folder, whoever started them."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if f"--state-dir={folder}" in (process.info["cmdline"] or []) and runs(process)
    ]


def start_alone(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lab_utils.local", f"--state-dir={folder}", *options]
    started = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while State.read(folder) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return started


def deploy_elsewhere(folder: Path, then: str = "") -> subprocess.CompletedProcess[str]:
    """Deploy in a process of its own, as a kernel does, and let it end."""
    program = (
        "from lab_utils import Lab\n"
        f"lab = Lab.from_env({{'LAB_STATE_DIR': {str(folder)!r}}})\n"
        f"lab.deploy()\n{then}"
    )
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


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
    assert read(fresh).model == "another"
    assert len(labs_of(fresh)) == 1


def test_the_object_of_the_notebook_tells_that_its_gateway_is_gone(fresh: Path) -> None:
    lab = Lab.from_env({"LAB_STATE_DIR": str(fresh)})
    lab.deploy()
    assert repr(lab) == f"<Lab on target local: {lab.gateway_url}>"
    target(fresh).remove()
    assert repr(lab).endswith(f"{lab.gateway_url} does not answer: run lab.deploy() again>")
    lab.deploy()
    assert repr(lab) == f"<Lab on target local: {lab.gateway_url}>"


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
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
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
    assert read(fresh).api_key == other.api_key
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
        "from tests.local.test_target import ask\n"
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


class Proxy:
    """Refuse every request and remember it, as a company's proxy does for 127.0.0.1."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://user:secret@127.0.0.1:{self._server.getsockname()[1]}"
        self.seen: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client:
                self.seen.append(client.recv(65_536))
                client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\nproxy")

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    proxy = Proxy()
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    yield proxy
    proxy.close()


def test_nothing_for_this_machine_goes_through_a_proxy(fresh: Path, proxy: Proxy) -> None:
    said: list[str] = []
    lab = target(fresh, said)
    deployment = lab.deploy()
    lab.policy()
    lab.deploy()
    assert ask(deployment, **{"api-key": deployment.api_key}).status_code == 200
    assert sum("put into NO_PROXY" in line for line in said) == 1
    assert not any("secret" in line for line in said)
    assert proxy.seen == []


def test_an_unreachable_lab_names_the_proxy(
    lab: LocalTarget, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Deployment("http://127.0.0.1:1", "key", MODEL, ())
    monkeypatch.setattr(lab, "_deployment", gone)
    with pytest.raises(GatewayError, match=r"deploy again; a proxy is set \(127\.0\.0\.1:") as told:
        lab.policy()
    assert "secret" not in str(told.value)
    assert proxy.seen == []
