from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web

from apim_gateway.serving.settings import Address
from apim_gateway.wire.upstream import HttpClient
from tests.apim_gateway.loopback import Call, Handler, backend, call, echo, gateway, policy, run

SHOW = (
    '<set-header name="x"><value>@(context.Variables["r"] == null ? "null" : '
    '((IResponse)context.Variables["r"]).StatusCode.ToString())</value></set-header>'
    '<set-body>@(context.Variables["r"] == null ? "" : '
    '((IResponse)context.Variables["r"]).Body.As<string>())</set-body>'
)


def sending(inside: str, attributes: str = "") -> str:
    return f'<send-request response-variable-name="r" {attributes}>{inside}</send-request>'


def asked(handler: Handler, inside: str, attributes: str = "", body: Any = None) -> Call:
    """Send one request through a policy that calls `handler` at URL."""

    async def main() -> Call:
        async with backend(handler) as url:
            xml = sending(inside.replace("URL", url), attributes)
            document = policy(inbound=xml, outbound=SHOW)
            async with gateway(document, Address("east", url)) as running:
                return await call(running, body=body)

    found: Call = run(main())
    return found


def test_a_request_of_ones_own_leaves_its_response_in_a_variable() -> None:
    found = asked(
        echo,
        "<set-url>URL/token</set-url><set-method>put</set-method>"
        '<set-header name="x-own"><value>1</value></set-header><set-body>body</set-body>',
    )
    assert found.headers["x"] == "200"
    seen = found.json
    assert (seen["method"], seen["path"], seen["body"]) == ("PUT", "/openai/token", "body")
    assert seen["headers"]["x-own"] == "1"
    assert "api-key" not in seen["headers"]


def test_mode_copy_starts_from_the_request() -> None:
    found = asked(echo, "<set-url>URL/copy</set-url>", 'mode="copy"', {"a": 1})
    seen = found.json
    assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/openai/copy", '{"a": 1}')
    assert "api-key" in seen["headers"]


def test_the_managed_identity_may_sign_it() -> None:
    found = asked(
        echo,
        '<set-url>URL/</set-url><authentication-managed-identity resource="r" />',
    )
    assert found.json["headers"]["authorization"].startswith("Bearer not-a-token")


async def stall(request: web.Request) -> web.StreamResponse:
    stream = web.StreamResponse()
    await stream.prepare(request)
    await asyncio.sleep(20)
    return stream


@pytest.mark.parametrize(("ignore", "status"), [("true", 200), ("false", 500)])
def test_a_call_that_fails_is_null_or_an_error(ignore: str, status: int) -> None:
    url = "<set-url>http://127.0.0.1:9/</set-url>"
    dead = asked(echo, url, f'ignore-error="{ignore}"')
    assert (dead.status, dead.headers.get("x")) == (status, "null" if status == 200 else None)
    slow = asked(stall, "<set-url>URL/</set-url>", f'timeout="1" ignore-error="{ignore}"')
    assert slow.status == status if ignore == "false" else slow.headers["x"] == "null"


def test_a_redirect_puts_a_stand_in_before_an_address() -> None:
    async def main() -> None:
        async with backend(echo) as url:
            document = policy(
                inbound=sending("<set-url>https://login.example/tenant/token</set-url>"),
                outbound=SHOW,
            )
            async with gateway(document, Address("east", url)) as running:
                await running.runtime.services.client.close()
                running.runtime.services.client = HttpClient(
                    {"https://login.example/": f"{url}/login/"}
                )
                assert (await call(running)).json["path"] == "/openai/login/tenant/token"

    run(main())


def test_a_one_way_request_is_not_waited_for() -> None:
    async def main() -> None:
        arrived, release = asyncio.Event(), asyncio.Event()

        async def slow(request: web.Request) -> web.StreamResponse:
            if request.path.endswith("/notify"):
                arrived.set()
                await release.wait()
            return web.Response(text="answer")

        async with backend(slow) as url:
            document = policy(
                inbound=f"<send-one-way-request><set-url>{url}/notify</set-url>"
                "</send-one-way-request>"
            )
            async with gateway(document, Address("east", url)) as running:
                assert (await call(running)).body == b"answer"
                await asyncio.wait_for(arrived.wait(), 5)
                release.set()

    run(main())


def test_a_new_request_needs_a_url() -> None:
    with pytest.raises(Exception, match="needs a <set-url> in it"):
        asked(echo, "<set-body>x</set-body>")
