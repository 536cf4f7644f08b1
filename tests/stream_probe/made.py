"""Arrivals made up of what the causes do to a stream: no clock, no network."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterable, Sequence
from typing import Any, Optional

from stream_probe.arrival import Arrival, Read

FILTERED = {"protected_material_text": {"detected": False, "filtered": False}}


def event(text: str = "", size: int = 380, verdict: Any = None, **more: Any) -> bytes:
    """Return an event with text that is `size` bytes long."""
    choice = {"content_filter_results": verdict or {}, "delta": {"content": text}, "index": 0}
    bare = {"choices": [choice], "obfuscation": "", **more}
    bare["obfuscation"] = "x" * max(size - len(json.dumps(bare)) - 8, 0)
    return b"data: " + json.dumps(bare).encode() + b"\n\n"


def prompt_filter() -> bytes:
    return b'data: {"choices":[],"prompt_filter_results":[]}\n\n'


def answer(
    tokens: int = 300, pace: float = 0.02, size: int = 380, seed: int = 1, verdict: Any = FILTERED
) -> list[Read]:
    """Return what the service writes: when, and one event at a time."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    written, at = [Read(0.08, prompt_filter())], 0.3
    for number in range(tokens):
        data = event(f"{number}, ", size + rng.randrange(16), verdict)
        written.append(Read(at, data))
        at += pace * rng.uniform(0.6, 1.4)
    return [*written, Read(at, b"data: [DONE]\n\n")]


def windows(reads: Sequence[Read], tokens: int) -> list[Read]:
    """Let events go `tokens` at a time, one write each, as a filter does; the first goes alone."""
    out, held = [reads[0]], []
    for read in reads[1:]:
        held.append(read)
        if len(held) >= tokens:
            out += [Read(read.at + i * 0.0001, each.data) for i, each in enumerate(held)]
            held = []
    return out + [Read(reads[-1].at + i * 0.0001, each.data) for i, each in enumerate(held)]


def blocks(reads: Sequence[Read], block: int = 8192, cut: bool = False) -> list[Read]:
    """Let bytes go when there are `block`, all there are or, if `cut`, exactly so many."""
    out, held = [], b""
    for read in reads:
        held += read.data
        while len(held) >= block:
            piece = held[:block] if cut else held
            held = held[len(piece) :]
            out.append(Read(read.at, piece))
    return [*out, Read(reads[-1].at, held)] if held else out


def late(reads: Sequence[Read], pieces: int = 1) -> list[Read]:
    """Let everything go at the end, in so many writes."""
    body = b"".join(read.data for read in reads)
    step = -(-len(body) // pieces)
    cuts = range(0, len(body), step)
    return [Read(reads[-1].at + i * 0.0001, body[a : a + step]) for i, a in enumerate(cuts)]


def busy(reads: Iterable[Read], seed: int, longest: float = 0.12) -> list[Read]:
    """See every read late now and then, as a client on a busy machine does."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    out, free = [], 0.0
    for read in reads:
        at = max(read.at, free)
        if rng.random() < 0.08:
            at += rng.uniform(0, longest)
        free = at
        out.append(Read(at, read.data))
    return out


def arrival(reads: Sequence[Read], **more: Any) -> Arrival:
    return Arrival(tuple(reads), headers_at=reads[0].at, ended_at=reads[-1].at, **more)


def sizes(reads: Sequence[Read]) -> list[int]:
    return [len(read.data) for read in reads]


def instants(count: int, every: float, start: float = 0.3) -> list[float]:
    return list(itertools.islice(itertools.count(start, every), count))


def first_text(reads: Sequence[Read]) -> Optional[float]:
    return arrival(reads).ttft
