"""Requests on a raw connection, whose answer is read as the bytes come off the socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.apim_gateway.loopback import CHAT, KEY, Running


class Wire:
    """Read a raw response, read by read, as the bytes come off the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.head = b""
        self.reads: list[bytes] = []

    async def headers(self) -> bytes:
        """Read up to the empty line after the headers."""
        self.head = await self.reader.readuntil(b"\r\n\r\n")
        return self.head

    async def rest(self) -> bytes:
        """Read until the last chunk or the end of the connection."""
        while not b"".join(self.reads[-2:]).endswith(b"0\r\n\r\n"):
            data = await self.reader.read(65_536)
            if not data:
                break
            self.reads.append(data)
        return b"".join(self.reads)


@asynccontextmanager
async def wire(
    running: Running,
    path: str = CHAT,
    body: bytes = b'{"stream":true}',
    version: str = "1.1",
) -> AsyncIterator[Wire]:
    """Open a connection and send one request with the key."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    head = f"POST {path} HTTP/{version}\r\nHost: gateway\r\napi-key: {KEY}\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def unchunked(data: bytes) -> bytes:
    """Return the body in a complete chunked encoding."""
    body = b""
    while True:
        size, _, data = data.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            return body
        body += data[:length]
        data = data[length + 2 :]
