"""How a response body travels: released at once or 8 KB at a time, and watched as it passes.

Source: the `buffer-response` attribute of
https://learn.microsoft.com/azure/api-management/forward-request-policy: chunks are buffered
"(8 KB, unless end of stream is detected)", or each is returned at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Protocol

from apim_gateway.wire.reply import BrokenError

BLOCK = 8_192


class Source(Protocol):
    """Give a body piece by piece."""

    async def readany(self) -> bytes:
        """Wait for bytes and return all there are; nothing at the end. Raises BrokenError."""

    def at_eof(self) -> bool:
        """Tell whether the end is known and everything has been read."""


class Sink(Protocol):
    """Take what goes to the client; each call is one write, and waits for a slow reader."""

    async def write(self, data: bytes) -> None:
        """Send `data` now."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Send `data` and the end of the body in one write."""


class Tee(Protocol):
    """Watch a body without holding it."""

    def feed(self, data: bytes) -> None:
        """See what arrived from the backend."""

    def end(self) -> None:
        """See that no more comes, whether the body is whole or broken."""


class Flushes(Protocol):
    """Note each release to the client."""

    def flushed(self, data: bytes) -> None:
        """See what was just written."""


async def relay(
    source: Source,
    sink: Sink,
    buffered: bool,
    tees: Sequence[Tee] = (),
    flushes: Optional[Flushes] = None,
) -> None:
    """Carry a body from `source` to `sink`; `buffered` gathers blocks of 8,192 bytes.

    The end leaves together with the last bytes when both arrived together. A slow `sink` slows the
    `source`. Raises BrokenError, after what was gathered has been released, and what `sink` raises.
    """
    held = bytearray()
    try:
        while True:
            try:
                data = await source.readany()
            except BrokenError:
                if held:
                    await sink.write(bytes(held))
                raise
            for tee in tees:
                tee.feed(data)
            held += data
            ended = source.at_eof()
            if not (ended or (held and not buffered) or len(held) >= BLOCK):
                continue
            piece = bytes(held)
            held.clear()
            if ended:
                await sink.write_eof(piece)
            else:
                await sink.write(piece)
            if piece and flushes:
                flushes.flushed(piece)
            if ended:
                return
    finally:
        for tee in tees:
            tee.end()
