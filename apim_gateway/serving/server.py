"""The gateway over HTTP: requests in, through the policies, answers and streams out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Callable, Optional
from urllib.parse import parse_qs

from aiohttp import web

from apim_gateway.reading.api import Api
from apim_gateway.running import pipeline
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.foundry import name_deployment
from apim_gateway.running.incoming import Incoming
from apim_gateway.running.place import SectionError
from apim_gateway.running.trace import HEADER, Trace
from apim_gateway.serving.callers import Caller
from apim_gateway.serving.runtime import Runtime, operation_view
from apim_gateway.serving.secret import bearer
from apim_gateway.serving.sending import Record, send, send_whole
from apim_gateway.wire import responses
from apim_gateway.wire.headers import end_to_end
from apim_gateway.wire.reply import BrokenError
from policy_expressions.context import Context, Headers, LastError, Request, Url

STATUS_PATH = "/status-0123456789abcdef"  # as API Management's own
LARGEST_HEADERS = 131_072  # bytes of all of them
BODY_SECONDS = 60.0  # for which a request's body may stop
Log = Callable[[Mapping[str, object]], None]
Management = Callable[[web.Request], Awaitable[Optional[web.StreamResponse]]]


class Server:
    """Serve one gateway; `log` gets one mapping for each finished request."""

    def __init__(
        self,
        runtime: Runtime,
        management: Management,
        log: Log,
        body_seconds: float = BODY_SECONDS,
    ) -> None:
        self._runtime = runtime
        self._body_seconds = body_seconds
        self._management = management
        self._log = log

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, of whatever path and method."""
        path = request.raw_path.partition("?")[0]
        if path == STATUS_PATH:
            return web.Response()
        managed = await self._management(request)
        if managed is not None:
            return managed
        record, backend, failure = Record(), None, None
        try:
            if sum(map(_size, request.raw_headers)) > LARGEST_HEADERS:
                message = f"The headers are larger than {LARGEST_HEADERS:,} bytes together."
                answer = responses.refusal(431, "Request Header Fields Too Large", message)
                return await send_whole(request, answer.response(), {}, record)
            routed = self._runtime.route(path)
            if routed is None:
                answer = responses.not_found()
                return await send_whole(request, answer.response(), {}, record)
            try:
                original = Url.parse(f"{request.scheme}://{request.host}{request.raw_path}")
            except ValueError:
                answer = responses.refusal(400, "Bad Request", "The Host header is invalid.")
                return await send_whole(request, answer.response(), {}, record)
            api, suffix = routed
            trace, added = self._runtime.traces.begin(request.headers.get(HEADER), api.name)
            record.trace = trace
            exchange = self._exchange(request, original, api, suffix, trace)
            exchange.added.update(added)
            try:
                await self._run(exchange, request, api)
                return await send(request, exchange, record)
            finally:
                backend = exchange.destination.backend or None
                failure = exchange.context.last_error
                exchange.close()
        finally:
            self._log(
                {
                    "method": request.method,
                    "path": path,
                    "status": record.status,
                    "bytes": record.size,
                    "backend": backend,
                    "headers_ms": record.headers_ms,
                    "total_ms": record.milliseconds(),
                    "ended": record.ended,
                    **({"error": _told(failure)} if failure else {}),
                }
            )
            if record.trace:
                self._runtime.traces.ended(record.trace, f"{request.method} {path} {record.status}")

    def _exchange(
        self, request: web.Request, original: Url, api: Api, suffix: str, trace: Optional[Trace]
    ) -> Exchange:
        runtime = self._runtime
        headers = Headers(end_to_end(request.headers.items()).items())
        headers.delete(HEADER)  # a credential of the gateway's own
        context = Context(
            Request(
                request.method,
                replace(original, path=suffix),
                original,
                runtime.caller or request.remote or "",
                headers,
            ),
            api=runtime.api_views[api.name],
            tracing=trace is not None,
            switches=runtime.switches,
            limits=runtime.limits,
        )
        content = Incoming(_Content(request, self._body_seconds), runtime.services.largest_request)
        exchange = Exchange(runtime.services, context, runtime.target(api), suffix, content, trace)
        context.backend = exchange.destination.entity
        return exchange

    async def _run(self, exchange: Exchange, request: web.Request, api: Api) -> None:
        runtime, context = self._runtime, exchange.context
        found = api.match(request.method, exchange.destination.path)
        if found:
            context.operation = operation_view(found[0])
            context.request.matched_parameters = found[1]
            name_deployment(context.request)
        elif _is_preflight(request):
            asked = request.headers["Access-Control-Request-Method"]
            meant = api.match(asked, exchange.destination.path)
            sections = runtime.scopes.sections(api.name, meant[0].name if meant else None)
            exchange.preflight = True
            if meant and await pipeline.preflight(sections, exchange):
                return
        sections = runtime.scopes.sections(api.name, found[0].name if found else None)
        try:
            if not found:
                raise _not_found()
            caller = self._caller(request, api)
            product = caller.product if caller else runtime.open_product(api)
            sections = runtime.scopes.sections(api.name, found[0].name, product)
            context.product = runtime.product_views.get(product)
            if caller:
                context.subscription, context.user = caller.subscription, caller.user
            exchange.incoming.check_size(request.content_length or 0)
        except SectionError as refused:
            await pipeline.recover(sections, exchange, refused)
        else:
            await pipeline.run(sections, exchange)

    def _caller(self, request: web.Request, api: Api) -> Optional[Caller]:
        """Return who a request's key belongs to, None where none is needed. Raises SectionError."""
        runtime, keys = self._runtime, api.keys
        key = request.headers.get(keys.header)
        if key is None:
            query = request.raw_path.partition("?")[2]
            key = next(iter(parse_qs(query).get(keys.query, [])), None)
        if key is None and keys.as_bearer:
            key = bearer(request.headers.get("Authorization", ""))
        caller = None if key is None else runtime.callers.find(key)
        if caller is not None and runtime.allows(caller, api):
            return caller
        if not keys.needed or runtime.open_product(api):
            return None
        message = responses.MISSING_KEY if key is None else responses.INVALID_KEY
        reason = "SubscriptionKeyNotFound" if key is None else "SubscriptionKeyInvalid"
        answer = responses.unauthorized(message, request.host, api.path, keys.header)
        raise SectionError("authorization", reason, message, answer)


class _Content:
    """Give the body of a request; one that breaks or stops raises BrokenError.

    aiohttp does not tell who reads that chunks are malformed (seen in 3.13 and 3.14): they stop.
    """

    def __init__(self, request: web.Request, seconds: float) -> None:
        self._content, self._seconds = request.content, seconds

    async def readany(self) -> bytes:
        try:
            if self._content.is_eof():  # all of it is here: the usual case, without a timer
                return await self._content.readany()
            return await asyncio.wait_for(self._content.readany(), self._seconds)
        except asyncio.TimeoutError as error:
            message = f"Nothing more of the request body came for {self._seconds:g} seconds."
            raise BrokenError(message) from error
        except web.RequestPayloadError as error:
            raise BrokenError(f"The request body is broken: {error}") from error


def _told(error: LastError) -> dict[str, str]:
    """Return what the log tells of `context.LastError`, without what is empty."""
    told = {
        "source": error.source,
        "reason": error.reason,
        "message": error.message,
        "scope": error.scope,
        "section": error.section,
        "path": error.path,
    }
    return {name: value for name, value in told.items() if value}


def _size(header: tuple[bytes, bytes]) -> int:
    return len(header[0]) + len(header[1]) + 4


def _is_preflight(request: web.Request) -> bool:
    names = ("Origin", "Access-Control-Request-Method")
    return request.method == "OPTIONS" and all(name in request.headers for name in names)


def _not_found() -> SectionError:
    message = "Unable to match incoming request to an operation."
    return SectionError("configuration", "OperationNotFound", message, responses.not_found())
