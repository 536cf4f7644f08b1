"""Headers on their way through: those of one connection stay behind."""

from __future__ import annotations

from collections.abc import Iterable

from multidict import CIMultiDict

HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
LARGEST_HEADER = 65_536  # bytes; tokens with many claims are long
Pairs = Iterable[tuple[str, str]]


def end_to_end(headers: Pairs) -> CIMultiDict[str]:
    """Return the headers that travel on: not those of one connection (RFC 9110, 7.6.1)."""
    kept = CIMultiDict(headers)
    if HOP_BY_HOP.isdisjoint(map(str.lower, kept)):  # most of the time, and asking costs least
        return kept
    for value in kept.getall("connection", ()):
        for name in value.split(","):
            kept.popall(name.strip(), None)
    for name in HOP_BY_HOP:
        kept.popall(name, None)
    return kept
