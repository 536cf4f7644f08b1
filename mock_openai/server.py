"""The HTTP server: routes, and the pages that tell what the mock can do and has done."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Optional

from aiohttp import web

from . import queries, scenarios, service
from .behaviour import COMMON
from .call import NO_TYPE, Asked, Call
from .errors import RefusedError
from .listening import Handler, listening
from .mock import Mock
from .ticker import Ticker

MOST_BYTES = 16 * 1024 * 1024  # of a request's body


@asynccontextmanager
async def serving(
    mock: Mock, host: str, port: int, tls: Optional[ssl.SSLContext] = None
) -> AsyncIterator[str]:
    """Serve while the context is open; gives the URL. Raises OSError if the port is taken."""
    async with listening(application(mock), host, port, tls) as url:
        yield url


def application(mock: Mock) -> web.Application:
    """Return the aiohttp application that serves a mock."""
    app = web.Application(client_max_size=MOST_BYTES)
    ticker = Ticker()
    app.on_response_prepare.append(_keep_only_azures_headers)
    app.router.add_get("/", _index)
    app.router.add_get("/health", _health)
    app.router.add_get("/streams", _streams_of(mock))
    app.router.add_delete("/streams", _cleared_streams_of(mock))
    for path, operation in service.ROUTES.items():
        app.router.add_post(path, _answers(mock, ticker, operation))
    for (method, path), query in queries.ROUTES.items():
        app.router.add_route(method, path, _answers(mock, ticker, query))
    app.router.add_route("*", "/{path:.*}", _answers(mock, ticker, None))
    return app


def _answers(mock: Mock, ticker: Ticker, asked: Optional[Asked]) -> Handler:
    async def handle(http: web.Request) -> web.StreamResponse:
        call = Call(mock, ticker, http, asked)
        try:
            return await call.answer()
        except RefusedError as refused:
            return call.refuse(refused)

    return handle


async def _index(_: web.Request) -> web.StreamResponse:
    return web.json_response(
        {
            "routes": [
                "GET /",
                "GET /health",
                "GET /streams",
                "DELETE /streams",
                *(f"POST {path}" for path in service.ROUTES),
                *(f"{method} {path}" for method, path in queries.ROUTES),
            ],
            "scenarios": {
                "header": f"{scenarios.HEADER}: NAME; parameter=value; ...",
                "names": scenarios.described(),
                "parameters": scenarios.parameters(),
                "parameters of all": list(COMMON),
            },
        }
    )


async def _health(_: web.Request) -> web.StreamResponse:
    return web.json_response({"status": "ok"})


def _streams_of(mock: Mock) -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        return web.json_response({"streams": mock.log.entries()})

    return handle


def _cleared_streams_of(mock: Mock) -> Handler:
    async def handle(_: web.Request) -> web.StreamResponse:
        mock.log.clear()
        return web.Response(status=204)

    return handle


async def _keep_only_azures_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.pop("Server", None)
    if response.headers.get("Content-Type") == NO_TYPE:
        del response.headers["Content-Type"]
