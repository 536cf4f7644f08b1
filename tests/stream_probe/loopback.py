"""A mock, and before it a gateway for each policy that does something to a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab_utils.settings import PROJECT, Settings
from local_processes.server import Server
from stream_probe.sending import Where, completions

KEY = "the-key-of-the-probed-gateway"
MODEL = Settings().model
VERSION = Settings().api_version
INFRA = PROJECT / "infra" / "gateway"
OWN = (INFRA / "policy.xml").read_text(encoding="utf-8")
BUFFERED = (INFRA / "experiments" / "buffered.xml").read_text(encoding="utf-8")
READS = OWN.replace(
    "<outbound>",
    '<outbound><set-variable name="all" value="@(context.Response.Body.As<string>(true))" />',
)


@dataclass
class Loopback:
    """Hold one mock and a gateway before it for each policy."""

    mock: str
    gateways: Mapping[str, str]

    def where(self, policy: str, scenario: str = "ok", key: str = KEY) -> Where:
        url = self.gateways[policy] if policy else self.mock
        return Where(completions(url, MODEL, VERSION), key, headers={"x-mock-scenario": scenario})


@contextmanager
def serving(folder: Path) -> Iterator[Loopback]:
    """Run them until the block ends; files and logs go to `folder`."""
    servers: list[Server] = []

    def start(name: str, module: str, *arguments: str) -> str:
        log = folder / f"{name}.log"
        servers.append(Server(name, module, arguments, log, cwd=PROJECT, env={"LAB_API_KEY": KEY}))
        return servers[-1].wait_ready()

    try:
        mock = start("mock", "mock_openai", "--port=0", "--tpot=0.007", f"--deployment={MODEL}")
        gateways = {}
        for name, policy in (("own", OWN), ("buffered", BUFFERED), ("reads", READS)):
            file = folder / f"{name}.xml"
            file.write_text(policy, encoding="utf-8")
            gateways[name] = start(
                name,
                "apim_gateway",
                *("serve", "--port=0", f"--policy={file}", f"--api={INFRA / 'api.json'}"),
                f"--backend=b={mock}/openai",
            )
        yield Loopback(mock, gateways)
    finally:
        for server in reversed(servers):
            server.stop()
