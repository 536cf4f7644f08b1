"""The listening socket, and the limits on what comes in before a request is there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Callable, Optional

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from apim_gateway.errors import ConfigError
from apim_gateway.serving.sending import keep_own_headers
from apim_gateway.wire.headers import LARGEST_HEADER

GRACE = 0.5  # seconds for requests under way when the gateway stops
HEADER_SECONDS = 30.0  # for the headers of the first request of a connection
KEEP_ALIVE = 240.0  # seconds; Azure's load balancer drops a connection that idles for longer
BACKLOG = 4096  # connections that wait to be taken; the system may allow fewer
Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Listener:
    """Give every request that comes to a port to `handle`."""

    def __init__(self, handle: Handle, header_seconds: float = HEADER_SECONDS) -> None:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._arrived)
        application.on_response_prepare.append(keep_own_headers)
        self._handle = handle
        # Bodies are handed on as they are, compressed ones too.
        self._runner = web.AppRunner(
            application,
            access_log=None,
            logger=_logger(),
            handler_cancellation=True,
            shutdown_timeout=GRACE,
            keepalive_timeout=KEEP_ALIVE,
            max_field_size=LARGEST_HEADER,
            max_line_size=LARGEST_HEADER,
            auto_decompress=False,
        )
        self._seconds = header_seconds
        self._waiting: dict[asyncio.BaseProtocol, asyncio.TimerHandle] = {}
        self._server: Optional[asyncio.AbstractServer] = None

    async def start(self, host: str, port: int) -> int:
        """Listen and return the port. Raises ConfigError."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        try:
            server = await loop.create_server(self._accept, host, port, backlog=BACKLOG)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigError(f"{host}:{port} cannot be listened on: {reason}") from error
        self._server = server
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Stop listening and end the requests under way."""
        if self._server:
            self._server.close()
        for timer in self._waiting.values():
            timer.cancel()
        await self._runner.cleanup()

    def _accept(self) -> asyncio.Protocol:
        if self._runner.server is None:
            raise RuntimeError("the listener has not started")
        protocol = self._runner.server()
        timer = asyncio.get_running_loop().call_later(self._seconds, self._give_up, protocol)
        self._waiting[protocol] = timer
        return protocol

    def _give_up(self, protocol: web.RequestHandler) -> None:
        del self._waiting[protocol]
        protocol.force_close()

    async def _arrived(self, request: web.Request) -> web.StreamResponse:
        timer = self._waiting.pop(request.protocol, None)
        if timer:
            timer.cancel()
        return await self._handle(request)


def _logger() -> logging.Logger:
    """Return a logger that tells faults of this program and not those of clients."""
    logger = logging.getLogger("apim_gateway.http")
    logger.addFilter(_is_our_own)
    return logger


def _is_our_own(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
