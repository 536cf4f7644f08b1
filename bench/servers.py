"""What the gateway is measured against: a backend that streams, and a relay without policies.

python -m bench.servers backend | relay URL: prints its own URL as one JSON line.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine
from typing import Any

import aiohttp
from aiohttp import web

TEXT = "x" * 190
EVENT = f'data: {{"choices":[{{"delta":{{"content":"{TEXT}"}}}}]}}\n\n'.encode()
DONE = b"data: [DONE]\n\n"


async def stream(request: web.Request) -> web.StreamResponse:
    """Stream as many events as the body's `events` asks for, `pause` seconds apart."""
    wanted = await request.json()
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    pause = wanted["pause"]
    clock = asyncio.get_running_loop().time
    due = clock()
    for _ in range(wanted["events"]):
        await response.write(EVENT)
        if pause:
            due += pause
            await asyncio.sleep(max(0.0, due - clock()))
    await response.write_eof(DONE)
    return response


class Relay:
    """Carry a request to the target and the response back, chunk by chunk; nothing else."""

    def __init__(self, target: str) -> None:
        self.target = target

    async def open(self, application: web.Application) -> None:
        """Open the connections to the target."""
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
        )

    async def close(self, application: web.Application) -> None:
        """Close them."""
        await self.session.close()

    async def carry(self, request: web.Request) -> web.StreamResponse:
        """Relay one request."""
        data = await request.read()
        url = f"{self.target}{request.path_qs}"
        async with self.session.request(request.method, url, data=data) as reply:
            kind = reply.headers["Content-Type"]
            response = web.StreamResponse(status=reply.status, headers={"Content-Type": kind})
            await response.prepare(request)
            while True:
                piece = await reply.content.readany()
                if reply.content.at_eof():
                    await response.write_eof(piece)
                    return response
                await response.write(piece)


def application(name: str, *arguments: str) -> web.Application:
    """Return the server of this name."""
    served = web.Application()
    if name == "backend":
        served.router.add_route("*", "/{path:.*}", stream)
    else:
        relay = Relay(*arguments)
        served.on_startup.append(relay.open)
        served.on_cleanup.append(relay.close)
        served.router.add_route("*", "/{path:.*}", relay.carry)
    return served


async def main(name: str, *arguments: str) -> None:
    """Serve until killed."""
    runner = web.AppRunner(
        application(name, *arguments), access_log=None, handler_cancellation=True
    )
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"url": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    await asyncio.Event().wait()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run on uvloop where it installs, as the gateway does."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


if __name__ == "__main__":
    run(main(*sys.argv[1:]))
