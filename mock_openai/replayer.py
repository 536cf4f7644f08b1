"""Serves recorded exchanges: by request, byte for byte, at their own pace or another."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Optional

from aiohttp import web

from .listening import MOST_RECORDED, Handler, listening
from .recording import CUT, Recording, key, read_body, without_secrets


@asynccontextmanager
async def replaying(
    recordings: Sequence[Recording],
    speed: float,
    host: str,
    port: int,
    tls: Optional[ssl.SSLContext] = None,
) -> AsyncIterator[str]:
    """Serve while the context is open; gives the URL. Raises OSError if the port is taken.

    speed: 2 is twice as fast, 0 waits for nothing.
    """
    app = web.Application(client_max_size=MOST_RECORDED)
    app.router.add_get("/health", _health)
    app.router.add_route("*", "/{path:.*}", _answers(recordings, speed))
    async with listening(app, host, port, tls) as url:
        yield url


async def _health(_: web.Request) -> web.StreamResponse:
    return web.json_response({"status": "ok"})


def _answers(recordings: Sequence[Recording], speed: float) -> Handler:
    by_key: dict[tuple[str, str, str], deque[Recording]] = {}
    for each in recordings:
        by_key.setdefault(each.key, deque()).append(each)

    async def handle(http: web.Request) -> web.StreamResponse:
        body, _ = without_secrets(read_body(await http.read()))
        found = by_key.get(key(http.method, http.path, body))
        if not found:
            return _missing(http, recordings)
        recording = found[0]
        found.rotate(-1)  # the next time the next one, and after the last the first
        return await _replay(http, recording, speed)

    return handle


def _missing(http: web.Request, recordings: Sequence[Recording]) -> web.StreamResponse:
    same = [each.name for each in recordings if each.path.lower() == http.path.lower()]
    near = f"{', '.join(same[:5])} have that path and another body" if same else "none has the path"
    message = f"No recording of {http.method} {http.path} with this body: {near}."
    return web.json_response({"error": {"code": "NoRecording", "message": message}}, status=404)


async def _replay(http: web.Request, recording: Recording, speed: float) -> web.StreamResponse:
    began = time.perf_counter()
    response = web.StreamResponse(status=recording.status, headers=dict(recording.headers))
    if recording.headers.get("content-type", "").startswith("application/json"):
        response.content_length = sum(len(data) for _, data in recording.pieces)
    for number, (at, data) in enumerate(recording.pieces):
        if speed:
            wait = at / 1000 / speed - (time.perf_counter() - began)
            await asyncio.sleep(max(0.0, wait))
        if not number:
            await response.prepare(http)
        await response.write(data)
    if recording.ended == CUT and http.transport is not None:
        http.transport.close()
        return response
    if not recording.pieces:
        await response.prepare(http)
    await response.write_eof()
    return response
