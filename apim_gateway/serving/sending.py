"""How a response leaves: whole in one write, or as a stream that follows its backend."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Optional

from aiohttp import HttpVersion11, web
from multidict import CIMultiDict

from apim_gateway.running.exchange import Exchange
from apim_gateway.running.trace import Trace
from apim_gateway.running.windows import Windowed
from apim_gateway.wire.direct import Direct
from apim_gateway.wire.headers import end_to_end
from apim_gateway.wire.relay import Source, relay
from apim_gateway.wire.reply import BrokenError, Reply, SilentError
from policy_expressions.context import Response

ADDED_BY_AIOHTTP = ("Content-Type", "Server")
RESET_SECONDS = 5.0
LINGER_NOT = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)  # close by a reset


@dataclass
class Record:
    """Measure one request for the log, and for its trace; times in milliseconds since it began."""

    started: float = field(default_factory=time.perf_counter)
    status: int = 0
    size: int = 0  # bytes of the body
    headers_ms: Optional[float] = None
    ended: str = "client left"
    trace: Optional[Trace] = None

    def milliseconds(self) -> float:
        """Return the time since the request began."""
        return round((time.perf_counter() - self.started) * 1000, 1)

    def begun(self, status: int, released: str) -> None:
        """Note that the headers are out, and how the body will be released."""
        self.status, self.headers_ms = status, self.milliseconds()
        if self.trace:
            self.trace.streaming(released)

    def flushed(self, data: bytes) -> None:
        """Count what went to the client."""
        self.size += len(data)
        if self.trace:
            self.trace.flushed(data)

    def complete(self) -> None:
        """Note that the whole body is out."""
        self.ended = "complete"
        if self.trace:
            self.trace.streamed()


class Whole(web.Response):
    """A response at hand; `own` are the names of its headers, in lower case."""

    own: frozenset[str] = frozenset()


class Stream(web.StreamResponse):
    """A response that streams; `own` are the names of its headers, in lower case.

    With `together`, the headers leave with the first bytes of the body, which have to be at hand:
    that spares a write, and the client a read. It is what aiohttp's own Response does.
    """

    own: frozenset[str] = frozenset()

    def together(self) -> None:
        """Let the headers wait for the first bytes."""
        self._send_headers_immediately = False


async def keep_own_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Take out what aiohttp adds to a response that does not have it: a backend's may not."""
    if isinstance(response, (Whole, Stream)):
        for name in ADDED_BY_AIOHTTP:
            if name.lower() not in response.own:
                response.headers.popall(name, None)


async def send(request: web.Request, exchange: Exchange, record: Record) -> web.StreamResponse:
    """Send the exchange's response, with the headers that policies added to it."""
    if exchange.reply is None:
        return await send_whole(request, exchange.response(), exchange.added, record)
    return await _send_stream(request, exchange, exchange.reply, record)


async def send_whole(
    request: web.Request, response: Response, added: Mapping[str, str], record: Record
) -> web.StreamResponse:
    """Send a response whose body is at hand."""
    body = response.body
    data = body.data if body and not body.consumed else b""
    headers = _headers(response, added)
    headers.popall("Content-Length", None)
    whole = Whole(
        status=response.status_code, reason=response.status_reason, headers=headers, body=data
    )
    whole.own = _names(headers)
    with suppress(ConnectionResetError):  # the client has left
        await whole.prepare(request)
        record.begun(response.status_code, "whole")
        await whole.write_eof()
        record.flushed(data)
        record.complete()
    return whole


async def _send_stream(
    request: web.Request, exchange: Exchange, reply: Reply, record: Record
) -> web.StreamResponse:
    response = exchange.response()
    headers = _headers(response, exchange.added)
    stream = Stream(status=response.status_code, reason=response.status_reason, headers=headers)
    stream.own = _names(headers)
    released = "8 KB at a time" if exchange.buffered else "each chunk at once"
    source: Source = reply
    for size, overlap in exchange.windows:
        source = Windowed(source, size, overlap)
        released = f"in windows of {size:,} characters, {released}"
    if reply.has_data() and not (exchange.buffered or exchange.windows):
        stream.together()
    try:
        await stream.prepare(request)
        record.begun(response.status_code, released)
        if not (exchange.buffered or exchange.windows or exchange.tees):
            chunked = "Transfer-Encoding" in stream.headers  # aiohttp has decided by now
            reply.divert(Direct(request.transport, chunked, record).take)
        await relay(source, stream, exchange.buffered, exchange.tees, record)
        record.complete()
    except BrokenError as error:
        record.ended = "backend silent" if isinstance(error, SilentError) else "backend cut"
        await _cut(request)
    except ConnectionResetError:
        pass  # the client has left, as the record says already
    return stream


async def _cut(request: web.Request) -> None:
    """End the connection so that the client sees that the body is not whole.

    To HTTP/1.0 the end of a connection is the end of a body, so that only a reset tells. It would
    take with it what has not left yet, for which the reader has some time.
    """
    transport = request.transport
    if transport is None:
        return
    if request.version >= HttpVersion11:
        transport.close()
        return
    end = time.monotonic() + RESET_SECONDS
    while transport.get_write_buffer_size() and time.monotonic() < end:
        await asyncio.sleep(0.01)
    socket_ = transport.get_extra_info("socket")
    if socket_ is not None:
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    transport.abort()


def _headers(response: Response, added: Mapping[str, str]) -> CIMultiDict[str]:
    headers = end_to_end(response.headers.items())
    headers.update(added)
    return headers


def _names(headers: CIMultiDict[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in headers)
