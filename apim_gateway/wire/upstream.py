"""Calls to backends: one HTTP exchange each, its body read as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Optional, TypeVar

from yarl import URL

from apim_gateway.wire import outgoing
from apim_gateway.wire.connection import Connection
from apim_gateway.wire.headers import Pairs, end_to_end
from apim_gateway.wire.incoming import Incoming
from apim_gateway.wire.outgoing import Request
from apim_gateway.wire.pool import Origin, Pool
from apim_gateway.wire.reach import Reach
from apim_gateway.wire.reply import HeadersTimeoutError, RequestBody, UnreachableError

# Azure's load balancer drops a connection that has been silent for 4 minutes.
SILENCE = 240.0
HOPS = 10  # of redirects
REDIRECTS = (301, 302, 303, 307, 308)
SENT_AGAIN = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")  # RFC 9110, 9.2.2
OF_THE_BODY = ("Content-Length", "Content-Type", "Content-Encoding", "Content-Language")
NO_REDIRECTS: Mapping[str, str] = MappingProxyType({})
LOOPBACK = Reach()
T = TypeVar("T")


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
        self._redirects, self._reach = redirects, reach
        self._pool = Pool(silence)

    async def send(
        self,
        method: str,
        url: str,
        headers: Pairs,
        body: RequestBody = None,
        timeout: Optional[float] = None,
        follow_redirects: bool = False,
    ) -> Incoming:
        """Send one request and wait at most `timeout` seconds for the headers of the reply.

        Raises UnreachableError or HeadersTimeoutError.
        """
        timer = _Timer(timeout)
        request = Request(method, self._address(url), end_to_end(headers), body)
        reply = await self._ask(request, timer)
        hops = 0
        while follow_redirects and reply.status in REDIRECTS and "Location" in reply.headers:
            reply.close()
            hops += 1
            if hops > HOPS:
                raise UnreachableError(f"The backend redirects more than {HOPS} times.")
            request = self._next(request, reply)
            reply = await self._ask(request, timer)
        return reply

    async def _ask(self, request: Request, timer: _Timer) -> Incoming:
        """Send a request over an idle connection, or a new one, and wait for the head."""
        host = request.url.host or ""
        if not self._reach.allows(host):
            raise UnreachableError(
                f"policies may not call {host} from here: start the gateway with --allow-host "
                f"{host}, or with --redirect https://{host}=URL for a stand-in"
            )
        origin = Origin.of(request.url)
        idle = self._pool.take(origin)
        if idle is not None:
            reply = idle.ask(request)
            try:
                return await timer.head_of(reply)
            except UnreachableError:  # closed at the very moment it was used again
                if not (reply.untouched and request.method in SENT_AGAIN and request.is_kept):
                    raise
        connection: Connection = await timer.within(self._pool.open(origin))
        return await timer.head_of(connection.ask(request))

    def _address(self, url: str) -> URL:
        for prefix, address in self._redirects.items():
            if url.startswith(prefix):
                return outgoing.address(address + url[len(prefix) :])
        return outgoing.address(url)

    def _next(self, request: Request, reply: Incoming) -> Request:
        """Return the request that a redirect asks for, as browsers and curl send it."""
        joined = request.url.join(URL(reply.headers["Location"], encoded=True))
        url = self._address(str(joined))
        headers = request.headers.copy()
        if Origin.of(url) != Origin.of(request.url):
            headers.popall("Authorization", None)
            headers.popall("Host", None)
        as_get = (reply.status == 303 and request.method != "HEAD") or (
            reply.status in (301, 302) and request.method == "POST"
        )
        if as_get:
            for name in OF_THE_BODY:
                headers.popall(name, None)
            return Request("GET", url, headers, None)
        if not request.is_kept:
            raise UnreachableError(
                "The backend redirects a request whose body is gone: "
                'buffer-request-body="true" keeps it.'
            )
        return replace(request, url=url, headers=headers)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()


class _Timer:
    """Limit the time until the headers, over all connections that it takes."""

    def __init__(self, seconds: Optional[float]) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = seconds
        self._end = None if seconds is None else self._loop.time() + seconds

    async def within(self, opened: Awaitable[T]) -> T:
        """Wait for a connection. Raises HeadersTimeoutError."""
        if self._seconds is None or self._end is None:
            return await opened
        try:
            return await asyncio.wait_for(opened, self._end - self._loop.time())
        except asyncio.TimeoutError as error:
            raise HeadersTimeoutError(self._seconds) from error

    async def head_of(self, reply: Incoming) -> Incoming:
        """Wait for the head of a reply. Raises UnreachableError and HeadersTimeoutError."""
        timer = None
        if self._seconds is not None and self._end is not None:
            timer = self._loop.call_at(self._end, reply.late, self._seconds)
        try:
            await reply.head()
        except BaseException:  # cancelled, too: nobody is left to read it
            reply.close()
            raise
        finally:
            if timer is not None:
                timer.cancel()
        return reply
