"""What a client meets at the gateway's door. The bytes are those of API Management."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from apim_gateway.serving.settings import Address
from tests.apim_gateway.loopback import (
    CHAT,
    GATEWAY,
    KEY,
    Call,
    answering,
    call,
    gateway,
    policy,
    run,
    served,
    streaming,
)

LAB_POLICY = (GATEWAY / "policy.xml").read_text(encoding="utf-8")
UNKNOWN_KEY = (
    b'{ "statusCode": 401, "message": "Access denied due to invalid subscription key. '
    b'Make sure to provide a valid key for an active subscription." }'
)


def ask(path: str = CHAT, method: str = "POST", document: str = "", **headers: str) -> Call:
    async def main() -> Call:
        async with served(answering(text='{"ok":true}'), document or policy()) as running:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await call(running, path, method, named)

    found: Call = run(main())
    return found


def test_401_without_a_key_byte_for_byte() -> None:
    found = ask(Host="lab.example")
    assert (found.status, found.reason) == (401, "Access Denied")
    assert found.body == (
        b'{ "statusCode": 401, "message": "Access denied due to missing subscription key. '
        b'Make sure to include subscription key when making requests to an API." }'
    )
    assert found.headers["Content-Length"] == "152"
    assert found.headers["Content-Type"] == "application/json"
    assert found.headers["WWW-Authenticate"] == (
        'AzureApiManagementKey realm="https://lab.example/openai",name="api-key",type="header"'
    )
    assert "Server" not in found.headers


@pytest.mark.parametrize("key", ["wrong", "", "a-key-for-test", "\u00e4"])
def test_401_with_a_wrong_key_byte_for_byte(key: str) -> None:
    found = ask(api_key=key)
    assert (found.status, found.body) == (401, UNKNOWN_KEY)


def test_the_key_may_stand_in_the_query() -> None:
    assert ask(f"{CHAT}?api-version=1&api-key={KEY}").status == 200


def test_the_query_counts_only_without_the_header() -> None:
    assert ask(f"{CHAT}?api-key={KEY}", api_key="wrong").body == UNKNOWN_KEY


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", CHAT),
        ("POST", "/openai/deployments/gpt"),
        ("POST", "/openai"),
        ("POST", "/"),
        ("POST", "/other/v1/responses"),
        ("OPTIONS", CHAT),
    ],
)
def test_404_where_no_operation_matches_byte_for_byte(method: str, path: str) -> None:
    found = ask(path, method, api_key=KEY)
    assert found.status == 404
    assert found.body == b'{ "statusCode": 404, "message": "Resource not found" }'


def test_on_error_runs_when_the_key_is_refused() -> None:
    found = ask(
        document=policy(on_error='<set-header name="x-error"><value>yes</value></set-header>')
    )
    assert found.status == 401
    assert found.headers["x-error"] == "yes"
    assert len(found.body) == 152


def test_the_status_path_answers_without_a_key_and_is_not_logged() -> None:
    async def main() -> None:
        async with gateway(policy(), Address("east", "http://127.0.0.1:9/openai")) as running:
            found = await call(running, "/status-0123456789abcdef", "GET", {})
            assert (found.status, found.body) == (200, b"")
            assert running.log == []

    run(main())


@pytest.mark.parametrize("stream", [True, False])
def test_the_labs_policy_marks_what_streams(stream: bool) -> None:
    async def main() -> None:
        async with served(streaming(3), LAB_POLICY) as running:
            found = await call(running, body={"stream": stream})
            assert found.status == 200
            assert found.headers["x-ms-stream"] == ("true" if stream else "false")
            assert found.headers["Content-Type"] == "text/event-stream"
            assert found.body.endswith(b"data: [DONE]\n\n")

    run(main())


def test_each_finished_request_is_logged_without_key_or_query() -> None:
    async def main() -> None:
        async with served(answering(text="{}"), policy()) as running:
            await call(running, f"{CHAT}?api-key={KEY}&secret=s", headers={}, body={})
            await call(running, headers={})
            first, refused = running.log
        assert first["method"] == "POST"
        assert first["path"] == CHAT
        assert (first["status"], first["bytes"], first["backend"]) == (200, 2, "east")
        assert 0 < first["headers_ms"] <= first["total_ms"]
        assert first["ended"] == "complete"
        assert (refused["status"], refused["bytes"], refused["backend"]) == (401, 152, None)
        assert KEY not in json.dumps(running.log)

    run(main())


def test_the_backend_gets_the_request_as_it_was_sent() -> None:
    seen: dict[str, object] = {}

    async def keep(request: web.Request) -> web.Response:
        seen.update(path=request.raw_path, method=request.method, body=await request.read())
        seen["headers"] = {name.lower(): value for name, value in request.headers.items()}
        return web.Response(text="{}")

    async def main() -> None:
        async with served(keep, policy()) as running:
            path = "/openai/deployments/a%20b/chat/completions?api-version=1&x=%2F%20"
            headers = {"api-key": KEY, "x-mine": "\u00fc", "Connection": "x-hop", "x-hop": "1"}
            await call(running, path, headers=headers, body={"a": 1})
            assert seen["path"] == path
            assert seen["method"] == "POST"
            assert seen["body"] == b'{"a": 1}'
            received = seen["headers"]
            assert isinstance(received, dict)
            assert received["host"].startswith("127.0.0.1:")
            assert received["x-mine"] == "\u00fc"
            assert received["x-forwarded-for"] == "127.0.0.1"
            assert received["api-key"] == KEY
            assert "x-hop" not in received

    run(main())


def test_the_client_gets_the_backends_headers_but_those_of_the_connection() -> None:
    async def answer(request: web.Request) -> web.Response:
        response = web.Response(status=401, reason="PermissionDenied", body=b"no")
        response.headers.add("Set-Cookie", "a=1")
        response.headers.add("Set-Cookie", "b=2")
        response.headers["Keep-Alive"] = "timeout=5"
        response.headers["Server"] = "backend"
        return response

    async def main() -> None:
        async with served(answer, policy()) as running:
            found = await call(running)
            assert (found.status, found.reason) == (401, "PermissionDenied")
            assert found.headers.getall("Set-Cookie") == ["a=1", "b=2"]  # type: ignore[attr-defined]
            assert found.headers["Server"] == "backend"
            assert "Keep-Alive" not in found.headers
            assert found.headers["Content-Length"] == "2"

    run(main())


def test_a_response_without_content_type_stays_without() -> None:
    async def main() -> None:
        async def bare(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}")
            writer.close()

        async with await asyncio.start_server(bare, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with gateway(
                policy(), Address("a", f"http://127.0.0.1:{port}/openai")
            ) as running:
                found = await call(running)
                assert "Content-Type" not in found.headers
                assert found.body == b"{}"

    run(main())


def test_500_for_a_dead_backend_byte_for_byte() -> None:
    async def main() -> None:
        async with gateway(policy(), Address("dead", "http://127.0.0.1:9/openai")) as running:
            found = await call(running, body={})
            assert (found.status, found.reason) == (500, "Internal Server Error")
            activity = found.json["activityId"]
            assert found.body == (
                b'{ "statusCode": 500, "message": "Internal server error", "activityId": "%b" }'
                % activity.encode()
            )
            assert len(activity) == 36

    run(main())


def test_a_host_header_that_is_none_is_400() -> None:
    assert ask(Host="a:bc", api_key=KEY).status == 400


def test_connections_to_a_backend_are_used_again() -> None:
    async def main() -> None:
        transports = set()

        async def note(request: web.Request) -> web.StreamResponse:
            transports.add(request.transport)
            return await streaming(2)(request)

        async with served(note, policy()) as running:
            for _ in range(5):
                assert (await call(running)).status == 200
            assert len(transports) == 1

    run(main())


def test_the_debug_credential_does_not_reach_the_backend() -> None:
    seen: list[str] = []

    async def note(request: web.Request) -> web.StreamResponse:
        seen.extend(name.lower() for name in request.headers)
        return web.Response(text="{}")

    async def main() -> None:
        async with served(note, policy()) as running:
            await call(running, headers={"api-key": KEY, "Apim-Debug-Authorization": "aid=x"})

    run(main())
    assert "api-key" in seen
    assert "apim-debug-authorization" not in seen


def test_a_timeout_to_the_headers_is_500() -> None:
    async def stall(request: web.Request) -> web.Response:
        await asyncio.sleep(20)
        return web.Response()

    async def main() -> None:
        waiting = policy(
            backend='<forward-request timeout-ms="50" />',
        )
        async with served(stall, waiting) as running:
            found = await call(running, body={})
            assert found.status == 500

    run(main())


def test_why_a_request_failed_is_logged_as_last_error_has_it() -> None:
    broken = '<set-variable name="v" value="@((int)context.Variables["none"])" />'

    async def main() -> None:
        async with served(answering(), policy(inbound=broken)) as running:
            await call(running, body={})
            await call(running, headers={})
            failed, refused = running.log
        assert failed["error"] == {
            "source": "set-variable",
            "reason": "ExpressionValueEvaluationFailure",
            "message": "Expression evaluation failed. "
            "Object reference not set to an instance of an object.",
            "scope": "api",
            "section": "inbound",
            "path": "set-variable[1]",
        }
        assert refused["error"]["reason"] == "SubscriptionKeyNotFound"

    run(main())
