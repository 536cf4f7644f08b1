"""Models with paths and events of their own, as API Management imports them, end to end."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, web

from apim_gateway.serving import process
from apim_gateway.serving.settings import Address, Settings
from tests.apim_gateway.loopback import KEY, Running, call, listening, policy, run, serving_at

DOCS = Path(__file__).parents[3] / "docs" / "your-gateway.md"
COUNTED = policy(
    inbound='<llm-token-limit counter-key="all" tokens-per-minute="1000" '
    'estimate-prompt-tokens="false" remaining-tokens-variable-name="left" />'
    '<llm-emit-token-metric namespace="lab"><dimension name="API ID" /></llm-emit-token-metric>'
)


def declared(**changes: Any) -> dict[str, Any]:
    """Return the declaration that the page shows."""
    (shown,) = re.findall(r"```json\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    document: dict[str, Any] = json.loads(shown)
    return {**document, **changes}


def event(kind: str, **data: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **data})}\n\n".encode()


ANTHROPIC = (
    event("message_start", message={"role": "assistant", "usage": {"input_tokens": 25}}),
    event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
    event("ping"),
    *(
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": f"word {n} "})
        for n in range(15)
    ),
    event("content_block_stop", index=0),
    event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 15}),
    event("message_stop"),
)
FOUNDRY = (
    *(
        f'data: {{"choices":[{{"index":0,"delta":{{"content":"w{n}"}}}}]}}\n\n'.encode()
        for n in range(15)
    ),
    b'data: {"choices":[],"usage":{"prompt_tokens":25,"completion_tokens":15}}\n\n',
    b"data: [DONE]\n\n",
)


class Upstream:
    """Stream these events; with `in_step` each waits until somebody has read the one before."""

    def __init__(self, events: Sequence[bytes], in_step: bool = False) -> None:
        self.events, self.in_step = events, in_step
        self.paths: list[str] = []

    @cached_property
    def read(self) -> asyncio.Event:
        """Return what is set when somebody has read an event."""
        return asyncio.Event()  # first asked for where a loop runs, which Python 3.9 wants

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        await request.read()
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        for each in self.events:
            await stream.write(each)
            if self.in_step:
                await self.read.wait()
                self.read.clear()
        await stream.write_eof()
        return stream


@asynccontextmanager
async def gateway(
    folder: Path, upstream: Upstream, declaration: dict[str, Any]
) -> AsyncIterator[Running]:
    api, document, told = folder / "api.json", folder / "policy.xml", folder / "told.jsonl"
    api.write_text(json.dumps(declaration), encoding="utf-8")
    document.write_text(COUNTED, encoding="utf-8")
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", upstream.answer)
    async with serving_at(application) as url:
        server = Address("server", f"{url}/{declaration['path']}")
        settings = Settings((server,), policy=document, api=api, telemetry=told)
        async with listening(await process.build(settings, KEY)) as running:
            yield running


def asked(folder: Path, upstream: Upstream, declaration: dict[str, Any], path: str) -> bytes:
    header = declaration["subscriptionKeyParameterNames"]["header"]

    async def main() -> bytes:
        async with gateway(folder, upstream, declaration) as running:
            body = {"model": "a", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
            found = await call(running, path, headers={header: KEY}, body=body)
            assert found.status == 200
            assert found.headers["Content-Type"] == "text/event-stream"
            return found.body

    found: bytes = run(main())
    return found


def tokens(folder: Path) -> dict[str, int]:
    lines = (folder / "told.jsonl").read_text(encoding="utf-8").splitlines()
    metrics = [json.loads(line) for line in lines]
    return {each["name"]: each["value"] for each in metrics if each.get("name")}


COUNTS = {"Prompt Tokens": 25, "Completion Tokens": 15, "Total Tokens": 40}


def test_a_stream_of_anthropics_events_passes_as_it_is_and_is_counted(tmp_path: Path) -> None:
    upstream = Upstream(ANTHROPIC)
    received = asked(tmp_path, upstream, declared(), "/anthropic/v1/messages")
    assert received == b"".join(ANTHROPIC)  # no [DONE] of ours
    assert upstream.paths == ["/anthropic/v1/messages"]
    assert tokens(tmp_path) == COUNTS


def test_a_stream_of_foundrys_model_inference_passes_and_is_counted(tmp_path: Path) -> None:
    operation = {"name": "chat", "displayName": "Chat", "method": "POST"}
    declaration = declared(
        path="models", operations=[{**operation, "urlTemplate": "/chat/completions"}]
    )
    upstream = Upstream(FOUNDRY)
    path = "/models/chat/completions?api-version=2024-05-01-preview"
    assert asked(tmp_path, upstream, declaration, path) == b"".join(FOUNDRY)
    assert upstream.paths == ["/models/chat/completions"]
    assert tokens(tmp_path) == COUNTS


def test_each_event_reaches_the_client_before_the_next_is_written(tmp_path: Path) -> None:
    async def main() -> list[bytes]:
        upstream = Upstream(ANTHROPIC, in_step=True)
        async with gateway(tmp_path, upstream, declared()) as running, ClientSession() as session:
            url = f"{running.url}/anthropic/v1/messages"
            async with session.post(url, headers={"x-api-key": KEY}) as found:
                seen = []
                for _ in ANTHROPIC:
                    seen.append(await found.content.readuntil(b"\n\n"))
                    upstream.read.set()
                return seen

    assert run(main()) == list(ANTHROPIC)
