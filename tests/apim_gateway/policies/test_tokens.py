"""Token policies watch a stream and never hold it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web

from apim_gateway.running.counters import Counters
from apim_gateway.running.telemetry import Telemetry
from tests.apim_gateway.loopback import (
    Call,
    Handler,
    answering,
    call,
    policy,
    run,
    served,
    streaming,
)
from tests.apim_gateway.raw import unchunked, wire

MESSAGES = [{"role": "user", "content": "x" * 40}]  # 10 tokens, and 4 for the message
STREAMED = {"stream": True, "messages": MESSAGES}
WHOLE = {"messages": MESSAGES}
ANSWER = json.dumps({"usage": {"prompt_tokens": 20, "completion_tokens": 30}}, indent=2)
USAGE = b'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'
FAMILIES = ["llm", "azure-openai"]


def limit(family: str = "llm", **attributes: str) -> str:
    named = {
        "counter-key": "k",
        "remaining-tokens-header-name": "x-left",
        "tokens-consumed-header-name": "x-used",
        **{name.replace("_", "-"): value for name, value in attributes.items()},
    }
    inside = " ".join(f'{name}="{value}"' for name, value in named.items())
    return f"<{family}-token-limit {inside} />"


def asked(xml: str, bodies: list[Any], handler: Handler, step: float = 1.0) -> list[Call]:
    async def main() -> list[Call]:
        clock = [1_767_270_896.0]
        counters = Counters(lambda: clock[0])
        async with served(handler, policy(inbound=xml), counters=counters) as running:
            found = []
            for body in bodies:
                found.append(await call(running, body=body))
                clock[0] += step
            return found

    answers: list[Call] = run(main())
    return answers


@pytest.mark.parametrize("family", FAMILIES)
def test_with_token_policies_60_deltas_still_reach_the_client_in_at_least_50_reads(
    family: str,
) -> None:
    async def main() -> None:
        document = policy(
            inbound=limit(family, tokens_per_minute="100000", estimate_prompt_tokens="true")
            + f'<{family}-emit-token-metric namespace="n"><dimension name="API ID" />'
            f"</{family}-emit-token-metric>"
        )
        body = json.dumps(STREAMED).encode()
        slow = streaming(60, 0.02)
        async with served(slow, document) as running, wire(running, body=body) as client:
            await client.headers()
            unchunked(await client.rest())
            assert len(client.reads) >= 50

    run(main())


def test_a_stream_counts_its_prompt_and_each_text_delta() -> None:
    first, second = asked(limit(tokens_per_minute="1000"), [STREAMED] * 2, streaming(6))
    assert first.headers["x-left"] == "986"
    assert first.headers["x-used"] == "14"
    assert second.headers["x-left"] == str(986 - 20)


def test_a_whole_answer_counts_its_usage_and_tells_it() -> None:
    first, second = asked(limit(tokens_per_minute="1000"), [WHOLE] * 2, answering(text=ANSWER))
    assert (first.headers["x-left"], first.headers["x-used"]) == ("1000", "50")
    assert second.headers["x-left"] == "950"
    assert first.body.decode() == ANSWER


def test_an_estimated_prompt_is_counted_before_the_answer() -> None:
    estimating = limit(tokens_per_minute="1000", estimate_prompt_tokens="true")
    first = asked(estimating, [WHOLE], answering(text=ANSWER))[0]
    assert (first.headers["x-left"], first.headers["x-used"]) == ("986", "50")


def test_429_when_the_minute_is_used_up_and_service_when_it_has_passed() -> None:
    found = asked(limit(tokens_per_minute="50"), [WHOLE] * 3, answering(text=ANSWER), step=40.0)
    assert [answer.status for answer in found] == [200, 429, 200]
    assert found[1].body == (
        b'{ "statusCode": 429, "message": "Token limit is exceeded. Try again in 20 seconds." }'
    )
    assert found[1].headers["Retry-After"] == "20"


def test_a_prompt_that_is_too_long_for_what_is_left_does_not_reach_the_backend() -> None:
    found = asked(limit(tokens_per_minute="13"), [STREAMED], streaming(1))[0]
    assert found.status == 429


def test_403_when_the_quota_of_the_period_is_used_up() -> None:
    quota = limit(token_quota="50", token_quota_period="Hourly")
    found = asked(quota, [WHOLE] * 3, answering(text=ANSWER), step=900.0)
    assert [answer.status for answer in found] == [200, 403, 200]
    assert found[1].headers["Retry-After"] == "604"


def test_a_limit_wants_a_rate_or_a_quota() -> None:
    with pytest.raises(Exception, match="needs tokens-per-minute, or token-quota and token-quota"):
        asked(limit(token_quota="50"), [WHOLE], answering())


def metrics(handler: Handler, body: Any = STREAMED) -> list[dict[str, Any]]:
    lines: list[str] = []

    async def main() -> None:
        document = policy(
            inbound='<llm-emit-token-metric namespace="lab"><dimension name="API ID" />'
            '<dimension name="Who" value="@(context.Request.Method)" /></llm-emit-token-metric>'
        )
        async with served(handler, document, telemetry=Telemetry(lines.append)) as running:
            await call(running, body=body)

    run(main())
    return [json.loads(line) for line in lines]


async def with_usage(request: web.Request) -> web.StreamResponse:
    await request.read()
    stream = web.StreamResponse()
    await stream.prepare(request)
    for start in range(0, len(USAGE), 7):
        await stream.write(USAGE[start : start + 7])
        await asyncio.sleep(0)
    await stream.write_eof(b"data: [DONE]\n\n")
    return stream


def test_a_metric_tells_the_usage_of_a_stream_with_its_dimensions() -> None:
    found = metrics(with_usage)
    assert [(entry["kind"], entry["name"], entry["value"]) for entry in found] == [
        ("metric", "Total Tokens", 7),
        ("metric", "Prompt Tokens", 3),
        ("metric", "Completion Tokens", 4),
    ]
    assert found[0]["namespace"] == "lab"
    assert found[0]["dimensions"] == {"API ID": "inference", "Who": "POST"}


def test_a_metric_tells_the_usage_of_a_whole_answer() -> None:
    assert metrics(answering(text=ANSWER), WHOLE)[0]["value"] == 50


def test_without_usage_there_is_no_metric() -> None:
    assert metrics(streaming(3)) == []


def test_a_key_counts_a_request_once_however_many_policies_use_it() -> None:
    twice = limit(tokens_per_minute="1000") + limit("azure-openai", tokens_per_minute="2000")
    found = asked(twice, [WHOLE] * 2, answering(text=ANSWER))
    assert found[1].headers["x-left"] == "1950"
