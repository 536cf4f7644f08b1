"""The lab on this machine: the gateway and two mocks on loopback, no Azure account needed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Optional
from urllib.parse import urlsplit

import requests

from local_processes import launcher, state, waiting
from local_processes.errors import LocalError
from local_processes.family import kill_family, with_argument
from local_processes.owners import join
from local_processes.state import State
from stream_probe import proxies

from ..boundary import lab_errors
from ..errors import DeployError, GatewayError, PolicyError
from ..settings import PROJECT, Settings
from ..target import Deployment, Facts
from .servers import KEY, details, key_of

POLICY = PROJECT / "infra" / "gateway" / "policy.xml"
MANAGED = "/apis/inference/policies/policy"  # the policy, below the gateway's address
START_SECONDS = 90.0
STOP_SECONDS = 12.0


class LocalTarget:
    """Run the gateway definition on loopback; any kernel of this folder finds the running lab."""

    # What this process has deployed, by folder: a lab started anew keeps its address and its key,
    # so that a client made before still works.
    _before: ClassVar[dict[Path, Deployment]] = {}

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._folder = settings.state_dir
        self._deployment: Optional[Deployment] = None

    def create_resource_group(self) -> None:
        """Say that the local target needs none."""
        self._say("local target: no resource group is needed")

    def preview(self) -> list[str]:
        """Tell that a deployment starts servers here and changes nothing else."""
        return ["local target: starts the gateway and its backends on this machine, nothing else"]

    @lab_errors()
    def deploy(self) -> Deployment:
        """Start the lab, or find it running; the gateway then holds infra/gateway/policy.xml.

        It runs as long as this process. Raises DeployError when a server does not start and
        PolicyError when the policy document is refused.
        """
        self._join()
        running, verb = self._known(), "running"
        if running and not (self._is_wanted(running) and _serves(running)):
            self._stop(running)
            running = None
        if running is None:
            running, verb = self._start(), "started"
        for server in running.servers:
            self._say(f"{server.name:<20} {verb}  {server.url}")
        self._deployment = self._described(running)
        self.put_policy(POLICY.read_text(encoding="utf-8"), POLICY.name)
        return self._deployment

    @lab_errors()
    def reach(self) -> Deployment:
        """Return how to reach the lab that runs, with the policy it has. Raises DeployError."""
        running = self._known()
        if running is None or not _serves(running):
            raise DeployError("the lab is not deployed yet: run lab.deploy() first")
        self._join()
        self._deployment = self._described(running)
        return self._deployment

    def policy(self) -> str:
        """Return the policy document that the gateway runs now."""
        return str(self._manage("GET").json()["properties"]["value"])

    def put_policy(self, text: str, name: str) -> None:
        """Let the gateway run another policy. Raises PolicyError for a refused document."""
        body = {"properties": {"format": "rawxml", "value": text}}
        answer = self._manage("PUT", json=body)
        if answer.status_code == 400:
            fault = answer.json()["error"]["details"][0]
            raise PolicyError(name, fault["line"], fault["name"], fault["reason"])
        if not answer.ok:
            raise GatewayError(
                f"the gateway did not take {name}: {answer.status_code} {answer.text}"
            )

    def facts(self) -> Facts:
        """Return neither tier nor diagnostics: the local gateway has none."""
        return Facts(sku="", body_bytes={})

    @lab_errors()
    def resources(self) -> list[str]:
        """List the processes that run, one line each."""
        known = self._known()
        if known is None:
            return []
        everything = (*known.servers, known.supervisor)
        if not _answers(known.servers[0].url, key_of(known), seconds=2):
            everything = tuple(process for process in everything if process.find())
        return [f"{p.name:<20} {p.url or 'no address'}" for p in everything]

    @lab_errors()
    def remove(self, confirm: str = "") -> None:
        """Stop every process of the lab and forget its key; asks for no confirmation."""
        known = self._known()
        if known is not None:
            self._stop(known)
            for server in known.servers:
                self._say(f"{server.name:<20} stopped")
        # One whose kernel was ended while it deployed is starting still, and has no state yet.
        for pid in with_argument(f"--state-dir={self._folder}"):
            kill_family(pid)

    def _join(self) -> None:
        """Keep the lab running as long as this process, and proxies out of the way to it."""
        bypassed = proxies.bypass(os.environ)
        if bypassed:
            self._say(bypassed)
        join(self._folder, os.getpid())

    def _described(self, running: State) -> Deployment:
        gateway, *mocks = running.servers
        before = self._before.get(self._folder)
        if before is not None and before.gateway_url != gateway.url:
            self._say("the gateway's address is new: make `client` and `url` again")
        self._before[self._folder] = Deployment(
            gateway_url=gateway.url,
            api_key=key_of(running),
            deployment=running.details.get("model", ""),
            backends=tuple(mock.name for mock in mocks),
            plays_scenarios=True,
            management=gateway.url,
            logs=tuple(f"{mock.url}/streams" for mock in mocks),
            answers=partial(_answers, gateway.url, key_of(running), seconds=2),
        )
        return self._before[self._folder]

    def _known(self) -> Optional[State]:
        """Return the state; what is damaged is cleared, and the lab that wrote it then stops."""
        try:
            return State.read(self._folder)
        except LocalError:
            state.forget(self._folder)
            return None

    def _stop(self, known: State) -> None:
        """Forget the lab, which stops it, and end what is left of it after a while."""
        url, key = known.servers[0].url, key_of(known)
        state.stop(self._folder, known, STOP_SECONDS, lambda: _answers(url, key, seconds=2))

    def _is_wanted(self, running: State) -> bool:
        wanted = details(key_of(running), self._settings.model, self._settings.bearer_key)
        return running.details == wanted

    def _start(self) -> State:
        before = self._before.get(self._folder)
        command = [
            *(sys.executable, "-m", "lab_utils.local", "--detach"),
            f"--state-dir={self._folder}",
            f"--idle-seconds={self._settings.idle_seconds}",
            f"--model={self._settings.model}",
            *(["--bearer-key"] if self._settings.bearer_key else []),
            f"--port={(urlsplit(before.gateway_url).port or 0) if before else 0}",
            f"--log={self._folder / 'supervisor.log'}",
        ]
        try:
            environment = {KEY: before.api_key if before else ""}
            code, told = launcher.run(command, PROJECT, environment, START_SECONDS)
        except subprocess.TimeoutExpired:
            raise DeployError(
                f"the local lab did not start within {START_SECONDS:.0f} seconds: deploy again; "
                f"its logs are in {self._folder}"
            ) from None
        if code:
            raise DeployError(f"the local lab did not start: {told.strip()}")
        found = State.read(self._folder)
        if found is None:
            raise DeployError(f"the local lab ended at once: its logs are in {self._folder}")
        return found

    def _manage(self, method: str, **arguments: Any) -> requests.Response:
        if self._deployment is None:
            raise GatewayError("the lab is not deployed yet: run lab.deploy() first")
        url = self._deployment.gateway_url
        try:
            return _request(method, url, self._deployment.api_key, timeout=30, **arguments)
        except requests.RequestException:
            raise GatewayError(
                f"the local gateway does not answer at {url}: run lab.deploy() to deploy again"
                f"{proxies.hint(url)}"
            ) from None


def _request(method: str, url: str, key: str, **arguments: Any) -> requests.Response:
    def ask() -> requests.Response:
        with proxies.direct() as session:
            headers = {"Authorization": f"Bearer {key}"}
            return session.request(method, url + MANAGED, headers=headers, **arguments)

    return waiting.answer(ask)


def _serves(running: State) -> bool:
    """Tell whether every server answers, whatever the numbers of the processes say."""
    gateway, *mocks = running.servers
    return _answers(gateway.url, key_of(running), seconds=10) and all(
        _reached(mock.url) for mock in mocks
    )


def _answers(url: str, key: str, seconds: float) -> bool:
    """Tell whether the gateway with this key is there."""
    try:
        return _request("GET", url, key, timeout=seconds).ok
    except requests.RequestException:
        return False


def _reached(url: str) -> bool:
    def ask() -> None:
        with proxies.direct() as session:
            session.get(url, timeout=10)

    try:
        waiting.answer(ask)
    except requests.RequestException:
        return False
    return True
