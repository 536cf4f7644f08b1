"""Keeps a local lab running while somebody uses it, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Optional

from lab_utils.errors import DeployError
from lab_utils.settings import PROJECT

from . import state
from .server import Server

# Two regions, the second one in reserve: what a pool of Azure OpenAI accounts looks like.
REGIONS = {"swedencentral": "Sweden Central", "eastus2": "East US 2"}
# As quick as a small model, so that the lesson's answers are long in bytes and short in time.
PACE = ("--ttft=0.2", "--tpot=0.005")
PORT_SECONDS = 3.0  # a gateway that is just ending still has its port


@dataclass(frozen=True)
class Wanted:
    """Hold what a lab is started with; no key means a new one, port 0 any that is free."""

    folder: Path
    idle_seconds: float
    model: str = ""
    bearer_key: bool = False
    port: int = 0
    api_key: str = ""
    mock_options: tuple[str, ...] = ()  # as python -m mock_openai takes them; they win over PACE


class Supervisor:
    """Run the two mocks and the gateway, write the state, and stop when nobody needs them.

    A lab is needed as long as a process that joined it runs, and then until no request has come
    for a while. It is not when a server has ended or the state is gone.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._folder = wanted.folder
        self._servers: list[Server] = []
        self._used = time.monotonic()
        self._stop = threading.Event()

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until asked to stop or not needed any more; call `ready` when all servers are.

        Raises DeployError if a server fails and FileExistsError if another lab was quicker.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_signal)
        running = None
        try:
            starting = self._start()
            starting.write(self._folder)
            running = starting
            ready()
            while not self._stop.wait(0.25) and self._needed(running):
                pass
        finally:
            if running is not None:
                with contextlib.suppress(DeployError):  # the next deployment clears it
                    state.forget(self._folder, running.id)
            for server in reversed(self._servers):
                server.stop()

    def _start(self) -> state.State:
        api_key = self._wanted.api_key or secrets.token_hex(16)
        deployment = [f"--deployment={self._wanted.model}"] if self._wanted.model else []
        for seed, (name, region) in enumerate(REGIONS.items(), 1):
            options = ("--port=0", f"--region={region}", f"--seed={seed}", *PACE, *deployment)
            self._serve(f"mock {name}", "mock_openai", *options, *self._wanted.mock_options)
        urls = [server.wait_ready() for server in self._servers]
        urls.append(self._start_gateway(urls, api_key))
        processes = [
            state.Process.of(server.name, server.pid, url)
            for server, url in zip(self._servers, urls)
        ]
        supervisor = state.Process.of("supervisor", os.getpid())
        servers = (processes[-1], *processes[:-1])
        return state.State(
            supervisor, servers, api_key, self._wanted.model, self._wanted.bearer_key
        )

    def _start_gateway(self, mocks: list[str], api_key: str) -> str:
        """Start the gateway on the port it had before, where that is still free."""
        infra = PROJECT / "infra" / "gateway"
        deadline = time.monotonic() + PORT_SECONDS
        port = self._wanted.port
        while True:
            self._serve(
                "gateway",
                "apim_gateway",
                "serve",
                f"--port={port}",
                f"--policy={infra / 'policy.xml'}",
                f"--api={infra / 'api.json'}",
                *(["--bearer-key"] if self._wanted.bearer_key else []),
                *(
                    f"--backend={name}={url}/openai;priority={priority}"
                    for priority, (name, url) in enumerate(zip(REGIONS, mocks), 1)
                ),
                env={"LAB_API_KEY": api_key},
            )
            try:
                return self._servers[-1].wait_ready()
            except DeployError:
                if not port:
                    raise
                self._servers.pop()
                if time.monotonic() > deadline:
                    port = 0
                else:
                    time.sleep(0.3)

    def _serve(
        self, name: str, module: str, *arguments: str, env: Optional[dict[str, str]] = None
    ) -> None:
        log = self._folder / f"{name.replace(' ', '-')}.log"
        server = Server(name, module, arguments, log, on_request=self._use, env=env)
        self._servers.append(server)

    def _use(self) -> None:
        self._used = time.monotonic()

    def _needed(self, running: state.State) -> bool:
        if state.owned(self._folder):
            self._use()
        return (
            all(server.running for server in self._servers)
            and state.holds(self._folder, running.id)
            and time.monotonic() - self._used < self._wanted.idle_seconds
        )

    def _stop_signal(self, number: int, frame: Optional[FrameType]) -> None:
        self._stop.set()
