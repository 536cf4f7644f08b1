"""The short way of a body that nothing holds or watches: from one transport to the other."""

from __future__ import annotations

from typing import Optional, Protocol

from apim_gateway.wire.relay import Flushes

SLOW = 65_536  # bytes that wait for a client before its backend has to wait, too; as in aiohttp


class Transport(Protocol):
    """Write to a client; one of asyncio's."""

    def is_closing(self) -> bool:
        """Tell whether nothing can be written any more."""

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait for the client."""

    def write(self, data: bytes) -> None:
        """Send `data` as soon as may be."""


class Direct:
    """Send pieces past the relay's loop and aiohttp's writer, for a fraction of their price.

    The head must be out. A client that is slow or gone is left to the relay, as is the end.
    """

    def __init__(self, transport: Optional[Transport], chunked: bool, flushes: Flushes) -> None:
        self._transport, self._chunked, self._flushes = transport, chunked, flushes

    def take(self, data: bytes) -> bool:
        """Send `data` and tell so, or tell that the client cannot take it now."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > SLOW:
            return False
        transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)
        self._flushes.flushed(data)
        return True
