"""Check and gateway say the same: each document is served, and the bytes tell what became of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, web

from apim_gateway.errors import PolicyError
from apim_gateway.policies import REGISTRY
from apim_gateway.reading.compiled import Fragment
from apim_gateway.reading.document import compile_document
from apim_gateway.reading.reader import read
from apim_gateway.serving.settings import Address
from apim_gateway.streaming.ways import BLOCKS, FAILS, STREAMS, WHOLE, WINDOWS
from tests.apim_gateway.loopback import CHAT, EVENT, WITH_KEY, gateway, run, serving_at
from tests.apim_gateway.streaming.cases import CASES, Case


def _is_run(case: Case) -> bool:
    """Tell whether the gateway can serve the document: it has all it names and runs it all."""
    fragments = {
        name: Fragment(read(text, f"{name}.xml"), f"{name}.xml")
        for name, text in case.fragments.items()
    }
    try:
        root = read(case.policy, "p.xml", case.named_values)
        compile_document(root, "p.xml", REGISTRY, fragments=fragments)
    except PolicyError:
        return False
    return True


OUTCOMES = (STREAMS, BLOCKS, WINDOWS, WHOLE, FAILS)
# A window is smaller than what the backend sends in the middle, or larger than all of it.
SEEN_AS = {WINDOWS: (BLOCKS, WHOLE)}
SERVED = [case for case in CASES if case.verdict in OUTCOMES and _is_run(case)]
ASK = {"stream": True, "model": "gpt", "messages": [{"role": "user", "content": "hi"}]}
LONG, MOMENT = 10.0, 0.2  # seconds that the client is waited for, and where nothing should come
# For the first event, and for what follows.
PATIENCE = {STREAMS: (LONG, MOMENT), BLOCKS: (MOMENT, LONG)}


class Backend:
    """Stream one event, then three blocks' worth, then the end; wait for the client in between."""

    def __init__(self, first: float, later: float) -> None:
        self.arrived = asyncio.Event()
        self.seen = WHOLE
        self._first, self._later = first, later

    async def handle(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        if "chat" not in request.path:
            return web.Response(text="a token")  # to what else the policy calls
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await stream.write(EVENT)
        if await self._client_has_some(self._first):
            self.seen = STREAMS
        for _ in range(3 * 8192 // len(EVENT) + 1):
            await stream.write(EVENT)
        if await self._client_has_some(self._later) and self.seen == WHOLE:
            self.seen = BLOCKS
        await stream.write_eof(b"data: [DONE]\n\n")
        return stream

    async def _client_has_some(self, patience: float) -> bool:
        try:
            await asyncio.wait_for(self.arrived.wait(), patience)
        except asyncio.TimeoutError:
            return False
        return True


async def outcome(case: Case) -> str:
    """Serve the document and return what became of the stream."""
    server = Backend(*PATIENCE.get(case.verdict, (MOMENT, MOMENT)))
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.handle)
    async with serving_at(application) as url:
        text = case.policy.replace("https://log.test", url)
        for name, value in case.named_values.items():
            text = text.replace(f"{{{{{name}}}}}", value)
        served: dict[str, Any] = {
            "fragments": case.fragments,
            "scopes": case.scopes,
        }
        async with gateway(text, Address("east", f"{url}/openai"), **served) as running:
            return await _read(running.url, server)


async def _read(url: str, server: Backend) -> str:
    async with (
        ClientSession() as session,
        session.post(f"{url}{CHAT}", headers=WITH_KEY, json=ASK) as response,
    ):
        body = b""
        async for piece in response.content.iter_any():
            body += piece
            server.arrived.set()
        whole = response.status == 200 and body.count(EVENT) > 10
    return server.seen if whole else FAILS


@pytest.fixture(scope="module")
def outcomes() -> dict[str, str]:
    """Serve all of them side by side: most of their time is waiting."""

    async def all_of_them() -> list[str]:
        return list(await asyncio.gather(*map(outcome, SERVED)))

    return dict(zip((case.id for case in SERVED), run(all_of_them())))


@pytest.mark.parametrize("case", SERVED, ids=lambda case: case.id)
def test_the_gateway_does_what_the_check_says(case: Case, outcomes: dict[str, str]) -> None:
    assert outcomes[case.id] in SEEN_AS.get(case.verdict, (case.verdict,))


def test_enough_documents_are_served() -> None:
    assert len(SERVED) > 40
