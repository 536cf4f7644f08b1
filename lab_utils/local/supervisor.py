"""Keeps a local lab running while somebody uses it, and leaves nothing behind."""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Optional

from ..settings import PROJECT
from . import state
from .server import Server

# Two regions, the second one in reserve: what a pool of Azure OpenAI accounts looks like.
REGIONS = {"swedencentral": "Sweden Central", "eastus2": "East US 2"}
ORPHAN_SECONDS = 60.0  # long enough for the next notebook, short enough to leave no orphan


class Supervisor:
    """Run the two mocks and the gateway, write the state, and stop when nobody needs them."""

    def __init__(self, folder: Path, idle_seconds: float, orphan_seconds: float) -> None:
        self._folder = folder
        self._idle_seconds = idle_seconds
        self._orphan_seconds = orphan_seconds
        self._servers: list[Server] = []
        self._active = self._owned = time.monotonic()
        self._stop = threading.Event()

    def run(self) -> None:
        """Serve until asked to stop, idle, or alone. Raises DeployError if a server fails."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_signal)
        written = False
        try:
            self._start().write(self._folder)
            written = True
            while not self._stop.wait(0.5) and self._needed():
                pass
        finally:
            for server in reversed(self._servers):
                server.stop()
            if written:
                state.forget(self._folder)

    def _start(self) -> state.State:
        api_key = secrets.token_hex(16)
        for seed, (name, region) in enumerate(REGIONS.items(), 1):
            options = ("--port=0", f"--region={region}", f"--seed={seed}")
            self._serve(f"mock {name}", "mock_openai", *options)
        urls = [server.wait_ready() for server in self._servers]
        infra = PROJECT / "infra" / "gateway"
        self._serve(
            "gateway",
            "apim_gateway",
            "serve",
            "--port=0",
            f"--policy={infra / 'policy.xml'}",
            f"--api={infra / 'api.json'}",
            *(
                f"--backend={name}={url}/openai;priority={priority}"
                for priority, (name, url) in enumerate(zip(REGIONS, urls), 1)
            ),
            env={"LAB_API_KEY": api_key},
        )
        urls.append(self._servers[-1].wait_ready())
        processes = [
            state.Process.of(server.name, server.pid, url)
            for server, url in zip(self._servers, urls)
        ]
        supervisor = state.Process.of("supervisor", os.getpid())
        return state.State(supervisor, (processes[-1], *processes[:-1]), api_key)

    def _serve(
        self, name: str, module: str, *arguments: str, env: Optional[dict[str, str]] = None
    ) -> None:
        log = self._folder / f"{name.replace(' ', '-')}.log"
        server = Server(name, module, arguments, log, on_request=self._touch, env=env)
        self._servers.append(server)

    def _touch(self) -> None:
        self._active = time.monotonic()

    def _needed(self) -> bool:
        now = time.monotonic()
        if state.owned(self._folder):
            self._owned = now
        return (
            all(server.running for server in self._servers)
            and now - self._active < self._idle_seconds
            and now - self._owned < self._orphan_seconds
        )

    def _stop_signal(self, number: int, frame: Optional[FrameType]) -> None:
        self._stop.set()
