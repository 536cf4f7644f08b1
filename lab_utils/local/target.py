"""The lab on this machine: the gateway and two mocks on loopback, no Azure account needed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Optional

import psutil
import requests

from ..errors import DeployError, GatewayError, PolicyError
from ..settings import PROJECT, Settings
from ..target import Deployment, Facts
from . import state
from .state import Process

POLICY = PROJECT / "infra" / "gateway" / "policy.xml"
START_SECONDS = 60.0


class LocalTarget:
    """Run the gateway definition on loopback; any kernel of this folder finds the running lab."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings = settings
        self._say = say
        self._folder = settings.state_dir
        self._started: Optional[subprocess.Popen[bytes]] = None

    def create_resource_group(self) -> None:
        """Say that the local target needs none."""
        self._say("local target: no resource group is needed")

    def preview(self) -> list[str]:
        """Tell that a deployment starts servers here and changes nothing else."""
        return ["local target: starts the gateway and its backends on this machine, nothing else"]

    def deploy(self) -> Deployment:
        """Start the lab, or find it running; the gateway then holds infra/gateway/policy.xml.

        Raises DeployError when a server does not start and PolicyError when the policy document
        is refused.
        """
        running = self._running()
        if running is None:
            running = self._start()
            verb = "started"
        else:
            verb = "running"
        state.join(self._folder, os.getpid())
        for server in running.servers:
            self._say(f"{server.name:<20} {verb}  {server.url}")
        self._deployment = self._described(running)
        self.put_policy(POLICY.read_text(encoding="utf-8"), POLICY.name)
        return self._deployment

    def reach(self) -> Deployment:
        """Return how to reach the lab that runs, with the policy it has. Raises DeployError."""
        running = self._running()
        if running is None:
            raise DeployError("the lab is not deployed yet: run lab.deploy() first")
        state.join(self._folder, os.getpid())
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

    def resources(self) -> list[str]:
        """List the processes that run, one line each."""
        known = state.State.read(self._folder)
        if known is None:
            return []
        processes = (*known.servers, known.supervisor)
        return [f"{p.name:<20} {p.url or 'no address'}" for p in processes if p.find()]

    def remove(self, confirm: str = "") -> None:
        """Stop every process of the lab and forget its key; asks for no confirmation."""
        known = state.State.read(self._folder)
        everything = (known.supervisor, *known.servers) if known else ()
        supervisor = known.supervisor.find() if known else None
        if supervisor is not None:
            supervisor.terminate()
        # The servers end by themselves when their supervisor does; kill what has not.
        _, left = psutil.wait_procs([p for p in map(Process.find, everything) if p], timeout=10)
        for process in left:
            process.kill()
        if self._started is not None:
            self._started.terminate()
            self._started.wait()
        state.forget(self._folder)

    def _described(self, running: state.State) -> Deployment:
        return Deployment(
            gateway_url=running.servers[0].url,
            api_key=running.api_key,
            deployment=self._settings.model,
            backends=tuple(server.name for server in running.servers[1:]),
            plays_scenarios=True,
            logs=tuple(f"{server.url}/streams" for server in running.servers[1:]),
        )

    def _running(self) -> Optional[state.State]:
        known = state.State.read(self._folder)
        if known is not None and not known.alive:
            self.remove()
            return None
        return known

    def _start(self) -> state.State:
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._folder / "supervisor.log"
        with log.open("wb") as output:
            process = self._started = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [
                    *(sys.executable, "-m", "lab_utils.local"),
                    f"--state-dir={self._folder}",
                    f"--idle-seconds={self._settings.idle_seconds}",
                ],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **_detached(),
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            found = state.State.read(self._folder)
            if found is not None and found.alive:
                return found
            if process.poll() not in (None, 0):
                break
            time.sleep(0.05)
        raise DeployError(f"the local lab did not start: {_tail(log)}")

    def _manage(self, method: str, **arguments: Any) -> requests.Response:
        url = f"{self._deployment.gateway_url}/apis/inference/policies/policy"
        headers = {"Authorization": f"Bearer {self._deployment.api_key}"}
        try:
            return requests.request(method, url, headers=headers, timeout=30, **arguments)
        except requests.ConnectionError as error:
            raise GatewayError(
                "the local gateway does not answer; it stops when it is idle: deploy again"
            ) from error


def _detached() -> dict[str, Any]:
    """Keep an interrupted kernel from taking the lab of the others with it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-4000:].strip() or f"{log} is empty"
