"""A connection to a backend: one exchange after another, each request answered before the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Callable, Optional, cast

from apim_gateway.wire.incoming import Incoming
from apim_gateway.wire.outgoing import Request


class Connection(asyncio.Protocol):
    """Send requests and read their answers; `free` takes it back after each.

    A body that says nothing for `silence` seconds, and could, is given up.
    """

    def __init__(self, free: Callable[[Connection], None], silence: float) -> None:
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()
        self._free, self._silence = free, silence
        self._transport: Optional[asyncio.Transport] = None
        self._incoming: Optional[Incoming] = None
        self._upload: Optional[asyncio.Task[None]] = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._heard = 0.0
        self._paused = False
        self._watch: Optional[asyncio.TimerHandle] = None

    @property
    def usable(self) -> bool:
        """Tell whether it still stands."""
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, request: Request) -> Incoming:
        """Send a request and return its answer, which has not come yet. Raises UnreachableError."""
        head, body = request.head(), request.body
        self._incoming = Incoming(self, bodiless=request.method == "HEAD")
        if body is None or isinstance(body, bytes):
            self._write(head + (body or b""))
        else:
            self._write(head)
            self._upload = self._loop.create_task(self._send(body, request.length))
        return self._incoming

    async def _send(self, body: AsyncIterator[bytes], length: Optional[int]) -> None:
        """Send a body as it comes; one that fails, or has another length, ends the exchange."""
        left = length
        try:
            async for piece in body:
                if left is not None:
                    left -= len(piece)
                    if left < 0:
                        break
                    self._write(piece)
                elif piece:
                    self._write(b"%x\r\n%s\r\n" % (len(piece), piece))
                await self._writable.wait()
        except Exception as error:
            self._give_up(str(error))
        else:
            if left:
                self._give_up("The request's body has not the length that its headers tell.")
            elif left is None:
                self._write(b"0\r\n\r\n")

    def _give_up(self, reason: str) -> None:
        if self._incoming is not None:
            self._incoming.fail(reason)
        self.cut()

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    # What an answer asks for

    def pause(self) -> None:
        """Let the backend wait."""
        if self._transport is not None and self.usable:
            self._paused = True
            self._transport.pause_reading()

    def resume(self) -> None:
        """Let the backend go on."""
        if self._transport is not None and self._paused and self.usable:
            self._paused = False
            self._heard = self._loop.time()
            self._transport.resume_reading()

    def cut(self) -> None:
        """End the connection now."""
        if self._transport is not None:
            self._transport.abort()

    # What the transport tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Hand bytes to the answer that is awaited; unasked for, they end the connection."""
        incoming = self._incoming
        if incoming is None:
            self.cut()
            return
        self._heard = self._loop.time()
        incoming.feed(data)
        if incoming.complete:
            self._finish(incoming)
        elif incoming.begun and self._watch is None:
            self._watch = self._loop.call_later(self._silence, self._look)

    def _finish(self, incoming: Incoming) -> None:
        sent = self._upload is None or self._upload.done()
        self._stop()
        self.resume()
        if incoming.keeps and sent and self.usable:
            self._free(self)
        elif self._transport is not None:
            self._transport.close()

    def _look(self) -> None:
        """Give a silent answer up; one whose reader is slow is not silent."""
        self._watch = None
        if self._incoming is None:
            return
        now = self._loop.time()
        if self._paused:
            self._heard = now
        left = self._heard + self._silence - now
        if left > 0:
            self._watch = self._loop.call_later(left, self._look)
        else:
            self._incoming.silent(self._silence)

    def pause_writing(self) -> None:
        """Wait with the rest of a body."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Go on with a body."""
        self._writable.set()

    def connection_lost(self, exc: Optional[Exception]) -> None:
        """Tell the answer that is awaited."""
        incoming = self._incoming
        self._stop()
        self._writable.set()
        if incoming is not None:
            incoming.lost(exc)
        if not self.closed.done():
            self.closed.set_result(None)

    def _stop(self) -> None:
        """Let go of the exchange that is over."""
        if self._watch is not None:
            self._watch.cancel()
        if self._upload is not None:
            self._upload.cancel()
        self._incoming = self._watch = self._upload = None
