"""Failover as published policies write it: a retry over a pool whose first member does not answer.

The condition is the one of Microsoft's inference-failover sample, which begins with a null.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from apim_gateway.serving.settings import Address
from apim_gateway.wire.reach import Reach
from apim_gateway.wire.upstream import HttpClient
from tests.apim_gateway.loopback import (
    Call,
    Handler,
    answering,
    backend,
    call,
    gateway,
    policy,
    run,
)

DEAD = "http://127.0.0.1:9"
NO_NAME = "http://no-such-host.invalid"
CONDITION = (
    "@(context.Response == null || context.Response.StatusCode == 429 "
    "|| context.Response.StatusCode >= 500)"
)
COUNT = '<set-variable name="n" value="@(context.Variables.GetValueOrDefault<int>("n") + 1)" />'
TOLD = (
    '<set-header name="x-attempts"><value>'
    '@(context.Variables.GetValueOrDefault<int>("n").ToString())</value></set-header>'
)
REASON = '<set-header name="x-reason"><value>@(context.LastError.Reason)</value></set-header>'


def failover(condition: str = CONDITION, count: int = 3, forward: str = "") -> str:
    return policy(
        inbound='<set-backend-service backend-id="inference" />',
        backend=f'<retry condition=\'{condition}\' count="{count}" interval="0">{COUNT}'
        f'<forward-request timeout-ms="300" buffer-request-body="true" {forward}/></retry>',
        outbound=TOLD,
        on_error=TOLD + REASON,
    )


async def late(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    return web.Response()


@asynccontextmanager
async def first_member(what: str) -> AsyncIterator[str]:
    handlers: dict[str, Handler] = {"late": late, "503": answering(503), "429": answering(429)}
    if what in handlers:
        async with backend(handlers[what]) as url:
            yield url
    else:
        yield {"dead": DEAD, "no name": NO_NAME}[what]


async def served(what: str, document: str, retry_sees_failures: bool = True) -> Call:
    client = HttpClient(reach=Reach([NO_NAME]))
    async with first_member(what) as first, backend(answering(200, "from the second")) as second:
        members = (Address("first", first, 1), Address("second", second, 2))
        async with gateway(
            document, *members, client=client, retry_sees_failures=retry_sees_failures
        ) as running:
            return await call(running)


@pytest.mark.parametrize("what", ["dead", "no name", "late", "503", "429"])
def test_the_next_member_answers_when_the_first_has_failed_often_enough(what: str) -> None:
    found = run(served(what, failover()))
    assert (found.status, found.body) == (200, b"from the second")
    assert found.headers["x-attempts"] == "4"  # three failures open the circuit of api.json


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("dead", "BackendConnectionFailure"),
        ("no name", "BackendConnectionFailure"),
        ("late", "Timeout"),
    ],
)
def test_a_retry_that_is_used_up_leaves_the_failure_to_on_error(what: str, reason: str) -> None:
    found = run(served(what, failover(count=1)))
    assert (found.status, found.headers["x-attempts"]) == (500, "2")
    assert found.headers["x-reason"] == reason


def test_a_condition_that_needs_a_response_keeps_the_backends_failure() -> None:
    found = run(served("dead", failover("@(context.Response.StatusCode == 429)")))
    assert (found.status, found.headers["x-attempts"]) == (500, "1")
    assert found.headers["x-reason"] == "BackendConnectionFailure"


def test_a_condition_that_fails_on_a_response_is_its_own_failure() -> None:
    found = run(served("503", failover('@(int.Parse("x") == 1)')))
    assert found.headers["x-reason"] == "ExpressionValueEvaluationFailure"


def test_the_other_reading_goes_straight_to_on_error() -> None:
    found = run(served("dead", failover(), retry_sees_failures=False))
    assert (found.status, found.headers["x-attempts"]) == (500, "1")


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("dead", "No connection to 127.0.0.1:9: connection refused."),
        ("no name", "The name 'no-such-host.invalid' could not be resolved."),
        ("late", "no response headers within 0.3 seconds"),
    ],
)
def test_the_message_is_in_words_of_the_network(what: str, told: str) -> None:
    document = failover(count=1).replace("context.LastError.Reason", "context.LastError.Message")
    assert run(served(what, document)).headers["x-reason"] == told


def test_a_stale_condition_on_the_pools_name_no_longer_ends_a_retry() -> None:
    stale = (
        "@(context.Response.StatusCode == 503 && "
        '!context.Response.StatusReason.Contains("Backend pool"))'
    )

    policed = failover(stale, count=2)

    async def main() -> Call:
        throttling = backend(answering(429, Retry_After="30"))
        async with throttling as url, gateway(policed, Address("only", url)) as running:
            for _ in range(3):
                await call(running)
            return await call(running)

    found = run(main())
    assert (found.status, found.headers["x-attempts"]) == (503, "3")
