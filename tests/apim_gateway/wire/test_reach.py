from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from apim_gateway.serving.settings import Address
from apim_gateway.wire.reach import Reach, is_loopback
from apim_gateway.wire.reply import UnreachableError
from apim_gateway.wire.upstream import HttpClient
from tests.apim_gateway.loopback import ask, backend, policy, run
from tests.apim_gateway.policies.test_signature import shared


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_may_be_called(host: str) -> None:
    assert is_loopback(host)
    assert Reach().allows(host)


@pytest.mark.parametrize(
    "host",
    [
        *("example.com", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1"),
        *("169.254.169.254", "0.0.0.0", "2130706433", "127.1", "::", "", "127.0.0.1 "),  # noqa: S104
    ],
)
def test_another_host_may_not(host: str) -> None:
    assert not Reach().allows(host)


def test_what_is_named_may_be_called_by_address_or_name() -> None:
    reach = Reach(["https://One.example:8443/openai", "two.example", "three.example:81"])
    assert [reach.allows(f"{name}.example") for name in ("one", "two", "three")] == [True] * 3
    assert not reach.allows("sub.one.example")
    assert not reach.allows("example")


def test_a_call_elsewhere_is_refused_before_it_is_made_and_says_what_to_do() -> None:
    async def main() -> None:
        client = HttpClient()
        with pytest.raises(UnreachableError, match=r"--allow-host api\.example") as told:
            await client.send("GET", "https://api.example/path", ())
        assert "--redirect https://api.example=URL" in str(told.value)
        await client.close()

    run(main())


def test_a_redirect_leads_nowhere_else() -> None:
    async def away(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://api.example/"})

    async def main() -> None:
        client = HttpClient()
        async with backend(away) as url:
            assert (await client.send("GET", url, ())).status == 302
            with pytest.raises(UnreachableError, match="may not call api"):
                await client.send("GET", url, (), follow_redirects=True)
        await client.close()

    run(main())


def test_a_stand_in_and_a_host_that_is_allowed_are_reached() -> None:
    async def main() -> None:
        async def here(request: web.Request) -> web.StreamResponse:
            return web.Response(text=request.path)

        async with backend(here) as url:
            client = HttpClient({"https://api.example/": f"{url}/"}, Reach(["nowhere.invalid"]))
            reply = await client.send("GET", "https://api.example/a", ())
            assert await reply.read() == b"/openai/a"
            reply.close()
            with pytest.raises(UnreachableError) as told:
                await client.send("GET", "http://nowhere.invalid/", ())
            assert "--allow-host" not in str(told.value)  # tried, and found nobody
            await client.close()

    run(asyncio.wait_for(main(), 15))


@pytest.mark.parametrize(
    "inbound",
    [
        '<set-backend-service base-url="https://api.example/v1" />',
        '<send-request mode="new" response-variable-name="x"><set-url>http://api.example</set-url>'
        "</send-request>",
        '<validate-jwt header-name="Authorization"><openid-config url="http://api.example/c" />'
        "</validate-jwt>",
    ],
)
def test_no_policy_calls_out(inbound: str) -> None:
    told = '<set-header name="x"><value>@(context.LastError.Message)</value></set-header>'
    found = ask(
        policy(inbound=inbound, on_error=told),
        headers={"api-key": "a-key-for-tests", "Authorization": f"Bearer {shared({})}"},
    )
    assert found.status in (401, 500)
    assert "policies may not call api.example" in found.headers["x"]


def test_a_backend_that_was_named_may_be_elsewhere() -> None:
    address = Address("far", "https://far.example/openai")
    assert Reach([address.url]).allows("far.example")
