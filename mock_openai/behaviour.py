"""How one call is answered, beside what its body asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional


@dataclass(frozen=True)
class Behaviour:
    """Say how one call is answered, beside what its body asks for."""

    # Pace and length; None leaves them to the server's options and to the prompt
    ttft: Optional[float] = None
    tpot: Optional[float] = None
    tokens: Optional[int] = None
    seed: Optional[int] = None
    region: Optional[str] = None
    # What the model writes
    n: Optional[int] = None
    calls: int = 0
    limit: Optional[int] = None
    reasoning: Optional[int] = None
    refuse: bool = False
    servers: bool = True  # of tools (MCP) answer
    # What the content filter does to it
    moderation: str = "default"
    # What becomes of the stream
    streams: bool = True
    ending: Optional[str] = None
    fault: Optional[str] = None
    after: int = 0
    size: int = 0
    bytes: int = 0
    seconds: float = 0.0
    latency: bool = False
    # An error instead of an answer
    error: Optional[str] = None
    retry_after: Optional[int] = None
    retry_after_ms: Optional[int] = None


@dataclass(frozen=True)
class Parameter:
    """Describe a field that a call may set: one line of documentation, and how its text is read."""

    doc: str
    read: Callable[[str], Any]  # raises ValueError, whose text says what is wanted


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and low <= int(text) <= high:
            return int(text)
        raise ValueError(f"a whole number from {low} to {high}")

    return read


def _whole_or_none(text: str) -> Optional[int]:
    return None if text == "none" else _whole(0, 10**7)(text)


def _seconds(text: str) -> float:
    wanted = "seconds, from 0 to 3600"
    try:
        value = float(text)
    except ValueError:
        raise ValueError(wanted) from None
    if not 0 <= value <= 3600:
        raise ValueError(wanted)
    return value


COMMON: Mapping[str, Parameter] = {
    "ttft": Parameter("seconds to the first token", _seconds),
    "tpot": Parameter("seconds between tokens, on average", _seconds),
    "tokens": Parameter("length of the answer in tokens", _whole(0, 20_000)),
    "seed": Parameter("fixes ids, padding and gaps, which else differ by call", _whole(0, 10**9)),
    "region": Parameter("the scenario happens in this region only, all is well elsewhere", str),
}
PARAMETERS: Mapping[str, Parameter] = {
    **COMMON,
    "n": Parameter("number of choices", _whole(1, 128)),
    "calls": Parameter("number of function calls", _whole(1, 16)),
    "limit": Parameter("tokens the answer may have", _whole(1, 20_000)),
    "reasoning": Parameter("tokens the model thinks before it writes", _whole(1, 20_000)),
    "after": Parameter("tokens before it happens", _whole(0, 20_000)),
    "size": Parameter("tokens that come together", _whole(1, 20_000)),
    "bytes": Parameter("bytes in each write", _whole(1, 1_000_000)),
    "seconds": Parameter("length of the silence", _seconds),
    "retry_after": Parameter("seconds in the header Retry-After, or none", _whole_or_none),
    "retry_after_ms": Parameter("milliseconds in the header retry-after-ms", _whole_or_none),
}
