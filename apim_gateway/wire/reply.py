"""What a call to a backend gives: a reply whose body is a stream, or an error."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Callable, Optional, Protocol, Union

from multidict import CIMultiDict

from apim_gateway.wire.headers import Pairs

RequestBody = Union[bytes, AsyncIterator[bytes], None]


class UnreachableError(Exception):
    """Say that no connection came about, or that it broke before the headers."""


class HeadersTimeoutError(Exception):
    """Say that no headers came in time."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no response headers within {seconds:g} seconds")


class BrokenError(Exception):
    """Say that a body ended before its end."""


class SilentError(BrokenError):
    """Say that nothing more came of a body, although its connection stands."""


class Reply(Protocol):
    """Hold a backend's status and headers, and its body as a stream."""

    status: int
    reason: str
    headers: CIMultiDict[str]

    async def readany(self) -> bytes:
        """Wait for bytes and return all there are; nothing at the end. Raises BrokenError."""

    async def read(self) -> bytes:
        """Wait for the whole body. Raises BrokenError."""

    def has_data(self) -> bool:
        """Tell whether `readany` would not wait."""

    def at_eof(self) -> bool:
        """Tell whether the end is known and everything has been read."""

    def divert(self, taker: Callable[[bytes], bool]) -> None:
        """Offer to `taker` what comes while a reader waits; what it refuses is left to be read."""

    def close(self) -> None:
        """End the call now: an unfinished one is cut, a finished one frees its connection."""


class Client(Protocol):
    """Send requests exactly as they are given."""

    async def send(
        self,
        method: str,
        url: str,
        headers: Pairs,
        body: RequestBody = None,
        timeout: Optional[float] = None,
        follow_redirects: bool = False,
    ) -> Reply:
        """Send one request and wait at most `timeout` seconds for the headers of the reply.

        Raises UnreachableError or HeadersTimeoutError.
        """

    async def close(self) -> None:
        """Close every connection."""
