"""Which servers the lab on this machine consists of: two mocks, and the gateway before them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local_processes.errors import LocalError
from local_processes.server import Server
from local_processes.state import State
from local_processes.supervisor import Supervisor

from ..settings import PROJECT

# Two regions, the second one in reserve: what a pool of Azure OpenAI accounts looks like.
REGIONS = {"swedencentral": "Sweden Central", "eastus2": "East US 2"}
# As quick as a small model, so that the lesson's answers are long in bytes and short in time.
PACE = ("--ttft=0.1", "--tpot=0.004")
KEY = "LAB_LOCAL_KEY"  # environment of the supervisor: the key to keep, never on a command line
PORT_SECONDS = 3.0  # a gateway that is just ending still has its port


@dataclass(frozen=True)
class Wanted:
    """Hold what a lab is started with; no key means a new one, port 0 any that is free."""

    model: str = ""
    bearer_key: bool = False
    port: int = 0
    api_key: str = ""
    mock_options: tuple[str, ...] = ()  # as python -m mock_openai takes them; they win over PACE

    def start(self, supervisor: Supervisor) -> tuple[Sequence[Server], Mapping[str, str]]:
        """Start the servers; return the gateway, then the mocks, and what `details` holds.

        Raises LocalError if one does not start.
        """
        api_key = self.api_key or secrets.token_hex(16)
        deployment = [f"--deployment={self.model}"] if self.model else []
        mocks = []
        for seed, (name, region) in enumerate(REGIONS.items(), 1):
            options = ("--port=0", f"--region={region}", f"--seed={seed}", *PACE, *deployment)
            mock = supervisor.serve(f"mock {name}", "mock_openai", *options, *self.mock_options)
            mocks.append(mock)
        gateway = self._gateway(supervisor, [mock.wait_ready() for mock in mocks], api_key)
        return (gateway, *mocks), details(api_key, self.model, self.bearer_key)

    def _gateway(self, supervisor: Supervisor, mocks: list[str], api_key: str) -> Server:
        """Start the gateway on the port it had before, where that is still free."""
        infra = PROJECT / "infra" / "gateway"
        deadline = time.monotonic() + PORT_SECONDS
        port = self.port
        while True:
            gateway = supervisor.serve(
                "gateway",
                "apim_gateway",
                "serve",
                f"--port={port}",
                f"--policy={infra / 'policy.xml'}",
                f"--api={infra / 'api.json'}",
                *(["--bearer-key"] if self.bearer_key else []),
                *(
                    f"--backend={name}={url}/openai;priority={priority}"
                    for priority, (name, url) in enumerate(zip(REGIONS, mocks), 1)
                ),
                env={"LAB_API_KEY": api_key},
            )
            try:
                gateway.wait_ready()
                return gateway
            except LocalError:
                if not port:
                    raise
                if time.monotonic() > deadline:
                    port = 0
                else:
                    time.sleep(0.3)


def details(api_key: str, model: str, bearer_key: bool) -> dict[str, str]:
    """Return what another kernel needs to know of a lab that runs."""
    return {"api_key": api_key, "model": model, "bearer_key": "yes" if bearer_key else ""}


def key_of(running: State) -> str:
    """Return the gateway's key; empty where the state has none."""
    return running.details.get("api_key", "")
