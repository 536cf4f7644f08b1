"""The body of the client's request on its way in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Optional, Protocol

from apim_gateway.running.place import FORWARDER, SectionError
from apim_gateway.wire.reply import BrokenError
from apim_gateway.wire.responses import Answer, incomplete, too_large


class Source(Protocol):
    """Give the body of the client's request."""

    async def readany(self) -> bytes:
        """Wait for bytes and return all there are; nothing at the end."""


class Incoming:
    """Hand a body on as it comes; one that breaks off or is too large is refused."""

    def __init__(self, source: Source, most: int) -> None:
        self._source, self._most = source, most
        self.refused: Optional[SectionError] = None  # why it is not read on

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield it as it comes. Raises SectionError."""
        size = 0
        while True:
            try:
                piece = await self._source.readany()
            except BrokenError as error:
                raise self._refuse("ClientConnectionFailure", str(error), incomplete()) from error
            if not piece:
                return
            size += len(piece)
            self.check_size(size)
            yield piece

    def check_size(self, size: int) -> None:
        """Refuse a body of more bytes than may come. Raises SectionError."""
        if size > self._most:
            message = f"The request body is larger than {self._most:,} bytes."
            raise self._refuse("RequestBodyTooLarge", message, too_large(message))

    def _refuse(self, reason: str, message: str, answer: Answer) -> SectionError:
        self.refused = SectionError(FORWARDER, reason, message, answer)
        return self.refused
