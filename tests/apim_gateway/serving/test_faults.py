"""Two hundred streams at once from a backend that breaks in every way a stream can break.

Whatever arrived before is delivered, byte for byte and on the right stream; what ended well ends
well, what was cut looks cut, and nothing waits for ever.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Callable

from aiohttp import ClientError, ClientSession, ClientTimeout

from apim_gateway.serving.descriptors import raise_limit
from apim_gateway.serving.settings import Address
from apim_gateway.wire.upstream import HttpClient
from tests.apim_gateway.loopback import CHAT, WITH_KEY, Running, gateway, policy, run

STREAMS = 208
EVENTS = 40
# Each connection serves one request: one that is closing while it is used again is no fault.
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
Writer = asyncio.StreamWriter
Behaviour = Callable[[Writer, list[bytes]], Awaitable[None]]


def events(mark: str) -> list[bytes]:
    """Return the events of one stream, which no other stream has."""
    return [f'data: {{"stream": "{mark}", "event": {n}}}\n\n'.encode() for n in range(EVENTS)]


def chunk(data: bytes, more: bytes = b"") -> bytes:
    return b"%x%s\r\n%s\r\n" % (len(data), more, data)


async def well(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED)
    for event in told:
        writer.write(chunk(event))
        await writer.drain()
        await asyncio.sleep(0)
    writer.write(END)


async def known_length(writer: Writer, told: list[bytes]) -> None:
    body = b"".join(told)
    writer.write(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


async def until_closed(writer: Writer, told: list[bytes]) -> None:
    writer.write(HEAD + b"\r\n" + b"".join(told))


async def byte_by_byte(writer: Writer, told: list[bytes]) -> None:
    for byte in CHUNKED + b"".join(map(chunk, told)) + END:
        writer.write(bytes([byte]))
        if byte == 10:
            await writer.drain()


async def one_chunk(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED + chunk(b"".join(told)) + END)


async def extensions_and_trailers(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED + b"".join(chunk(event, b";note=1") for event in told))
    writer.write(b"0\r\nx-after: 1\r\n\r\n")


async def stalls(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED + chunk(told[0]))
    await asyncio.sleep(0.3)
    writer.write(b"".join(map(chunk, told[1:])) + END)


async def continues_first(writer: Writer, told: list[bytes]) -> None:
    writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
    await well(writer, told)


async def cut_between(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED + b"".join(map(chunk, told[:20])))


async def cut_in_a_chunk(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED + b"".join(map(chunk, told[:20])) + chunk(told[20])[:-12])


async def cut_before_its_length(writer: Writer, told: list[bytes]) -> None:
    writer.write(HEAD + b"Content-Length: 99999\r\n\r\n" + b"".join(told[:20]))


async def reset(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED + b"".join(map(chunk, told[:20])))
    at_once = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
    writer.transport.abort()


async def no_chunk(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED + b"".join(map(chunk, told[:20])) + b"zz\r\nnot a chunk\r\n")


async def chunk_without_end(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED + b"".join(map(chunk, told[:20])) + b"5\r\ndata:data:\r\n")


async def silent(writer: Writer, told: list[bytes]) -> None:
    writer.write(CHUNKED + b"".join(map(chunk, told[:20])))


async def no_answer(writer: Writer, told: list[bytes]) -> None:
    """Close without a word."""


async def no_http(writer: Writer, told: list[bytes]) -> None:
    writer.write(b"220 mail.example ESMTP\r\n\r\n")


async def half_a_head(writer: Writer, told: list[bytes]) -> None:
    writer.write(HEAD[:-9])


WELL = [
    well,
    known_length,
    until_closed,
    byte_by_byte,
    one_chunk,
    extensions_and_trailers,
    stalls,
    continues_first,
]
CUT = [
    cut_between,
    cut_in_a_chunk,
    cut_before_its_length,
    reset,
    no_chunk,
    chunk_without_end,
    silent,
]
HANG = [no_chunk, chunk_without_end, silent]
REFUSED = [no_answer, no_http, half_a_head]
KINDS: dict[str, Behaviour] = {each.__name__: each for each in [*WELL, *CUT, *REFUSED]}


@asynccontextmanager
async def faulty() -> AsyncIterator[str]:
    """Serve what the request's headers ask for, from a socket of its own."""

    async def handle(reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            named = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            await reader.readexactly(int(named.get("content-length", "0")))
            await KINDS[named["x-kind"]](writer, events(named["x-mark"]))
            await writer.drain()
            if KINDS[named["x-kind"]] in HANG:
                await reader.read()  # until the gateway hangs up
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the gateway has hung up
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/openai"
    finally:
        server.close()


async def ask(session: ClientSession, running: Running, kind: str, mark: str) -> tuple[str, bytes]:
    """Return how the answer ended (well, cut or its status) and all bytes that came."""
    headers = {**WITH_KEY, "x-kind": kind, "x-mark": mark}
    came = b""
    try:
        async with session.post(running.url + CHAT, json={}, headers=headers) as answer:
            async for data in answer.content.iter_any():
                came += data
            return ("well" if answer.status == 200 else str(answer.status)), came
    except ClientError:
        return "cut", came


def test_what_arrived_is_delivered_and_every_end_is_told_as_it_was() -> None:
    raise_limit()  # as the gateway does before it listens
    kinds = [list(KINDS)[number % len(KINDS)] for number in range(STREAMS)]

    async def scenario() -> list[tuple[str, bytes]]:
        client = HttpClient(silence=1.0)
        async with (
            faulty() as url,
            gateway(policy(), Address("east", url), rule=False, client=client) as running,
            ClientSession(timeout=ClientTimeout(15)) as session,
        ):
            asked = [ask(session, running, kind, f"m{n}") for n, kind in enumerate(kinds)]
            return await asyncio.gather(*asked)

    for number, (kind, (end, came)) in enumerate(zip(kinds, run(scenario()))):
        told = events(f"m{number}")
        where = f"{kind}, stream {number}"
        if KINDS[kind] in WELL:
            assert (end, came) == ("well", b"".join(told)), where
        elif KINDS[kind] in CUT:
            assert end == "cut", where
            # What is on its way when a reset comes may be lost, and nothing else.
            assert KINDS[kind] is reset or came.startswith(b"".join(told[:20])), where
            assert b"".join(told).startswith(came[: came.find(b"data:data")]), where
        else:
            assert end == "500", where
