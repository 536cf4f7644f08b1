"""What a client sees of streams: how fast, how soon, how evenly."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATH = "/openai/deployments/bench/chat/completions"
KEY = "a-key-for-the-bench"
LAST = b"0\r\n\r\n"


@dataclass
class Seen:
    """Hold the instants of one stream, in seconds since the request was sent."""

    first: float = 0.0
    total: float = 0.0
    events: int = 0
    reads: list[float] = field(default_factory=list)


async def stream(url: str, events: int, pause: float = 0.0) -> Seen:
    """Ask for one stream and read it to its end."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=2**20)
    body = json.dumps({"stream": True, "events": events, "pause": pause}).encode()
    head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\napi-key: {KEY}\r\n"
    seen = Seen()
    start = time.perf_counter()
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    status = await reader.readuntil(b"\r\n\r\n")
    if not status.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{url} answered {status[:80]!r}")
    tail = b""
    while not tail.endswith(LAST):
        data = await reader.read(2**18)
        if not data:
            raise RuntimeError(f"{url} broke off")
        moment = time.perf_counter() - start
        seen.first = seen.first or moment
        seen.reads.append(moment)
        seen.events += data.count(b"data: {")
        tail = (tail + data)[-len(LAST) :]
    seen.total = time.perf_counter() - start
    writer.close()
    return seen


async def events_per_second(url: str, connections: int, events: int) -> float:
    """Return how many events all connections together receive in a second."""
    start = time.perf_counter()
    await asyncio.gather(*(stream(url, events) for _ in range(connections)))
    return connections * events / (time.perf_counter() - start)


async def first_event(url: str, requests: int, connections: int) -> float:
    """Return the median time to the first event, in seconds."""
    seen: list[float] = []

    async def ask() -> None:
        for _ in range(requests):
            seen.append((await stream(url, 1)).first)

    await asyncio.gather(*(ask() for _ in range(connections)))
    return percentile(seen, 50)


async def gaps(url: str, streams: int, events: int, pause: float) -> list[float]:
    """Return the seconds between the reads of paced streams that run side by side."""
    found = await asyncio.gather(*(stream(url, events, pause) for _ in range(streams)))
    return [b - a for seen in found for a, b in zip(seen.reads, seen.reads[1:-1])]


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which so many percent of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
