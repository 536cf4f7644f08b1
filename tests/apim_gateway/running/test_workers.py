"""What takes long runs beside the streams, not before them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import ClientSession

from apim_gateway.running.workers import Found, Workers
from apim_gateway.serving.settings import Address
from policy_expressions.context import Limits
from tests.apim_gateway.loopback import (
    CHAT,
    WITH_KEY,
    answering,
    ask,
    backend,
    gateway,
    policy,
    run,
    served,
    streaming,
)

SPINS = """
<choose><when condition='@(context.Request.Headers.ContainsKey("x-spin"))'>
  <set-variable name="turns" value="@{ %s }" />
</when></choose>"""
FOR_EVER = SPINS % "while (true) { } return 1;"
MODEL = policy(
    '<set-variable name="model" value="@((string)context.Request.Body.As&lt;JObject&gt;(true)'
    '[&quot;model&quot;])" />'
    '<set-header name="x-model"><value>@((string)context.Variables["model"])</value></set-header>'
)


def test_an_evaluation_that_takes_all_its_time_does_not_stop_the_streams_of_others() -> None:
    async def scenario() -> None:
        async with (
            served(streaming(50), policy(FOR_EVER), limits=Limits(seconds=2.0)) as running,
            ClientSession() as client,
        ):

            async def ask(**headers: str) -> tuple[int, bytes]:
                url = running.url + CHAT
                async with client.post(url, json={}, headers={**WITH_KEY, **headers}) as reply:
                    return reply.status, await reply.read()

            spinning = asyncio.ensure_future(ask(**{"x-spin": "1"}))
            for _ in range(2):
                status, body = await ask()
                assert (status, body.endswith(b"data: [DONE]\n\n")) == (200, True)
            assert not spinning.done()
            assert (await spinning)[0] == 500

    run(scenario())


class Seen(Workers):
    """Count what runs in a thread."""

    count = 0

    async def run(self, function: Callable[..., Found], *values: Any) -> Found:
        self.count += 1
        return await super().run(function, *values)


@pytest.mark.parametrize(("messages", "beside"), [(1, False), (2_000, True)])
def test_only_a_large_body_is_read_in_a_thread_and_its_values_are_right(
    messages: int, beside: bool
) -> None:
    workers = Seen()
    body = {"model": "gpt", "messages": [{"content": "é" * 10}] * messages}
    seen = ask(MODEL, body=body, workers=workers).json
    assert seen["headers"]["x-model"] == "gpt"
    assert json.loads(seen["body"]) == body
    assert (workers.count > 0) == beside


def test_a_policy_is_compiled_beside_the_event_loop_and_the_last_one_stays() -> None:
    async def scenario() -> None:
        async with backend(answering()) as url, gateway(policy(), Address("east", url)) as running:
            path = running.url + "/apis/inference/policies/policy"
            headers = {"Authorization": f"Bearer {WITH_KEY['api-key']}"}
            async with ClientSession() as client:

                async def put(number: int) -> int:
                    mark = f'<set-header name="x-number"><value>{number}</value></set-header>'
                    text = {"properties": {"value": policy(outbound=mark), "format": "rawxml"}}
                    async with client.put(path, json=text, headers=headers) as reply:
                        return reply.status

                assert await asyncio.gather(*map(put, range(20))) == [200] * 20
                async with client.get(path, headers=headers) as reply:
                    kept = (await reply.json())["properties"]["value"]
                async with client.post(running.url + CHAT, json={}, headers=WITH_KEY) as reply:
                    assert f"<value>{reply.headers['x-number']}</value>" in kept

    run(scenario())
