"""One answer of a backend: parsed as it comes, and held until it is read."""

from __future__ import annotations

import asyncio
from typing import Callable, Optional, Protocol

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from multidict import CIMultiDict

from apim_gateway.wire.headers import LARGEST_HEADER, end_to_end
from apim_gateway.wire.reply import (
    BrokenError,
    HeadersTimeoutError,
    SilentError,
    UnreachableError,
)

LARGEST_HEAD = 4 * LARGEST_HEADER  # bytes of all headers together
HELD = 131_072  # bytes that wait for their reader before the backend has to wait, too
CLOSED = "The backend closed the connection before it answered."
UNREADABLE = "The backend's answer cannot be read"


class Flow(Protocol):
    """The connection that an answer comes over."""

    def pause(self) -> None:
        """Let the backend wait."""

    def resume(self) -> None:
        """Let the backend go on."""

    def cut(self) -> None:
        """End the connection now."""


class Incoming:
    """Hold a backend's status and headers, and its body as a stream.

    A body that breaks raises BrokenError, after every byte that arrived has been handed out. The
    methods `on_...` are called by httptools, in the order of the bytes; a trailer is dropped.
    """

    def __init__(self, flow: Flow, bodiless: bool = False) -> None:
        self.status = 0
        self.reason = ""
        self.headers: CIMultiDict[str] = CIMultiDict()
        self.begun = False  # the head is here
        self.complete = False  # and all of the body
        self.keeps = False  # the connection may serve another request
        self.untouched = True  # nothing has come
        self._flow, self._bodiless = flow, bodiless
        self._parser = HttpResponseParser(self)
        self._words = b""  # of the status line
        self._pairs: list[tuple[str, str]] = []
        self._head_size = 0
        self._until_closed = False
        self._pieces: list[bytes] = []
        self._size = 0
        self._paused = False
        self._error: Optional[Exception] = None
        self._waiter: Optional[asyncio.Future[None]] = None
        self._taker: Optional[Callable[[bytes], bool]] = None

    # What the connection tells

    def feed(self, data: bytes) -> None:
        """Take bytes; a fault in them ends the answer."""
        if self._error is not None:
            return
        self.untouched = False
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.fail("the chunks are malformed" if self.begun else f"{UNREADABLE}: {error}.")
        if not self.begun:
            self._head_size += len(data)
            if self._head_size > LARGEST_HEAD:
                self.fail(f"{UNREADABLE}: its headers have more than {LARGEST_HEAD:,} bytes.")
        if not self._taken():
            self._wake()

    def _taken(self) -> bool:
        """Let the taker have what came; not where the reader is behind, nor the end of a body."""
        if self._taker is None or not self._reader_waits() or not self._pieces:
            return False
        if self.complete or self._error is not None or not self._taker(self._waiting()):
            return False
        self._handed_out()
        return True

    def lost(self, error: Optional[Exception]) -> None:
        """Take the end of the connection, which is the end of a body without a length."""
        if self.begun and self._until_closed and error is None:
            self.complete = True
            self._wake()
        else:
            self.fail("the connection ended before the body" if self.begun else CLOSED)

    def fail(self, reason: str) -> None:
        """End the answer for this reason."""
        self._end(BrokenError(reason) if self.begun else UnreachableError(reason))

    def late(self, seconds: float) -> None:
        """Give up waiting for the head."""
        if not self.begun:
            self._end(HeadersTimeoutError(seconds))

    def silent(self, seconds: float) -> None:
        """Give up waiting for the rest of the body."""
        self._end(SilentError(f"nothing came for {seconds:g} seconds"))

    def _end(self, error: Exception) -> None:
        if not self.complete and self._error is None:
            self._error = error
            self._flow.cut()
            self._wake()

    # What the parser tells

    def on_message_begin(self) -> None:
        """Take the begin of an answer, which may be one that nobody asked for."""
        if self.complete:
            self.keeps = False

    def on_status(self, words: bytes) -> None:
        """Take words of the status line."""
        self._words += words

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        if self.begun:
            return
        if len(value) > LARGEST_HEADER:
            shown = name.decode("ascii", "replace")
            self.fail(f"{UNREADABLE}: {shown} has more than {LARGEST_HEADER:,} bytes.")
        self._pairs.append((_text(name), _text(value)))

    def on_headers_complete(self) -> None:
        """Take the end of a head; one that is informational is dropped with its end."""
        status = self._parser.get_status_code()
        if status < 200 or self.begun or self._error is not None:
            return
        pairs = {name.lower(): value.lower() for name, value in self._pairs}
        coding = pairs.get("transfer-encoding")
        self._until_closed = (
            "content-length" not in pairs if coding is None else not coding.endswith("chunked")
        )
        self.status, self.reason = status, _text(self._words)
        self.headers = end_to_end(self._pairs)
        self.begun, self.complete = True, self._bodiless

    def on_body(self, data: bytes) -> None:
        """Take a piece of the body."""
        if self.complete:
            return
        self._pieces.append(data)
        self._size += len(data)
        if self._size > HELD and not self._paused:
            self._paused = True
            self._flow.pause()

    def on_message_complete(self) -> None:
        """Take the end of an answer, or of an informational one before it."""
        if self.complete:
            return
        if self.begun:
            self.complete = True
            self.keeps = self._parser.should_keep_alive()  # llhttp knows it just now
        else:
            self._words, self._pairs = b"", []

    # What the reader asks for

    async def head(self) -> None:
        """Wait for the head. Raises UnreachableError and HeadersTimeoutError."""
        while not self.begun:
            if self._error is not None:
                raise self._error
            await self._change()

    async def readany(self) -> bytes:
        """Wait for bytes and return all there are; nothing at the end. Raises BrokenError."""
        while not self._pieces:
            if self.complete:
                return b""
            if self._error is not None:
                raise self._error
            await self._change()
        data = self._waiting()
        self._handed_out()
        return data

    def divert(self, taker: Callable[[bytes], bool]) -> None:
        """Offer to `taker` what comes while a reader waits; what it refuses is left to be read."""
        self._taker = taker

    def _waiting(self) -> bytes:
        return self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)

    def _handed_out(self) -> None:
        self._pieces.clear()
        self._size = 0
        if self._paused:
            self._paused = False
            if not self.complete:
                self._flow.resume()

    async def read(self) -> bytes:
        """Wait for the whole body. Raises BrokenError."""
        pieces = []
        while not self.at_eof():
            pieces.append(await self.readany())
        return b"".join(pieces)

    def has_data(self) -> bool:
        """Tell whether `readany` would not wait."""
        return bool(self._pieces) or self.complete

    def at_eof(self) -> bool:
        """Tell whether the end is known and everything has been read."""
        return self.complete and not self._pieces

    def close(self) -> None:
        """End the call now: an unfinished one is cut, a finished one has freed its connection."""
        self.fail("the call was ended here")

    async def _change(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _reader_waits(self) -> bool:
        return self._waiter is not None and not self._waiter.done()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
