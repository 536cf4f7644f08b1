"""Measure what an event costs the mock, and how late it comes: python -m bench.mock_cost.

Beside it a bare pacer of uvloop writes the same bytes at the same times and knows nothing else.
`--also FOLDER` measures the mock of another checkout in the same run: before and after.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, Optional, cast
from urllib.parse import urlsplit

from bench.clients import KEY
from bench.servers import PROJECT, Server, run, serving

PATH = "/openai/deployments/gpt-4o-mini/chat/completions?api-version=2024-10-21"
BODY = b'{"messages":[{"role":"user","content":"Explain"}],"stream":true}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
AT_ONCE = "ok; seed=1; ttft=0; tpot=0; tokens=2000"
PACED = "ok; seed=1; ttft=0.1; tpot=0.02; tokens=300"
STREAMS, SPREAD = 200, 2.0  # seconds over which the paced streams begin
ROUNDS = 3


class Schedule(NamedTuple):
    """Hold what one stream is: its frames, and when each is due, in seconds."""

    frames: list[bytes]
    due: list[float]


def schedule(scenario: str) -> Schedule:
    """Return the events of a stream as the mock's core makes them."""
    from mock_openai import models, pace, scenarios, service, wire
    from mock_openai.context import Context
    from mock_openai.memory import Memory

    _, behaviour = scenarios.parse(scenario, "local")
    paced = pace.Pace(behaviour.ttft or 0, behaviour.tpot or 0)
    model = models.served_by("gpt-4o-mini")
    context = Context(behaviour, model, paced, 1_780_000_000, wire.seeded(behaviour.seed), Memory())
    request = service.read(service.CHAT, json.loads(BODY), "2024-10-21", context)
    frames, due, clock = [], [], 0.0
    for event in service.stream(service.CHAT, request, context):
        clock += event.wait
        frames.append(b"%x\r\n%b\r\n" % (len(event.data), event.data))
        due.append(clock)
    frames[-1] += END
    return Schedule(frames, due)


class Pacer(asyncio.Protocol):
    """Write the frames of a schedule, each when it is due; to any request."""

    def __init__(self, schedules: dict[bytes, Schedule]) -> None:
        self.schedules = schedules
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Begin the schedule that the request names."""
        self.transport.write(HEAD)
        self.planned = next(each for name, each in self.schedules.items() if name in data)
        self.start = self.loop.time()
        self.step(0)

    def step(self, position: int) -> None:
        """Write what is due, and wait for the next."""
        frames, due = self.planned
        while position < len(due) and self.start + due[position] <= self.loop.time():
            self.transport.write(frames[position])
            position += 1
        if position < len(due):
            self.loop.call_at(self.start + due[position], self.step, position)


async def pace() -> None:
    """Serve the bare pacer until killed."""
    schedules = {each.encode(): schedule(each) for each in (AT_ONCE, PACED)}
    server = await asyncio.get_running_loop().create_server(
        lambda: Pacer(schedules), "127.0.0.1", 0, backlog=1024
    )
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"url": f"http://127.0.0.1:{port}"}), flush=True)
    await asyncio.Event().wait()


class Reader(asyncio.Protocol):
    """Ask for one stream and note when each event came, in seconds since the request."""

    def __init__(self, request: bytes) -> None:
        self.request = request
        self.came: list[float] = []
        self.over = asyncio.get_running_loop().create_future()
        self.tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self.transport = cast("asyncio.Transport", transport)
        self.start = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Count the ends of events; none is cut on loopback but at full speed."""
        moment = time.perf_counter() - self.start
        self.tail = (self.tail + data)[-len(data) - 1 :] if self.tail else data
        self.came += [moment] * self.tail.count(b"\n\n")
        self.tail = self.tail[-1:] if not self.tail.endswith(b"\n\n") else b""
        if data.endswith(END):
            self.transport.close()

    def connection_lost(self, _: Optional[Exception]) -> None:
        """End the wait for the stream."""
        self.over.set_result(self.came)


async def read(url: str, scenario: str, after: float = 0.0) -> list[float]:
    """Read one stream after so many seconds; returns when its events came."""
    await asyncio.sleep(after)
    host, _, port = urlsplit(url).netloc.partition(":")
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: bench\r\napi-key: {KEY}\r\nx-mock-scenario: {scenario}\r\n"
    )
    request = f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    connect = asyncio.get_running_loop().create_connection
    _, reader = await connect(lambda: Reader(request), host, int(port))
    came: list[float] = await reader.over
    return came


async def at_full_speed(server: Server, streams: int = 10, rounds: int = 3) -> float:
    """Return the CPU seconds an event costs where nothing waits."""
    await read(server.url, AT_ONCE)
    before, events = server.cpu(), 0
    for _ in range(rounds):
        found = await asyncio.gather(*(read(server.url, AT_ONCE) for _ in range(streams)))
        events += sum(map(len, found))
    return (server.cpu() - before) / events


async def at_pace(server: Server, due: list[float]) -> tuple[float, list[float]]:
    """Return the CPU seconds an event costs at 50 a second, and how late each came."""
    before = server.cpu()
    waits = [SPREAD * number / STREAMS for number in range(STREAMS)]
    found = await asyncio.gather(*(read(server.url, PACED, wait) for wait in waits))
    short = [len(came) for came in found if len(came) != len(due)]
    assert not short, f"{len(short)} streams are short, for example {short[0]} events"
    late = [moment - wanted for came in found for moment, wanted in zip(came, due)]
    return (server.cpu() - before) / len(late), late


async def measure(servers: dict[str, Server]) -> None:
    """Print a line for each server: medians of rounds, in which all have their turn."""
    due = schedule(PACED).due
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in servers}
    for _ in range(ROUNDS):
        for name, server in servers.items():
            full = await at_full_speed(server)
            paced, late = await at_pace(server, due)
            p50, p99 = (statistics.quantiles(late, n=100)[percent - 1] for percent in (50, 99))
            found[name].append((full * 1e6, paced * 1e6, p50 * 1e3, p99 * 1e3))
    heads = ("us CPU/event", f"at {STREAMS} x 50/s", "late p50 ms", "p99 ms")
    print(f"{'':24}" + "".join(f"{head:>15}" for head in heads))
    for name, rounds in found.items():
        medians = [statistics.median(column) for column in zip(*rounds)]
        print(f"{name:24}" + "".join(f"{value:15.1f}" for value in medians))


def main() -> None:
    """Start the servers, measure, stop them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--also", type=Path, metavar="FOLDER", help="another checkout")
    also = parser.parse_args().also
    with ExitStack() as stack:
        pacer = stack.enter_context(serving(PROJECT, "bench.mock_cost", "pacer"))
        servers = {"bare pacer": pacer}
        for folder in filter(None, (also, PROJECT)):
            mock = stack.enter_context(serving(folder, "mock_openai"))
            servers[f"mock of {folder.resolve().name}"] = mock
        run(measure(servers))


if __name__ == "__main__":
    if sys.argv[1:] == ["pacer"]:
        run(pace())
    else:
        main()
