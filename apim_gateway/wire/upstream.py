"""Calls to backends: one HTTP exchange each, its body read as it comes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Optional

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from apim_gateway.wire.headers import Pairs, end_to_end
from apim_gateway.wire.reach import Reach
from apim_gateway.wire.reply import (
    BrokenError,
    HeadersTimeoutError,
    RequestBody,
    SilentError,
    UnreachableError,
)

HEADERS_ALONE_TIMED = aiohttp.ClientTimeout(total=None)  # a stream may last; see `send`
LARGEST_HEADER = 65_536  # bytes; tokens with many claims are long
# Azure's load balancer drops a connection that has been silent for 4 minutes.
SILENCE = 240.0
NO_REDIRECTS: Mapping[str, str] = MappingProxyType({})
LOOPBACK = Reach()


class NotAllowedError(aiohttp.ClientError):
    """Say that a policy names a host that calls may not go to."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"policies may not call {host} from here: start the gateway with --allow-host {host}, "
            f"or with --redirect https://{host}=URL for a stand-in"
        )


class HttpReply:
    """Hold a backend's status and headers, and its body as a stream.

    A body that breaks, or that says nothing for `silence` seconds, raises BrokenError, after every
    byte that arrived has been handed out.
    """

    def __init__(self, response: aiohttp.ClientResponse, silence: float = SILENCE) -> None:
        self._response = response
        self._content = response.content
        self._silence = silence
        self.status = response.status
        self.reason = response.reason or ""
        self.headers = end_to_end(response.headers.items())
        self._watch()

    def _watch(self) -> None:
        """Limit silence, and see to it that a body breaks when its connection does.

        aiohttp closes the connection at chunks that are none and tells the body nothing of it: who
        reads waits for ever (seen in 3.13 and 3.14).
        """
        connection = self._response.connection
        protocol = connection.protocol if connection else None
        if protocol is None:  # the whole body is here
            return
        protocol.read_timeout = self._silence
        protocol.start_timeout()
        closed = protocol.closed
        if closed is None:
            self._break()
            return
        closed.remove_done_callback(_look_at)  # of the last reply over this connection
        closed.add_done_callback(_look_at)
        closed.add_done_callback(self._break)

        def whole() -> None:
            closed.remove_done_callback(self._break)

        self._content.on_eof(whole)

    def _break(self, closed: object = None) -> None:
        if not self._content.is_eof() and self._content.exception() is None:
            self._content.set_exception(aiohttp.ClientPayloadError("the chunks are malformed"))

    async def readany(self) -> bytes:
        """Wait for bytes and return all there are; nothing at the end. Raises BrokenError."""
        try:
            return await self._content.readany()
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
            # aiohttp tells of the break before it hands out what came ahead of it.
            rest = self._content._read_nowait(-1)
            if rest:
                return rest
            if isinstance(error, asyncio.TimeoutError):
                raise SilentError(f"nothing came for {self._silence:g} seconds") from error
            raise BrokenError(str(error)) from error

    async def read(self) -> bytes:
        """Wait for the whole body. Raises BrokenError."""
        pieces = []
        while not self.at_eof():
            pieces.append(await self.readany())
        return b"".join(pieces)

    def at_eof(self) -> bool:
        """Tell whether the end is known and everything has been read."""
        return self._content.at_eof() and self._content.exception() is None

    def close(self) -> None:
        """End the call now: an unfinished one is cut, a finished one frees its connection."""
        self._response.close()


def _look_at(closed: asyncio.Future[None]) -> None:
    """Look at how a connection ended, so that nobody is warned of it."""
    if not closed.cancelled():
        closed.exception()


class _Protocol(ResponseHandler):
    """Read the head of a reply before what came with it.

    aiohttp drops a reply whose first bytes hold a sound head and, behind it, chunks that are none.
    """

    def data_received(self, data: bytes) -> None:
        """Take bytes from the socket."""
        end = data.find(b"\r\n\r\n") + 4
        if 4 <= end < len(data):
            super().data_received(data[:end])
            data = data[end:]
        super().data_received(data)


class _Connector(aiohttp.TCPConnector):
    """Open connections, as many as it takes, to the hosts that calls may go to."""

    def __init__(self, reach: Reach) -> None:
        super().__init__(limit=0)
        factory: Any = partial(_Protocol, loop=self._loop)
        self._factory = factory
        self._reach = reach

    async def connect(self, req: Any, *arguments: Any, **named: Any) -> Any:
        """Give a connection for a request. Raises NotAllowedError."""
        host = req.url.host or ""
        if not self._reach.allows(host):
            raise NotAllowedError(host)
        return await super().connect(req, *arguments, **named)


def _told(error: Exception) -> str:
    """Return why no response came, in words of the network and not of a library."""
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"The name '{error.host}' could not be resolved."
    if isinstance(error, aiohttp.ClientConnectorError):
        reason = os.strerror(error.errno) if error.errno else "no connection"
        return f"No connection to {error.host}:{error.port}: {reason.lower()}."
    if isinstance(error, aiohttp.ServerDisconnectedError):
        return "The backend closed the connection before it answered."
    return str(error) or "The backend's answer cannot be read."


class HttpClient:
    """Send requests exactly as they are given: no header added, no body decoded, no proxy.

    A URL that begins with a key of `redirects` goes to the address there instead. Calls go where
    `reach` allows alone, a redirect's next hop included.
    """

    def __init__(
        self,
        redirects: Mapping[str, str] = NO_REDIRECTS,
        reach: Reach = LOOPBACK,
        silence: float = SILENCE,
    ) -> None:
        self._redirects, self._silence = redirects, silence
        self._session = aiohttp.ClientSession(
            connector=_Connector(reach),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=HEADERS_ALONE_TIMED,
            auto_decompress=False,
            max_field_size=LARGEST_HEADER,
            max_line_size=LARGEST_HEADER,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
        )

    async def send(
        self,
        method: str,
        url: str,
        headers: Pairs,
        body: RequestBody = None,
        timeout: Optional[float] = None,
        follow_redirects: bool = False,
    ) -> HttpReply:
        """Send one request and wait at most `timeout` seconds for the headers of the reply.

        Raises UnreachableError or HeadersTimeoutError.
        """
        call = self._session.request(
            method,
            URL(self._address(url), encoded=True),
            headers=end_to_end(headers),
            data=body,
            allow_redirects=follow_redirects,
        )
        try:
            return HttpReply(await asyncio.wait_for(call, timeout), self._silence)
        except asyncio.TimeoutError as error:
            raise HeadersTimeoutError(f"no response headers within {timeout:g} seconds") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnreachableError(_told(error)) from error

    def _address(self, url: str) -> str:
        for prefix, address in self._redirects.items():
            if url.startswith(prefix):
                return address + url[len(prefix) :]
        return url

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
