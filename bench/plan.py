"""What python -m bench measures, in the order of its table."""

from __future__ import annotations

from dataclasses import dataclass

from bench.loads import Burst, Load, Paced, Storm


@dataclass(frozen=True)
class Row:
    """Name one line of the table: a figure of a load, told with so many decimals."""

    label: str
    figure: str
    decimals: int = 0


@dataclass(frozen=True)
class Part:
    """Hold a load, how often each way takes its turn at it, and the rows it gives."""

    load: Load
    rounds: int
    rows: tuple[Row, ...]


def _burst(events: int, connections: int, requests: int) -> Part:
    of = f"{events:,} event{'s' if events > 1 else ''} a stream, c{connections}"
    each = (
        Row(f"{of}: requests/s", "requests/s")
        if events == 1
        else Row(f"{of}: events/s", "events/s"),
        Row(f"{of}: CPU us a request", "us/request"),
    )
    more = (
        Row(f"{of}: first event p50, ms", "first p50 ms", 2)
        if events == 1
        else Row(f"{of}: CPU us an event", "us/event", 2),
    )
    return Part(Burst(events, connections, requests), 3, each + more)


def _paced(streams: int, rate: int) -> Part:
    of = f"{streams:,} streams at {rate}/s"
    return Part(
        Paced(streams, rate, 6),
        1,
        (
            Row(f"{of}: CPU us an event", "us/event", 1),
            Row(f"{of}: gap p50, ms", "gap p50 ms", 1),
            Row(f"{of}: gap p99, ms", "gap p99 ms", 1),
            Row(f"{of}: first event p50, ms", "first p50 ms"),
            Row(f"{of}: first event p99, ms", "first p99 ms"),
            Row(f"{of}: memory, KB a stream", "KB/stream"),
        ),
    )


def _storm(clients: int) -> Part:
    of = f"{clients:,} clients connect at once"
    rows = (
        Row(f"{of}: late by a second", "late"),
        Row(f"{of}: first event p99, ms", "first p99 ms"),
    )
    return Part(Storm(clients), 1, rows)


# The paced ones come late: what a server keeps of 1,000 streams is not given back.
PLAN = (
    _burst(1, 1, 100),
    _burst(1, 16, 20),
    _burst(200, 1, 50),
    _burst(200, 16, 10),
    _burst(2000, 1, 10),
    _burst(2000, 16, 4),
    _paced(200, 50),
    _paced(1000, 20),
    _storm(1000),
)
