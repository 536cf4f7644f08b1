"""llm-content-safety: requests pass, and responses that are judged go on in windows of text."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import ClientSession, web

from tests.apim_gateway.loopback import CHAT, EVENT, WITH_KEY, answering, ask, policy, run, served

SAFETY = '<llm-content-safety backend-id="safety" {} />'
REQUESTS = policy(inbound=SAFETY.format('shield-prompt="true" window-size="20"'))
ENFORCED = policy(inbound=SAFETY.format('enforce-on-completions="true" window-size="20"'))
OUTBOUND = policy(outbound=SAFETY.format('enforce-on-completions="false" window-size="20"'))
EVALUATED = policy(
    inbound=SAFETY.format(
        'enforce-on-completions="@(context.Request.Method == "POST")" window-size="@(4 * 5)"'
    )
)


def test_content_safety_lets_requests_pass() -> None:
    safety = (
        '<llm-content-safety backend-id="safety" shield-prompt="true"><categories '
        'output-type="EightSeverityLevels"><category name="Hate" threshold="4" /></categories>'
        "<blocklists><id>words</id></blocklists></llm-content-safety>"
    )
    assert ask(policy(inbound=safety), body={"a": 1}).json["body"] == '{"a": 1}'


@pytest.mark.parametrize(
    ("document", "first"),
    [(REQUESTS, 1), (ENFORCED, 5), (OUTBOUND, 5), (EVALUATED, 5)],
)
def test_a_response_that_is_judged_waits_for_a_window(document: str, first: int) -> None:
    """The backend writes an event of 4 characters only once it is asked for the next one."""

    async def main() -> None:
        written = 0
        wanted: asyncio.Queue[int] = asyncio.Queue()

        async def backend(request: web.Request) -> web.StreamResponse:
            nonlocal written
            stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await stream.prepare(request)
            while written < 10:
                written += await wanted.get()
                await stream.write(EVENT)
            await stream.write_eof()
            return stream

        async with served(backend, document) as running, ClientSession() as session:
            url = f"{running.url}{CHAT}"
            async with session.post(url, headers=WITH_KEY, json={}) as response:
                arrived = asyncio.ensure_future(response.content.readany())
                for number in range(1, first + 1):
                    assert not arrived.done(), f"released with event {number}"
                    wanted.put_nowait(1)
                    await asyncio.sleep(0.05)
                assert await asyncio.wait_for(arrived, 5) == EVENT * first
                for _ in range(10 - first):
                    wanted.put_nowait(1)
                rest = await response.content.read()
                assert rest == EVENT * (10 - first)

    run(main())


def test_a_whole_answer_passes_as_it_is() -> None:
    found = ask(OUTBOUND, answering(text='{"choices":[{"message":{"content":"hi"}}]}'))
    assert found.json["choices"][0]["message"]["content"] == "hi"


def test_the_trace_tells_that_nothing_was_judged_and_how_the_stream_was_released() -> None:
    traces: list[Any] = []

    async def main() -> None:
        from tests.apim_gateway.loopback import streaming

        async with served(streaming(3), ENFORCED) as running:
            running.runtime.traces._keep = traces.append
            async with ClientSession() as session:
                url = f"{running.url}{CHAT}"
                async with session.post(url, headers=WITH_KEY, json={}) as response:
                    await response.read()

    run(main())
    told = str(traces)
    assert "Not checked by the local gateway." in told
    assert "in windows of 20 characters, each chunk at once" in told
