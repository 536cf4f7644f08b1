"""What comes in before a request is there, and bodies that are not what they say."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from aiohttp import web

from apim_gateway.serving.descriptors import raise_limit
from tests.apim_gateway.loopback import (
    CHAT,
    EVENT,
    KEY,
    WITH_KEY,
    answering,
    ask,
    call,
    policy,
    run,
    served,
)
from tests.apim_gateway.raw import wire

BODY = json.dumps({"stream": True, "messages": [{"role": "user", "content": "a" * 300}]}).encode()
READS = '<set-variable name="b" value="@(context.Request.Body.As<string>(true).Length)" />'


@pytest.mark.parametrize("inbound", ["", READS])
@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("br", b"\x0b\x02\x80not-brotli"),
        ("gzip", b"no gzip"),
    ],
)
def test_a_compressed_body_reaches_the_backend_unchanged(
    inbound: str, encoding: str, data: bytes
) -> None:
    async def main() -> int:
        received = b""

        async def record(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal received
            head = await reader.readuntil(b"\r\n\r\n")
            if b"hunked" in head:
                received = head + await reader.readuntil(b"0\r\n\r\n")
            else:
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                received = head + await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(record, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        base = f'<set-backend-service base-url="http://127.0.0.1:{port}" />'
        async with server, served(answering(), policy(inbound=base + inbound)) as running:
            headers = {**WITH_KEY, "Content-Encoding": encoding}
            found = await call(running, headers=headers, raw=data)
        assert f"content-encoding: {encoding}".encode() in received.lower()
        assert data in received
        return found.status

    assert run(main()) == 200


@pytest.mark.parametrize("inbound", ["", READS])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_413_and_no_fault_of_the_backend(
    inbound: str, chunked: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 1_000

    async def read(request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.Response()

    async def main() -> None:
        document = policy(inbound=inbound)
        async with served(read, document, largest_request=20_000) as running:
            for _ in range(5):  # more than open a circuit
                sent = pieces() if chunked else b"x" * 20_001
                found = await call(running, raw=sent)  # type: ignore[arg-type]
                assert (found.status, found.json["statusCode"]) == (413, 413)
                assert found.json["message"] == "The request body is larger than 20,000 bytes."
            assert (await call(running, raw=b"x" * 20_000)).status == 200

    run(main())


@pytest.mark.parametrize("inbound", ["", READS])
def test_a_body_in_broken_chunks_is_400_and_keeps_nobody_waiting(inbound: str) -> None:
    async def main() -> None:
        async def read(request: web.Request) -> web.StreamResponse:
            await request.read()
            return web.Response()

        async with served(read, policy(inbound=inbound), body_seconds=0.3) as running:
            reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
            head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\napi-key: {KEY}\r\n"
            writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".encode())
            await asyncio.sleep(0.1)
            writer.write(b"zz\r\n")
            assert (await reader.readline()).startswith(b"HTTP/1.1 400")
            assert b"The request body is not complete." in await reader.readuntil(b"}")
            writer.close()

    run(main())


def test_headers_that_never_end_are_given_up() -> None:
    async def main() -> None:
        async with served(answering(), policy(), header_seconds=0.2) as running:
            reader, writer = await asyncio.open_connection("127.0.0.1", running.port)

            async def drip() -> None:
                writer.write(b"GET / HTTP/1.1\r\nx: ")
                for _ in range(400):
                    writer.write(b"x")
                    await asyncio.sleep(0.02)

            dripping = asyncio.ensure_future(drip())
            with suppress(ConnectionResetError):  # where a byte was under way
                assert await asyncio.wait_for(reader.read(), 10) == b""
            dripping.cancel()
            await asyncio.gather(dripping, return_exceptions=True)
            writer.close()

    run(main())


def test_a_request_that_takes_long_is_not_given_up() -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.5)
        return web.Response(text="done")

    async def main() -> None:
        async with served(slow, policy(), header_seconds=0.1) as running:
            assert (await call(running, body={})).body == b"done"

    run(main())


def test_headers_that_are_too_large_together_are_431() -> None:
    headers = {f"x-{i}": "v" * 30_000 for i in range(5)}
    found = ask(policy(), headers={**WITH_KEY, **headers})
    assert (found.status, found.json["statusCode"]) == (431, 431)
    assert "larger than 131,072 bytes together" in found.json["message"]


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_cut_stream_looks_cut_after_all_that_arrived(version: str) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        for _ in range(3):
            await stream.write(EVENT)
        await asyncio.sleep(0.05)
        assert request.transport is not None
        request.transport.close()
        return stream

    async def main() -> None:
        async with served(cut, policy()) as running:
            reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
            head = f"POST {CHAT} HTTP/{version}\r\nHost: x\r\napi-key: {KEY}\r\n"
            writer.write(f"{head}Content-Length: 2\r\n\r\n{{}}".encode())
            received, error = b"", ""
            try:
                while True:
                    data = await reader.read(65_536)
                    if not data:
                        break
                    received += data
            except ConnectionError:
                error = "reset"
            assert received.count(EVENT) == 3
            assert not received.endswith(b"0\r\n\r\n")
            assert error == ("reset" if version == "1.0" else "")
            assert running.log[-1]["ended"] == "backend cut"
            writer.close()

    run(main())


def test_a_stream_of_malformed_chunks_is_cut_at_once() -> None:
    async def malformed(request: web.Request) -> web.StreamResponse:
        transport = request.transport
        assert transport is not None
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        transport.write(head + b"%x\r\n%s\r\n" % (len(EVENT), EVENT))
        await asyncio.sleep(0.05)
        transport.write(b"zz\r\nno chunk\r\n")
        await asyncio.sleep(15)
        return web.Response()

    async def main() -> None:
        async with served(malformed, policy()) as running, wire(running) as client:
            await client.headers()
            received = await asyncio.wait_for(client.rest(), 10)
            assert EVENT in received
            assert not received.endswith(b"0\r\n\r\n")
            for _ in range(100):
                if running.log:
                    break
                await asyncio.sleep(0.02)
            assert running.log[-1]["ended"] == "backend cut"

    run(main())


SOMAXCONN = Path("/proc/sys/net/core/somaxconn")
AT_ONCE = 400


@pytest.mark.skipif(
    not SOMAXCONN.exists() or int(SOMAXCONN.read_text(encoding="ascii")) <= AT_ONCE,
    reason="this system lets fewer connections wait",
)
def test_clients_that_come_all_at_once_are_kept_waiting_and_not_turned_away() -> None:
    raise_limit()  # as the gateway does before it listens

    async def main() -> None:
        async with served(answering(), policy()) as lab:
            with ExitStack() as stack:
                # The loop stands still meanwhile, so that nothing is taken in.
                for _ in range(AT_ONCE):
                    stack.enter_context(socket.create_connection(("127.0.0.1", lab.port), 10))

    run(main())
