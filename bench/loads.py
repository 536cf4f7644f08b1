"""What is asked of a server under test, and what is measured meanwhile."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Protocol

from bench import clients
from bench.clients import percentile
from bench.servers import Server

Figures = dict[str, float]
LATE = 0.9  # seconds; a connection that the listening queue had no room for is tried again after 1


class Load(Protocol):
    """Ask something of a server."""

    async def measure(self, server: Server) -> Figures:
        """Return what was seen, by name."""


@dataclass(frozen=True)
class Burst:
    """Ask for streams without a pause, one after the other over each of some connections.

    It goes on until the server has used `cpu` seconds, or `seconds` have passed.
    """

    events: int
    connections: int
    requests: int  # over each connection, at a time
    cpu: float = 0.4  # forty steps of the clock that counts it
    seconds: float = 2.0

    async def measure(self, server: Server) -> Figures:
        """Return rates, CPU microseconds of the server, and how soon the first event came."""
        await clients.streams(server.url, self.connections, 1, self.events)
        before, start = server.cpu(), time.perf_counter()
        took = used = 0.0
        first: list[float] = []
        while not first or (used < self.cpu and took < self.seconds):
            found = await clients.streams(server.url, self.connections, self.requests, self.events)
            took, used = time.perf_counter() - start, server.cpu() - before
            first += [seen.first for seen in found]
        return {
            "requests/s": len(first) / took,
            "events/s": len(first) * self.events / took,
            "us/request": used / len(first) * 1e6,
            "us/event": used / len(first) / self.events * 1e6,
            "first p50 ms": percentile(first, 50) * 1e3,
        }


@dataclass(frozen=True)
class Paced:
    """Read streams side by side whose events come at a rate, as a model's do."""

    streams: int
    rate: float  # events a second, of each
    seconds: float

    async def measure(self, server: Server) -> Figures:
        """Return how even events came, CPU microseconds and memory of the server."""
        events = int(self.rate * self.seconds)
        idle = server.memory()
        cpu = server.cpu()
        reading = asyncio.ensure_future(
            clients.streams(server.url, self.streams, 1, events, 1 / self.rate)
        )
        await asyncio.wait([reading], timeout=self.seconds * 0.8)
        held = server.memory() - idle
        found = await reading
        used = server.cpu() - cpu
        between = clients.gaps(found)
        first = [seen.first for seen in found]
        return {
            "us/event": used / len(found) / events * 1e6,
            "gap p50 ms": percentile(between, 50) * 1e3,
            "gap p99 ms": percentile(between, 99) * 1e3,
            "first p50 ms": percentile(first, 50) * 1e3,
            "first p99 ms": percentile(first, 99) * 1e3,
            "KB/stream": max(0, held) / self.streams / 1024,
        }


@dataclass(frozen=True)
class Storm:
    """Let clients connect all at once."""

    clients: int

    async def measure(self, server: Server) -> Figures:
        """Return how many connections were late, and how soon a first event came."""
        start = time.perf_counter()

        async def one() -> tuple[float, float]:
            client = await clients.Client.connected(server.url)
            connected = time.perf_counter() - start
            await client.stream(1)
            client.close()
            return connected, time.perf_counter() - start

        found = await asyncio.gather(*(one() for _ in range(self.clients)))
        return {
            "late": sum(connected > LATE for connected, _ in found),
            "first p99 ms": percentile([first for _, first in found], 99) * 1e3,
        }
