"""Plays events to a client: each as a chunk of HTTP, those that are due together in one write."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from collections.abc import Iterator
from typing import Optional

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from . import wire
from .log import Entry
from .ticker import Ticker
from .wire import Event

_TOGETHER = 16 * 1024  # bytes; whoever has more to write lets others write before
_APART = (wire.PIECE, wire.DROP, wire.RESET)  # are not joined with what came before

# Linger, for no time: closing then resets the connection. Windows has shorts here.
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


class Player:
    """Write the events of one stream, and note in its entry what was sent."""

    def __init__(
        self, http: web.BaseRequest, response: web.StreamResponse, entry: Entry, ticker: Ticker
    ) -> None:
        self._http = http
        self._response = response
        self._entry = entry
        self._ticker = ticker
        self._writer: Optional[AbstractStreamWriter] = None  # once the head is out
        self._held: list[bytes] = []
        self._size = 0  # of what is held, in bytes

    async def play(self, events: Iterator[Event]) -> None:
        """Send each event when its silence is over. Raises ConnectionError."""
        clock = asyncio.get_running_loop().time
        due = clock()
        apart = False
        for event in events:
            due += event.wait
            before, apart = apart, event.kind in _APART
            if due > clock() or before or apart or self._size > _TOGETHER:
                await self._flush()
                await self._ticker.until(due)
            if event.kind in (wire.DROP, wire.RESET):
                await self._head()
                self._break_off(reset=event.kind == wire.RESET)
                return
            self._entry.sent(event)
            if event.kind == wire.LAST:
                await self._flush()
                await self._response.write_eof(event.data)  # in one write with the end's mark
                return
            self._held.append(event.data)
            self._size += len(event.data)
        await self._flush()

    async def _head(self) -> AbstractStreamWriter:
        if self._writer is None:
            self._writer = await self._response.prepare(self._http)
        if self._writer is None:
            raise ConnectionResetError("the answer is over")
        return self._writer

    async def _flush(self) -> None:
        """Write what is held: by aiohttp what the head goes with, what follows without detours."""
        held, self._held, self._size = self._held, [], 0
        if not held:
            return
        if self._writer is None:
            await self._head()
            await self._response.write(held.pop(0))
        writer, transport = await self._head(), self._http.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has left")
        if "Transfer-Encoding" in self._response.headers:  # HTTP/1.0 knows no chunks
            held = [b"%x\r\n%b\r\n" % (len(data), data) for data in held]
        transport.write(b"".join(held))
        await writer.drain()

    def _break_off(self, reset: bool) -> None:
        transport = self._http.transport
        if transport is None:
            return
        if not reset:
            transport.close()
            return
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        transport.abort()
