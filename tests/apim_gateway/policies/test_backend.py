from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from apim_gateway.serving.settings import Address
from tests.apim_gateway.loopback import (
    CHAT,
    EVENT,
    Call,
    answering,
    ask,
    backend,
    call,
    echo,
    gateway,
    policy,
    run,
    served,
    streaming,
)

POOL = '<set-backend-service backend-id="inference" />'


def header(value: str) -> str:
    return f'<set-header name="x"><value>{value}</value></set-header>'


def test_the_path_after_the_apis_path_follows_the_backends_address() -> None:
    found = ask(policy(inbound=POOL), path=f"{CHAT}?api-version=1&a=%20")
    assert found.json["path"] == "/openai/deployments/gpt/chat/completions?api-version=1&a=%20"


def test_a_member_of_the_pool_may_be_named_itself() -> None:
    async def main() -> None:
        async with backend(answering(text="east")) as east, backend(echo) as west:
            members = (Address("east", east), Address("west", west))
            document = policy(inbound='<set-backend-service backend-id="east" />')
            async with gateway(document, *members) as running:
                answers = [(await call(running)).body for _ in range(4)]
                assert answers == [b"east"] * 4

    run(main())


def test_a_base_url_is_called_as_it_stands() -> None:
    async def main() -> None:
        async with backend(echo) as url:
            base = url.replace("/openai", "/other/")
            document = policy(inbound=f'<set-backend-service base-url="{base}" />')
            async with gateway(document, Address("east", "http://127.0.0.1:9/")) as running:
                path = (await call(running)).json["path"]
                assert path == "/other/deployments/gpt/chat/completions"

    run(main())


@pytest.mark.parametrize(
    "attribute", ['backend-id="@("n" + "one")"', 'base-url="@("no" + "thing")"']
)
def test_a_backend_that_is_none_when_the_request_runs_is_500(attribute: str) -> None:
    assert ask(policy(inbound=f"<set-backend-service {attribute} />")).status == 500


def test_without_forward_request_the_backend_is_not_asked() -> None:
    document = (
        "<policies><backend></backend><outbound>" + header("there") + "</outbound></policies>"
    )
    found = ask(document)
    assert (found.status, found.body, found.headers["x"]) == (200, b"", "there")


def test_the_default_global_policy_forwards() -> None:
    found = ask("<policies><backend><base /></backend></policies>")
    assert found.json["method"] == "POST"


def test_redirects_are_followed_only_when_told() -> None:
    async def move(request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/moved"):
            return web.Response(text="here")
        return web.Response(status=302, headers={"Location": "/openai/moved"})

    assert ask(policy(backend="<forward-request />"), move).status == 302
    found = ask(policy(backend='<forward-request follow-redirects="true" />'), move)
    assert (found.status, found.body) == (200, b"here")


def test_fail_on_error_status_code_runs_on_error_over_the_backends_answer() -> None:
    document = policy(
        backend='<forward-request fail-on-error-status-code="true" />',
        outbound=header("outbound"),
        on_error=header("on-error"),
    )
    found = ask(document, answering(418, '{"error":"tea"}'))
    assert (found.status, found.json, found.headers["x"]) == (418, {"error": "tea"}, "on-error")
    assert ask(document).headers["x"] == "outbound"


def test_an_error_status_reaches_the_client_as_the_backend_sent_it() -> None:
    found = ask(policy(outbound=header("outbound")), answering(429, "slow", Retry_After="7"))
    assert (found.status, found.body, found.headers["Retry-After"]) == (429, b"slow", "7")
    assert found.headers["x"] == "outbound"


async def until_open(rule: str = "") -> Call:
    async with served(answering(429, Retry_After="30"), policy(inbound=POOL)) as running:
        statuses = [(await call(running)).status for _ in range(3)]
        assert statuses == [429, 429, 429]
        return await call(running)


def test_503_from_an_exhausted_pool_with_the_time_to_come_back() -> None:
    found = run(until_open())
    assert found.status == 503
    assert found.reason == "Service Unavailable"  # no longer the pool's name
    assert found.json == {"statusCode": 503, "message": "Service unavailable"}
    assert 25 <= int(found.headers["Retry-After"]) <= 30


def test_on_error_sees_the_503_of_an_exhausted_pool() -> None:
    document = policy(
        inbound=POOL,
        on_error='<choose><when condition="@(context.Response.StatusCode == 503)">'
        '<return-response><set-status code="503" reason="Later" /></return-response></when>'
        "</choose>",
    )

    async def main() -> Call:
        async with served(answering(500), document) as running:
            for _ in range(3):
                await call(running)
            return await call(running)

    found = run(main())
    assert (found.status, found.reason, found.body) == (503, "Later", b"")


def test_two_dead_backends_open_their_circuits_too() -> None:
    async def main() -> None:
        members = (Address("a", "http://127.0.0.1:9"), Address("b", "http://127.0.0.1:9"))
        async with gateway(policy(inbound=POOL), *members) as running:
            statuses = [(await call(running)).status for _ in range(7)]
            assert statuses == [500] * 6 + [503]

    run(main())


def test_the_request_body_goes_on_as_it_comes() -> None:
    async def main() -> None:
        seen: list[bytes] = []
        first = asyncio.Event()

        async def listen(request: web.Request) -> web.StreamResponse:
            async for piece in request.content.iter_any():
                seen.append(piece)
                first.set()
            return web.Response(text="done")

        async with served(listen, policy()) as running:
            reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
            writer.write(
                f"POST {CHAT} HTTP/1.1\r\nHost: x\r\napi-key: a-key-for-tests\r\n"
                "Transfer-Encoding: chunked\r\n\r\n4\r\nfirs\r\n".encode()
            )
            await first.wait()
            assert b"".join(seen) == b"firs"
            writer.write(b"1\r\nt\r\n0\r\n\r\n")
            assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
            assert b"".join(seen) == b"first"
            writer.close()
            await writer.wait_closed()

    run(main())


def test_a_setting_flushes_every_chunk_whatever_buffer_response_says() -> None:
    async def main() -> None:
        release = asyncio.Event()

        async def hold(request: web.Request) -> web.StreamResponse:
            stream = web.StreamResponse()
            await stream.prepare(request)
            await stream.write(EVENT)
            await release.wait()
            return stream

        document = policy(backend='<forward-request buffer-response="true" />')
        async with served(hold, document, flush_every_chunk=True) as running:
            reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
            writer.write(
                f"POST {CHAT} HTTP/1.1\r\nHost: x\r\napi-key: a-key-for-tests\r\n"
                "Content-Length: 0\r\n\r\n".encode()
            )
            await reader.readuntil(EVENT)
            release.set()
            writer.close()
            await writer.wait_closed()

    run(main())


def test_a_stream_keeps_its_bytes() -> None:
    found = ask(policy(backend="<forward-request />"), streaming(100))
    assert found.body == EVENT * 100 + b"data: [DONE]\n\n"


def test_the_backend_sees_its_own_host_unless_a_policy_sets_another() -> None:
    assert ask(policy()).json["headers"]["host"].startswith("127.0.0.1:")
    host = '<set-header name="Host"><value>other.example</value></set-header>'
    assert ask(policy(inbound=host)).json["headers"]["host"] == "other.example"


def test_the_response_is_there_before_the_backend_has_answered() -> None:
    document = policy(
        backend='<choose><when condition="@(context.Response.StatusCode == 429)" />'
        "<otherwise><forward-request /></otherwise></choose>"
    )
    assert ask(document).json["method"] == "POST"


@pytest.mark.parametrize(
    "text", ["9" * 400, "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 99 Xxx 1", "-1"]
)
def test_a_retry_after_of_any_length_leaves_a_circuit_that_closes(text: str) -> None:
    async def main() -> None:
        async with served(answering(429, Retry_After=text), policy(inbound=POOL)) as running:
            for _ in range(6):
                found = await call(running, body={})
                assert found.status in (429, 503)
            if found.status == 503:  # the gateway's own, once the circuit is open
                assert 0 < int(found.headers["Retry-After"]) <= 365 * 86_400

    run(main())
