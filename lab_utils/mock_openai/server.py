"""Paces and writes what the service builds; knows HTTP, but not what is in the events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Callable, Optional

from aiohttp import HttpVersion11, web

from . import errors, frontdoor, headers, models, scenarios, service, validation, wire
from .errors import RefusedError
from .pace import Pace
from .wire import Event

MOST_BYTES = 16 * 1024 * 1024  # of a request's body

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Mock:
    """Hold what one server is: a region, its pace and seed, and how many calls it has had."""

    region: str = "local"
    pace: Pace = Pace(0.3, 0.02)  # noqa: RUF009 (frozen)
    seed: int = 0
    calls: int = 0

    def app(self) -> web.Application:
        """Return the aiohttp application that serves this mock.

        Run it with `handler_cancellation`, so that a client who leaves ends its stream at once.
        """
        app = web.Application(client_max_size=MOST_BYTES)
        app.on_response_prepare.append(_keep_only_azures_headers)
        app.router.add_get("/", _index)
        app.router.add_get("/health", _health)
        for path, operation in service.ROUTES.items():
            app.router.add_post(f"/openai{path}", self._handler(operation))
        app.router.add_route("*", "/{path:.*}", self._handler(None))
        return app

    def _handler(self, operation: Optional[service.Operation]) -> Handler:
        async def handle(http: web.Request) -> web.StreamResponse:
            self.calls += 1
            call = _Call(self, http)
            try:
                return await call.answer(operation)
            except RefusedError as refused:
                return call.refuse(refused)

        return handle


class _Call:
    """Answer one call."""

    def __init__(self, mock: Mock, http: web.Request) -> None:
        self.mock = mock
        self.http = http
        self.rng = wire.seeded(mock.region, mock.seed, mock.calls)
        self.request_id = wire.guid(self.rng)
        self.deployment = http.match_info.get("deployment", "")

    async def answer(self, operation: Optional[service.Operation]) -> web.StreamResponse:
        frontdoor.check_key(self.http.headers)
        if operation is None:
            raise RefusedError("no resource")
        v1 = "deployment" not in self.http.match_info
        version = frontdoor.check_version(self.http.query, v1, operation.since)
        _, behaviour = scenarios.parse(
            self.http.headers.get(scenarios.HEADER, ""), self.mock.region
        )
        request = operation.read(validation.load(await self.http.read()), version)
        self.deployment = self.deployment or request.model
        if not self.deployment:
            raise RefusedError("missing", param="model")
        context = service.Context(
            behaviour=behaviour,
            model=models.served_by(self.deployment),
            pace=self._pace(behaviour),
            created=int(time.time()),
            rng=self.rng if behaviour.seed is None else wire.seeded(behaviour.seed),
        )
        if request.stream:
            return await self._stream(service.stream(operation, request, context))
        seconds, body = service.whole(operation, request, context)
        await asyncio.sleep(seconds)
        return self._response(wire.compact(body), errors.MODEL)

    def refuse(self, refused: RefusedError) -> web.StreamResponse:
        body = refused.body(
            deployment=self.deployment,
            model=models.served_by(self.deployment).name,
            region=self.mock.region,
            request_id=self.request_id,
        )
        return self._response(body, refused.kind.headers, refused)

    def _pace(self, behaviour: scenarios.Behaviour) -> Pace:
        pace = self.mock.pace
        if behaviour.ttft is not None:
            pace = replace(pace, ttft=behaviour.ttft)
        return pace if behaviour.tpot is None else replace(pace, tpot=behaviour.tpot)

    def _headers(self, layer: str) -> dict[str, str]:
        return headers.layer(layer, self.mock.region, self.deployment, self.request_id, self.rng)

    def _response(
        self, body: str, layer: str, refused: Optional[RefusedError] = None
    ) -> web.StreamResponse:
        response = web.Response(body=wire.encode(body), headers=self._headers(layer))
        response.headers["Content-Type"] = "application/json"
        if refused is None:
            return response
        response.headers.update(refused.headers)
        response.set_status(refused.kind.status, refused.kind.reason)
        response.headers["Content-Type"] = refused.kind.content_type or ""
        if refused.kind.chunked and self.http.version == HttpVersion11:
            response.enable_chunked_encoding()
        return response

    async def _stream(self, events: Iterator[Event]) -> web.StreamResponse:
        sent = self._headers(errors.MODEL)
        response = web.StreamResponse(headers={**sent, "Content-Type": headers.STREAM_TYPE})
        clock = asyncio.get_running_loop().time
        due = clock()
        for event in events:
            due += event.wait
            await asyncio.sleep(max(due - clock(), 0))
            if not response.prepared:
                await response.prepare(self.http)
            if event.kind == wire.LAST:
                await response.write_eof(event.data)  # in one write with the last chunk's mark
            else:
                await response.write(event.data)
        return response


async def _keep_only_azures_headers(_: web.Request, response: web.StreamResponse) -> None:
    del response.headers["Server"]
    if not response.headers["Content-Type"]:
        del response.headers["Content-Type"]


async def _health(_: web.Request) -> web.StreamResponse:
    return web.json_response({"status": "ok"})


async def _index(_: web.Request) -> web.StreamResponse:
    lines = [f"{name}: {scenario.doc}" for name, scenario in scenarios.SCENARIOS.items()]
    paths = ["GET /", "GET /health", *(f"POST /openai{path}" for path in service.ROUTES)]
    return web.json_response({"routes": paths, "scenarios": lines})


@asynccontextmanager
async def serving(mock: Mock, host: str, port: int) -> AsyncIterator[str]:
    """Serve while the context is open; gives the URL. Raises OSError if the port is taken."""
    runner = web.AppRunner(
        mock.app(), access_log=None, handler_cancellation=True, shutdown_timeout=0.1
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
