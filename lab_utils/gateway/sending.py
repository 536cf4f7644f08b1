"""How a response leaves: whole in one write, or as a stream that follows its backend.

Inferred: a backend that breaks off cuts the client's connection too, without the end of the body.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional

from aiohttp import web
from multidict import CIMultiDict

from lab_utils.gateway.context import Response
from lab_utils.gateway.exchange import Exchange
from lab_utils.gateway.relay import BrokenError, Flushes, relay
from lab_utils.gateway.upstream import Reply, end_to_end

ADDED_BY_AIOHTTP = ("Content-Type", "Server")


@dataclass
class Record:
    """Measure one request for the log; times in milliseconds since it began."""

    started: float = field(default_factory=time.perf_counter)
    status: int = 0
    size: int = 0  # bytes of the body
    headers_ms: Optional[float] = None
    ended: str = "client left"

    def milliseconds(self) -> float:
        """Return the time since the request began."""
        return round((time.perf_counter() - self.started) * 1000, 1)

    def begun(self, status: int) -> None:
        """Note that the headers are out."""
        self.status, self.headers_ms = status, self.milliseconds()

    def flushed(self, data: bytes) -> None:
        """Count what went to the client."""
        self.size += len(data)


class Whole(web.Response):
    """A response at hand; `own` are the names of its headers, in lower case."""

    own: frozenset[str] = frozenset()


class Stream(web.StreamResponse):
    """A response that streams; `own` are the names of its headers, in lower case."""

    own: frozenset[str] = frozenset()


async def keep_own_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Take out what aiohttp adds to a response that does not have it: a backend's may not."""
    if isinstance(response, (Whole, Stream)):
        for name in ADDED_BY_AIOHTTP:
            if name.lower() not in response.own:
                response.headers.popall(name, None)


async def send(request: web.Request, exchange: Exchange, record: Record) -> web.StreamResponse:
    """Send the exchange's response, with the headers that policies added to it."""
    response, reply = exchange.response(), exchange.reply
    if reply is None:
        sent: web.StreamResponse = await send_whole(request, response, exchange.added, record)
    else:
        sent = await _send_stream(request, exchange, reply, record)
    if exchange.tracing and record.ended == "complete":
        exchange.tracing.streamed()
    return sent


async def send_whole(
    request: web.Request, response: Response, added: Mapping[str, str], record: Record
) -> Whole:
    """Send a response whose body is at hand."""
    body = response.body
    data = body.data if body and not body.consumed else b""
    headers = _headers(response, added)
    headers.popall("Content-Length", None)
    whole = Whole(
        status=response.status_code, reason=response.status_reason, headers=headers, body=data
    )
    whole.own = _names(headers)
    await whole.prepare(request)
    record.begun(response.status_code)
    await whole.write_eof()
    record.flushed(data)
    record.ended = "complete"
    return whole


async def _send_stream(
    request: web.Request,
    exchange: Exchange,
    reply: Reply,
    record: Record,
) -> web.StreamResponse:
    response = exchange.response()
    headers = _headers(response, exchange.added)
    stream = Stream(status=response.status_code, reason=response.status_reason, headers=headers)
    stream.own = _names(headers)
    await stream.prepare(request)
    record.begun(response.status_code)
    trace = exchange.tracing
    if trace:
        trace.streaming(exchange.buffered)
    watchers: list[Flushes] = [record, trace] if trace else [record]
    try:
        await relay(reply, stream, exchange.buffered, exchange.tees, watchers)
        record.ended = "complete"
    except BrokenError:
        record.ended = "backend cut"
        if request.transport:
            request.transport.close()
    return stream


def _headers(response: Response, added: Mapping[str, str]) -> CIMultiDict[str]:
    headers = end_to_end(response.headers.items())
    headers.update(added)
    return headers


def _names(headers: CIMultiDict[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in headers)
