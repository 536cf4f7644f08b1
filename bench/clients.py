"""What a client sees of streams: how fast, how soon, how evenly."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Optional, cast
from urllib.parse import urlsplit

PATH = "/openai/deployments/bench/chat/completions?api-version=2024-10-21"
KEY = "a-key-for-the-bench"
MARK = b"~"  # one byte in each event and nowhere else: a chunk's border cannot cut it
LAST = b"0\r\n\r\n"


class BrokenOffError(Exception):
    """Say that a stream was refused or ended early."""


@dataclass
class Seen:
    """Hold the instants of one stream, in seconds since the request was sent."""

    first: float = 0.0
    total: float = 0.0
    events: int = 0
    reads: list[float] = field(default_factory=list)


class Client(asyncio.Protocol):
    """Ask for one stream after the other over one connection."""

    def __init__(self) -> None:
        self._over: Optional[asyncio.Future[Seen]] = None

    @classmethod
    async def connected(cls, url: str) -> Client:
        """Return a client that is connected."""
        parts = urlsplit(url)
        connect = asyncio.get_running_loop().create_connection
        _, client = await connect(cls, str(parts.hostname), parts.port or 80)
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name

    async def stream(self, events: int, pause: float = 0.0) -> Seen:
        """Read one stream to its end, at most `events`. Raises BrokenOffError."""
        body = json.dumps({"stream": True, "events": events, "pause": pause}).encode()
        head = f"POST {PATH} HTTP/1.1\r\nHost: bench\r\napi-key: {KEY}\r\n"
        self._seen, self._tail = Seen(), b""
        self._over = asyncio.get_running_loop().create_future()
        self._start = time.perf_counter()
        self._transport.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        seen = await self._over
        if seen.events != events:
            raise BrokenOffError(
                f"{seen.events} of {events} events came; then {self._tail[:300]!r}"
            )
        return seen

    def data_received(self, data: bytes) -> None:
        """Note the moment and count events."""
        moment = time.perf_counter() - self._start
        joined = self._tail + data
        found = data.count(MARK)
        seen = self._seen
        if found:
            seen.first = seen.first or moment
            seen.events += found
            seen.reads.append(moment)
        if joined.startswith(b"HTTP/1.1 ") and not joined.startswith(b"HTTP/1.1 200"):
            self._tail = joined
            self._end()
        elif joined.endswith(LAST):
            seen.total = moment
            self._end()
        else:
            self._tail = joined[-len(LAST) :]

    def connection_lost(self, error: Optional[Exception]) -> None:
        """End what is waited for."""
        self._end()

    def _end(self) -> None:
        if self._over and not self._over.done():
            self._over.set_result(self._seen)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()


async def streams(
    url: str, connections: int, requests: int, events: int, pause: float = 0.0
) -> list[Seen]:
    """Read so many streams over each connection, one after the other; all side by side."""

    async def over_one() -> list[Seen]:
        client = await Client.connected(url)
        try:
            return [await client.stream(events, pause) for _ in range(requests)]
        finally:
            client.close()

    found = await asyncio.gather(*(over_one() for _ in range(connections)))
    return [seen for each in found for seen in each]


def gaps(found: Sequence[Seen]) -> list[float]:
    """Return the seconds between the reads of events, of all streams together."""
    return [b - a for seen in found for a, b in zip(seen.reads, seen.reads[1:])]


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which so many percent of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
