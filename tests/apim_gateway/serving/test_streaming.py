"""Streams through the gateway, on real sockets."""

from __future__ import annotations

import asyncio
import json
from typing import Optional

import pytest
from aiohttp import web
from aiohttp.http_writer import StreamWriter

from tests.apim_gateway.loopback import CHAT, EVENT, policy, run, served, streaming
from tests.apim_gateway.raw import Wire, unchunked, wire

UNBUFFERED = policy()
BUFFERED = policy(backend="<forward-request />")
WHOLE = EVENT * 60 + b"data: [DONE]\n\n"


async def reads(document: str) -> Wire:
    async with served(streaming(60, 0.02), document) as running, wire(running) as client:
        await client.headers()
        assert unchunked(await client.rest()) == WHOLE
        return client


def test_without_buffering_60_deltas_reach_the_client_in_at_least_50_reads() -> None:
    assert len(run(reads(UNBUFFERED)).reads) >= 50


def test_with_buffering_60_deltas_reach_the_client_in_at_most_3_reads() -> None:
    assert len(run(reads(BUFFERED)).reads) <= 3


def test_done_and_the_last_chunk_leave_together() -> None:
    assert run(reads(UNBUFFERED)).reads[-1].endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")


def test_the_headers_do_not_wait_for_the_body() -> None:
    release: Optional[asyncio.Event] = None

    async def wait(request: web.Request) -> web.StreamResponse:
        assert release is not None
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await release.wait()
        return stream

    async def main() -> None:
        nonlocal release
        release = asyncio.Event()
        async with served(wait, BUFFERED) as running, wire(running) as client:
            head = await client.headers()
            assert head.startswith(b"HTTP/1.1 200 OK\r\n")
            assert b"Transfer-Encoding: chunked\r\n" in head
            assert b"Content-Encoding" not in head
            release.set()
            assert await client.rest() == b"0\r\n\r\n"

    run(main())


class Endless:
    """A backend that streams until its client leaves."""

    def __init__(self, event: bytes = EVENT) -> None:
        self.event = event
        self.sent = 0
        self.left = asyncio.Event()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        try:
            while True:
                await stream.write(self.event)
                self.sent += len(self.event)
                await asyncio.sleep(0)
        finally:
            self.left.set()


@pytest.mark.parametrize("document", [UNBUFFERED, BUFFERED])
def test_a_client_that_leaves_ends_the_backends_request_at_once(document: str) -> None:
    async def main() -> None:
        endless = Endless()
        async with served(endless.stream, document) as running:
            async with wire(running) as client:
                await client.headers()
                await client.reader.read(100)
            await asyncio.wait_for(endless.left.wait(), 5)
            while not running.log:
                await asyncio.sleep(0.01)
            assert running.log[0]["ended"] == "client left"
            assert running.log[0]["status"] == 200

    run(main())


def test_the_headers_leave_with_the_first_bytes_that_came_with_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alone: list[bytes] = []
    write = StreamWriter._write

    def noted(writer: StreamWriter, data: bytes) -> None:
        alone.append(bytes(data))
        write(writer, data)

    async def at_once(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        head = b"HTTP/1.1 200 OK\r\nX-Own: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
        request.transport.write(head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(EVENT), EVENT))
        await asyncio.sleep(20)
        return web.Response()

    async def main(document: str) -> bytes:
        async with served(at_once, document) as running, wire(running) as client:
            assert b"X-Own: 1" in await client.headers()
            assert unchunked(await client.rest()) == EVENT
        return b"".join(alone)

    monkeypatch.setattr(StreamWriter, "_write", noted)
    assert b"X-Own" not in run(main(UNBUFFERED))
    assert b"X-Own" in run(main(BUFFERED))  # where the body may be held, the head is not


def test_a_client_that_leaves_before_the_headers_ends_the_backends_request_too() -> None:
    async def main() -> None:
        entered, left = asyncio.Event(), asyncio.Event()

        async def wait(request: web.Request) -> web.Response:
            entered.set()
            try:
                await asyncio.sleep(20)
            finally:
                left.set()
            return web.Response()

        async with served(wait, UNBUFFERED) as running:
            async with wire(running):
                await entered.wait()
            await asyncio.wait_for(left.wait(), 5)

    run(main())


def test_a_slow_client_slows_the_backend() -> None:
    async def main() -> None:
        endless = Endless(b"x" * 65_536)
        async with served(endless.stream, UNBUFFERED) as running, wire(running) as client:
            await client.headers()
            before = -1
            while endless.sent != before:
                before = endless.sent
                await asyncio.sleep(0.3)
            assert endless.sent < 32 * 2**20
            await client.reader.readexactly(endless.sent // 2)
            for _ in range(100):
                await asyncio.sleep(0.01)
                if endless.sent > before:
                    break
            assert endless.sent > before

    run(main())


@pytest.mark.parametrize("document", [UNBUFFERED, BUFFERED])
def test_a_backend_that_breaks_off_cuts_the_clients_stream_after_what_arrived(
    document: str,
) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(EVENT * 3)
        assert request.transport is not None
        request.transport.close()
        return stream

    async def main() -> None:
        async with served(cut, document) as running, wire(running) as client:
            await client.headers()
            received = await client.rest()
            assert EVENT * 3 in received
            assert not received.endswith(b"0\r\n\r\n")
            assert running.log[0]["ended"] == "backend cut"

    run(main())


def test_what_a_slow_client_has_not_read_when_the_backend_breaks_still_arrives() -> None:
    size = 20 * 2**20

    async def cut(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(b"x" * size)
        assert request.transport is not None
        request.transport.close()
        return stream

    async def main() -> None:
        async with served(cut, UNBUFFERED) as running, wire(running) as client:
            await client.headers()
            await asyncio.sleep(0.2)
            received = await client.rest()
            assert received.count(b"x") == size
            assert not received.endswith(b"0\r\n\r\n")

    run(main())


def test_a_stalled_stream_stalls_the_client_and_nothing_is_cut() -> None:
    async def stall(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        await stream.write(EVENT)
        await asyncio.sleep(0.5)
        await stream.write_eof(b"data: [DONE]\n\n")
        return stream

    async def main() -> None:
        patient = policy(backend='<forward-request timeout-ms="200" buffer-response="false" />')
        async with served(stall, patient) as running, wire(running) as client:
            await client.headers()
            assert unchunked(await client.rest()) == EVENT + b"data: [DONE]\n\n"

    run(main())


def test_streams_side_by_side_do_not_mix() -> None:
    async def echo(request: web.Request) -> web.StreamResponse:
        name = (await request.json())["name"]
        stream = web.StreamResponse()
        await stream.prepare(request)
        for number in range(20):
            await stream.write(f"data: {name}-{number}\n\n".encode())
            await asyncio.sleep(0.001)
        return stream

    async def main() -> None:
        async with served(echo, UNBUFFERED) as running:

            async def one(name: int) -> None:
                async with wire(running, CHAT, json.dumps({"name": name}).encode()) as client:
                    await client.headers()
                    wanted = "".join(f"data: {name}-{number}\n\n" for number in range(20))
                    assert unchunked(await client.rest()).decode() == wanted

            await asyncio.gather(*(one(name) for name in range(50)))

    run(main())


@pytest.mark.parametrize("document", [UNBUFFERED, BUFFERED])
def test_a_response_of_known_length_keeps_it(document: str) -> None:
    async def known(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Length": "20000"})
        await stream.prepare(request)
        for _ in range(20):
            await stream.write(b"x" * 1_000)
            await asyncio.sleep(0.001)
        return stream

    async def main() -> None:
        async with served(known, document) as running, wire(running) as client:
            head = await client.headers()
            assert b"Content-Length: 20000\r\n" in head
            assert b"chunked" not in head
            assert await client.reader.readexactly(20_000) == b"x" * 20_000

    run(main())


@pytest.mark.parametrize("document", [UNBUFFERED, BUFFERED])
def test_a_client_of_http_1_0_gets_the_body_without_frames(document: str) -> None:
    async def main() -> None:
        backend = streaming(20, 0.002)
        async with served(backend, document) as running, wire(running, version="1.0") as client:
            assert b"chunked" not in await client.headers()
            assert await client.rest() == EVENT * 20 + b"data: [DONE]\n\n"

    run(main())
