from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.wire.headers import HOP_BY_HOP, end_to_end
from apim_gateway.wire.reply import BrokenError, HeadersTimeoutError, UnreachableError
from apim_gateway.wire.upstream import HttpClient
from tests.apim_gateway.loopback import EVENT, backend, echo, run


def test_headers_of_the_connection_stay_behind() -> None:
    found = end_to_end(
        [
            ("Connection", "close, X-Hop"),
            ("X-Hop", "1"),
            ("Transfer-Encoding", "chunked"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
        ]
    )
    assert list(found.items()) == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]


_names = st.sampled_from(["A", "b", "Connection", "Keep-Alive", "TE"])


@given(st.lists(st.tuples(_names, st.text(alphabet="aAbB, "))))
def test_what_travels_on_is_in_order_and_never_of_the_connection(
    pairs: list[tuple[str, str]],
) -> None:
    kept = list(end_to_end(pairs).items())
    assert kept == [pair for pair in pairs if pair in kept]
    assert not {name.lower() for name, _ in kept} & HOP_BY_HOP


def test_nothing_is_added_to_a_request() -> None:
    async def main() -> None:
        client = HttpClient()
        async with backend(echo) as url:
            reply = await client.send("POST", f"{url}/a%2Fb?c=%20", [("x-own", "1")], b"body")
            seen = json.loads(await reply.read())
            reply.close()
        await client.close()
        assert seen["path"] == "/openai/a%2Fb?c=%20"
        assert set(seen["headers"]) == {"host", "x-own", "content-length"}

    run(main())


def test_what_arrived_before_a_break_is_handed_out_first() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(EVENT)
        assert request.transport is not None
        request.transport.close()
        return stream

    async def main() -> None:
        client = HttpClient()
        async with backend(cut) as url:
            reply = await client.send("GET", url, ())
            await asyncio.sleep(0.1)  # the break is known before the first read
            assert await reply.readany() == EVENT
            assert not reply.at_eof()
            with pytest.raises(BrokenError):
                await reply.readany()
            reply.close()
        await client.close()

    run(main())


def test_no_connection_and_no_headers_are_two_errors() -> None:
    async def stall(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(20)
        return web.Response()

    async def main() -> None:
        client = HttpClient()
        with pytest.raises(UnreachableError):
            await client.send("GET", "http://127.0.0.1:9/", ())
        async with backend(stall) as url:
            with pytest.raises(HeadersTimeoutError, match=r"within 0\.05 seconds"):
                await client.send("GET", url, (), timeout=0.05)
        with pytest.raises(UnreachableError):
            await client.send("GET", "no-address", ())
        await client.close()

    run(main())
