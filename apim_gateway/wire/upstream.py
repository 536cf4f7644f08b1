"""Calls to backends: one HTTP exchange each, its body read as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Optional

import aiohttp
from yarl import URL

from apim_gateway.wire.headers import Pairs, end_to_end
from apim_gateway.wire.reply import BrokenError, HeadersTimeoutError, RequestBody, UnreachableError

HEADERS_ALONE_TIMED = aiohttp.ClientTimeout(total=None)  # a stream may last; see `send`
LARGEST_HEADER = 65_536  # bytes; tokens with many claims are long
NO_REDIRECTS: Mapping[str, str] = MappingProxyType({})


class HttpReply:
    """Hold a backend's status and headers, and its body as a stream.

    A body that breaks raises BrokenError, after every byte that arrived has been handed out.
    """

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._content = response.content
        self.status = response.status
        self.reason = response.reason or ""
        self.headers = end_to_end(response.headers.items())

    async def readany(self) -> bytes:
        """Wait for bytes and return all there are; nothing at the end. Raises BrokenError."""
        try:
            return await self._content.readany()
        except (aiohttp.ClientError, OSError, asyncio.TimeoutError) as error:
            # aiohttp tells of the break before it hands out what came ahead of it.
            rest = self._content._read_nowait(-1)
            if rest:
                return rest
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


class HttpClient:
    """Send requests exactly as they are given: no header added, no body decoded, no proxy.

    A URL that begins with a key of `redirects` goes to the address there instead.
    """

    def __init__(self, redirects: Mapping[str, str] = NO_REDIRECTS) -> None:
        self._redirects = redirects
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
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
            return HttpReply(await asyncio.wait_for(call, timeout))
        except asyncio.TimeoutError as error:
            raise HeadersTimeoutError(f"no response headers within {timeout:g} seconds") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise UnreachableError(str(error) or type(error).__name__) from error

    def _address(self, url: str) -> str:
        for prefix, address in self._redirects.items():
            if url.startswith(prefix):
                return address + url[len(prefix) :]
        return url

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
