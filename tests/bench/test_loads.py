"""What the bench measures: each load, small, at its own backend and through a real gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bench import clients, nginx, servers
from bench.__main__ import everything
from bench.loads import Burst, Paced, Storm
from bench.plan import Part, Row
from bench.servers import PROJECT, Server


@pytest.fixture(scope="module")
def ways() -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        backend = stack.enter_context(servers.serving(PROJECT, "bench.backend"))
        found = {"direct": backend, "gateway": stack.enter_context(servers.gateway(backend))}
        if nginx.program():
            found["nginx"] = stack.enter_context(nginx.relay(backend))
        yield found


@pytest.mark.parametrize("events", [1, 2, 700])
@pytest.mark.parametrize("pause", [0.0, 0.001])
def test_every_event_is_counted_whatever_frames_it(
    ways: dict[str, Server], events: int, pause: float
) -> None:
    for server in ways.values():
        found = asyncio.run(clients.streams(server.url, 2, 2, events, pause))
        assert [seen.events for seen in found] == [events] * 4
        assert all(0 < seen.first <= seen.total for seen in found)


def test_the_figures_of_a_run_are_those_of_its_plan(ways: dict[str, Server]) -> None:
    burst = Part(Burst(3, 2, 1, cpu=0), 2, (Row("rate", "events/s"), Row("price", "us/event")))
    paced = Part(Paced(3, 100, 0.1), 1, (Row("gap", "gap p50 ms"), Row("memory", "KB/stream")))
    storm = Part(Storm(5), 1, (Row("late", "late"), Row("first", "first p99 ms")))
    lines = asyncio.run(everything(ways, [burst, paced, storm]))
    standing = ["start until it listens, ms", "memory, idle, MB"]
    labels = [line.label for line in lines]
    assert labels == [*standing, "rate", "price", "gap", "memory", "late", "first"]
    for line in lines:
        assert list(line.values) == list(ways)
    values = {line.label: line.values for line in lines}
    assert all(value and value > 0 for name in ("rate", "gap") for value in values[name].values())


def test_a_refused_request_is_told() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 401 Access Denied\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(refuse, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(
            clients.BrokenOffError, match=r"0 of 3 events came; .*401 Access Denied"
        ):
            await clients.streams(f"http://127.0.0.1:{port}", 1, 1, 3)
        server.close()

    asyncio.run(main())


def test_gaps_are_those_within_a_stream() -> None:
    seen = [clients.Seen(reads=[1.0, 1.5, 3.0]), clients.Seen(reads=[7.0, 7.25])]
    assert clients.gaps(seen) == [0.5, 1.5, 0.25]


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 3), (99, 5), (100, 5)])
def test_a_percentile_is_one_of_the_values(percent: float, value: float) -> None:
    assert clients.percentile([5, 1, 4, 2, 3], percent) == value
