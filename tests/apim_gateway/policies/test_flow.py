from __future__ import annotations

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.policies.flow import pause
from apim_gateway.serving.settings import Address
from tests.apim_gateway.loopback import (
    CHAT,
    EVENT,
    Handler,
    answering,
    ask,
    backend,
    call,
    gateway,
    policy,
    run,
    served,
    streaming,
)


def header(name: str, value: str) -> str:
    return f'<set-header name="{name}"><value>{value}</value></set-header>'


def counted(statuses: list[int]) -> tuple[list[bytes], Handler]:
    """Return the bodies that arrived, and a backend that gives these statuses in turn."""
    bodies: list[bytes] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.read())
        status = statuses[min(len(bodies), len(statuses)) - 1]
        return web.Response(status=status, text="x")

    return bodies, answer


def retrying(count: int, forward: str = '<forward-request buffer-request-body="true" />') -> str:
    return policy(
        backend=f'<retry condition="@(context.Response.StatusCode == 429)" count="{count}" '
        f'interval="0">{forward}</retry>'
    )


def test_choose_runs_the_first_branch_that_is_true() -> None:
    found = ask(
        policy(
            outbound='<choose><when condition="@(context.Response.StatusCode == 500)">'
            f'{header("x", "first")}</when><when condition="true">{header("x", "second")}</when>'
            f'<when condition="true">{header("x", "third")}</when>'
            f"<otherwise>{header('x', 'otherwise')}</otherwise></choose>"
        )
    )
    assert found.headers["x"] == "second"


def test_choose_runs_otherwise_when_nothing_is_true() -> None:
    choose = f'<choose><when condition="false">{header("x", "when")}</when></choose>'
    assert "x" not in ask(policy(outbound=choose)).headers
    choose = choose.replace("</choose>", f"<otherwise>{header('x', 'else')}</otherwise></choose>")
    assert ask(policy(outbound=choose)).headers["x"] == "else"


def test_a_variable_lasts_until_the_request_ends() -> None:
    found = ask(
        policy(
            inbound='<set-variable name="v" value="@(1 + 1)" />',
            outbound=header("x", '@((int)context.Variables["v"] + 1)'),
        )
    )
    assert found.headers["x"] == "3"


def test_a_fragment_stands_where_it_is_included() -> None:
    found = ask(
        policy(outbound='<include-fragment fragment-id="shared" />' + header("x", "after")),
        fragments={"shared": f"<fragment>{header('x', 'inside')}{header('y', '1')}</fragment>"},
    )
    assert (found.headers["x"], found.headers["y"]) == ("after", "1")


def test_retry_tries_again_while_its_condition_holds() -> None:
    bodies, answer = counted([429, 429, 200])
    assert ask(retrying(5), answer, body={"a": 1}).status == 200
    assert bodies == [b'{"a": 1}'] * 3


def test_retry_ends_with_its_count() -> None:
    bodies, answer = counted([429])
    assert ask(retrying(2), answer).status == 429
    assert len(bodies) == 3


def test_a_body_that_is_not_buffered_is_gone_after_the_first_attempt() -> None:
    bodies, answer = counted([429, 200])
    assert ask(retrying(1, "<forward-request />"), answer, body={"a": 1}).status == 200
    assert bodies == [b'{"a": 1}', b""]


def test_retry_decides_before_the_first_byte_of_a_stream() -> None:
    async def main() -> None:
        sizes: list[int] = []
        stream = streaming(3)

        async def first_429(request: web.Request) -> web.StreamResponse:
            sizes.append(len(await request.read()))
            if len(sizes) == 1:
                return web.Response(status=429, text="later")
            return await stream(request)

        async with served(first_429, retrying(1)) as running:
            found = await call(running, body={"stream": True})
            assert found.status == 200
            assert found.body == EVENT * 3 + b"data: [DONE]\n\n"
            assert len(sizes) == 2

    run(main())


def test_a_stream_that_breaks_is_not_tried_again() -> None:
    async def main() -> None:
        calls: list[str] = []

        async def cut(request: web.Request) -> web.StreamResponse:
            calls.append(request.path)
            stream = web.StreamResponse()
            await stream.prepare(request)
            await stream.write(EVENT)
            assert request.transport is not None
            request.transport.close()
            return stream

        async with served(cut, retrying(3)) as running:
            with pytest.raises(Exception, match="payload"):
                await call(running)
            assert len(calls) == 1

    run(main())


def test_a_retry_over_a_pool_reaches_the_next_member() -> None:
    async def main() -> None:
        async with backend(answering(429)) as busy, backend(answering(text="served")) as free:
            members = (Address("busy", busy), Address("free", free, 2))
            document = policy(
                inbound='<set-backend-service backend-id="inference" />',
                backend='<retry condition="@(context.Response.StatusCode == 429)" count="3" '
                'interval="0"><forward-request buffer-request-body="true" /></retry>',
            )
            async with gateway(document, *members) as running:
                found = await call(running, CHAT, body={})
                # three failures trip the first member, then the lower priority serves
                assert (found.status, found.body) == (200, b"served")
                assert running.log[0]["backend"] == "free"

    run(main())


def test_wait_runs_steps_side_by_side() -> None:
    async def main() -> None:
        async with backend(answering(text="1")) as url:
            sending = "".join(
                f'<send-request response-variable-name="{name}"><set-url>{url}/</set-url>'
                "</send-request>"
                for name in ("a", "b")
            )
            document = policy(
                inbound=f"<wait>{sending}</wait>",
                outbound="".join(
                    header(name, f'@(context.Variables["{name}"] == null ? "none" : "there")')
                    for name in ("a", "b")
                ),
            )
            async with gateway(document, Address("east", url)) as running:
                found = await call(running)
                assert (found.headers["a"], found.headers["b"]) == ("there", "there")

    run(main())


def test_the_pauses_of_a_retry_are_fixed_linear_or_exponential() -> None:
    def middle(low: float, high: float) -> float:
        return (low + high) / 2

    assert [pause(n, 3, 0, None) for n in (1, 2, 3)] == [3, 3, 3]
    assert [pause(n, 1, 2, None) for n in (1, 2, 3)] == [1, 3, 5]
    # the documented example: interval and delta of 10 seconds, at most 100
    assert [pause(n, 10, 10, 100, middle) for n in (1, 2, 3, 4, 5)] == [10, 20, 40, 80, 100]


@given(st.integers(1, 50), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_an_exponential_pause_never_exceeds_its_longest(
    attempt: int, interval: int, delta: int, longest: int
) -> None:
    assert 0 <= pause(attempt, interval, delta, longest) <= max(interval, longest)


def test_a_variable_of_another_type_is_an_error() -> None:
    read = 'context.Variables.GetValueOrDefault<string>("v", "none")'
    inbound = f'<set-variable name="v" value="@(1)" /><set-variable name="w" value="@({read})" />'
    assert ask(policy(inbound=inbound)).status == 500
