"""Measure the gateway with the lab's own policy: python -m bench, under 90 seconds.

Backend, relay, gateway and client are processes of their own on this machine. "direct" asks the
backend itself, "relay" is a server of the same library that only copies.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

from apim_gateway.policies import REGISTRY
from apim_gateway.reading import document, reader
from bench import clients, servers
from policy_expressions import context

GATEWAY = Path(__file__).parents[1] / "infra" / "gateway"
EVENTS = 64_000
STREAMS, RATE, SECONDS = 200, 50, 6


@contextmanager
def process(*arguments: str) -> Iterator[str]:
    """Start a server and give its URL."""
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "LAB_API_KEY": clients.KEY},
    ) as started:
        try:
            if started.stdout is None:
                raise RuntimeError("no output")
            yield json.loads(started.stdout.readline())["url"]
        finally:
            started.kill()


def evaluation(repeats: int = 5_000) -> float:
    """Return the seconds that the expressions of the lab's policy take for one request."""
    text = (GATEWAY / "policy.xml").read_text(encoding="utf-8")
    compiled = document.compile_document(reader.read(text, "policy.xml"), "policy.xml", REGISTRY)
    choose = compiled.sections["inbound"].steps[3].step
    condition = choose.branches[0][0]  # type: ignore[attr-defined]
    url = context.Url("http", "127.0.0.1", 80, "/")
    request = context.Request("POST", url, url)
    request.body = context.Body(b'{"stream":true,"messages":[{"role":"user","content":"hi"}]}')
    seen = context.Context(request, request_id=UUID(int=0))
    start = time.perf_counter()
    for _ in range(repeats):
        condition.boolean(seen)
    return (time.perf_counter() - start) / repeats


async def measure(direct: str, relay: str, gateway: str) -> None:
    """Print the table."""
    ways = {"direct": direct, "relay": relay, "gateway": gateway}
    print(f"{'':34}" + "".join(f"{way:>12}" for way in ways))

    def row(label: str, values: list[float], form: str) -> None:
        cells = [f"{value:{form}}" if value else "-" for value in values]
        print(f"{label:34}" + "".join(f"{cell:>12}" for cell in cells))

    for connections in (1, 16):
        events = EVENTS // connections
        found = [await clients.events_per_second(url, connections, events) for url in ways.values()]
        row(f"events/s, {connections} connection(s)", found, ",.0f")
    for connections in (1, 16):
        requests = 200 // connections
        found = [await clients.first_event(url, requests, connections) for url in ways.values()]
        row(f"first event, {connections} connection(s), ms", [s * 1000 for s in found], ".2f")
    streams = [
        await clients.gaps(url, STREAMS, RATE * SECONDS, 1 / RATE) for url in (relay, gateway)
    ]
    for percent in (50, 99):
        found = [clients.percentile(gaps, percent) * 1000 for gaps in streams]
        row(f"{STREAMS} streams at {RATE}/s, gap p{percent}, ms", [0.0, *found], ".2f")
    print(f"the policy's expressions: {evaluation() * 1e6:.0f} microseconds a request")


def main() -> None:
    """Start the servers, measure, stop them."""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores")
    start = time.perf_counter()
    with ExitStack() as stack:

        def serve(*arguments: str) -> str:
            return stack.enter_context(process(*arguments))

        backend = serve("bench.servers", "backend")
        relay = serve("bench.servers", "relay", backend)
        gateway = serve(
            "apim_gateway",
            "serve",
            *("--policy", str(GATEWAY / "policy.xml"), "--api", str(GATEWAY / "api.json")),
            *("--backend", f"bench={backend}/openai"),
        )
        servers.run(measure(backend, relay, gateway))
    print(f"took {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
