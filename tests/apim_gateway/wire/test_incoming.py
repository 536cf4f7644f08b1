from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Callable, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.wire.headers import LARGEST_HEADER
from apim_gateway.wire.incoming import HELD, LARGEST_HEAD, Incoming
from apim_gateway.wire.reply import BrokenError, UnreachableError
from tests.apim_gateway.loopback import run

HEAD = b"HTTP/1.1 200 Fine\r\nA: 1\r\nConnection: x\r\nX: hop\r\n"
PIECES = [b"data: 1\n\n", b"\x00\xff", b"data: 3\n\n"]
BODY = b"".join(PIECES)
CHUNKS = b"".join(b"%x;n=1\r\n%s\r\n" % (len(piece), piece) for piece in PIECES)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKS
WHOLE = {
    "chunked": CHUNKED + b"0\r\n\r\n",
    "with a trailer": CHUNKED + b"0\r\nX-After: 1\r\n\r\n",
    "of a length": HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    "after an early hint": b"HTTP/1.1 103 Early\r\nB: 2\r\n\r\n" + CHUNKED + b"0\r\n\r\n",
}


class Calls:
    """Note what an answer asks of its connection."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def pause(self) -> None:
        self.made.append("pause")

    def resume(self) -> None:
        self.made.append("resume")

    def cut(self) -> None:
        self.made.append("cut")


def fed(pieces: Sequence[bytes], bodiless: bool = False) -> tuple[Incoming, Calls]:
    calls = Calls()
    incoming = Incoming(calls, bodiless)
    for piece in pieces:
        incoming.feed(piece)
    return incoming, calls


def split(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    ends = sorted({0, len(data), *(cut % len(data) for cut in cuts)})
    return [data[start:end] for start, end in zip(ends, ends[1:])]


@given(st.sampled_from(sorted(WHOLE)), st.lists(st.integers(0, 10_000), max_size=40))
def test_an_answer_is_the_same_however_its_bytes_are_cut(name: str, cuts: list[int]) -> None:
    incoming, calls = fed(split(WHOLE[name], cuts))
    assert (incoming.status, incoming.reason) == (200, "Fine")
    assert incoming.headers["A"] == "1"
    assert not {"X", "B", "X-After", "Connection"} & set(incoming.headers)
    assert run(incoming.read()) == BODY
    assert (incoming.complete, incoming.keeps, calls.made) == (True, True, [])


@given(st.integers(len(HEAD) + 30, len(CHUNKED)), st.lists(st.integers(0, 10_000), max_size=20))
def test_what_came_before_a_break_is_handed_out_first(end: int, cuts: list[int]) -> None:
    incoming, _ = fed(split(CHUNKED[:end], cuts))
    incoming.lost(None)

    came = bytearray()

    async def read() -> None:
        while True:
            came.extend(await incoming.readany())

    with pytest.raises(BrokenError):
        run(read())
    assert BODY.startswith(came)
    assert not incoming.at_eof()


@given(st.binary(max_size=300))
def test_bytes_that_are_no_answer_end_in_one_error(data: bytes) -> None:
    incoming, _ = fed([data])
    incoming.lost(None)

    with pytest.raises(UnreachableError):
        run(incoming.head())


def test_the_end_of_the_connection_ends_a_body_without_a_length() -> None:
    async def read(error: Optional[Exception]) -> bytes:
        incoming, _ = fed([HEAD + b"\r\n", BODY])
        incoming.lost(error)
        return await incoming.read()

    assert run(read(None)) == BODY
    with pytest.raises(BrokenError):
        run(read(ConnectionResetError()))


def test_the_answer_to_a_head_request_has_no_body() -> None:
    incoming, _ = fed([HEAD + b"Content-Length: 7\r\n\r\n"], bodiless=True)
    assert (incoming.complete, incoming.keeps) == (True, False)
    assert run(incoming.read()) == b""


def test_a_second_answer_that_nobody_asked_for_spoils_the_connection() -> None:
    incoming, _ = fed([WHOLE["of a length"] + HEAD])
    assert (incoming.complete, incoming.keeps) == (True, False)
    assert run(incoming.read()) == BODY


def test_a_slow_reader_lets_the_backend_wait() -> None:
    head = HEAD + b"Content-Length: %d\r\n\r\n" % (3 * HELD)
    incoming, calls = fed([head, bytes(HELD), b"x"])
    assert calls.made == ["pause"]
    assert len(run(incoming.readany())) == HELD + 1
    assert calls.made == ["pause", "resume"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (HEAD + b"B: " + b"x" * (LARGEST_HEADER + 1) + b"\r\n\r\n", "B has more than 65,536"),
        (HEAD + b"B: y\r\n" * (LARGEST_HEAD // 6), "more than 262,144 bytes"),
        (b"220 mail.example ESMTP\r\n\r\n", "cannot be read: Expected HTTP/"),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "cannot be read"),
        (HEAD + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "cannot be read"),
        (HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", "cannot be read"),
        (b"", "closed the connection before it answered"),
    ],
    ids=[
        "long header",
        "many headers",
        "no http",
        "upgrade",
        "two framings",
        "two lengths",
        "none",
    ],
)
def test_a_head_that_cannot_be_read_is_told(data: bytes, told: str) -> None:
    incoming, _ = fed([data] if data else [])
    incoming.lost(None)
    with pytest.raises(UnreachableError, match=told):
        run(incoming.head())


def test_a_reader_that_waits_is_woken() -> None:
    async def main() -> bytes:
        incoming, _ = fed([])
        reading = asyncio.ensure_future(incoming.head())
        await asyncio.sleep(0)
        incoming.feed(HEAD + b"Content-Length: 1\r\n\r\n")
        await reading
        body = asyncio.ensure_future(incoming.readany())
        await asyncio.sleep(0)
        incoming.feed(b"x")
        return await body

    assert run(main()) == b"x"


async def diverted(pieces: Sequence[bytes], takes: Callable[[bytes], bool]) -> list[bytes]:
    """Return what a reader gets of a body of 9 bytes while `takes` is offered each piece first."""
    incoming, _ = fed([HEAD + b"Content-Length: 9\r\n\r\n"])
    incoming.divert(takes)
    found = []

    async def read() -> None:
        while not incoming.at_eof():
            found.append(await incoming.readany())

    reading = asyncio.ensure_future(read())
    for piece in pieces:
        await asyncio.sleep(0)
        incoming.feed(piece)
    await reading
    return found


def test_what_a_taker_takes_wakes_no_reader_and_the_end_is_left_to_it() -> None:
    taken: list[bytes] = []

    def takes(data: bytes) -> bool:
        taken.append(data)
        return True

    assert run(diverted([b"abc", b"def", b"ghi"], takes)) == [b"ghi"]
    assert taken == [b"abc", b"def"]


def test_what_a_taker_refuses_is_read_in_its_order() -> None:
    offered: list[bytes] = []

    def takes(data: bytes) -> bool:
        offered.append(data)
        return data != b"def"

    assert run(diverted([b"abc", b"def", b"ghi"], takes)) == [b"def", b"ghi"]
    assert offered == [b"abc", b"def"]


def test_a_taker_gets_nothing_before_what_waits_for_its_reader() -> None:
    offered: list[bytes] = []

    def takes(data: bytes) -> bool:
        offered.append(data)
        return True

    incoming, _ = fed([HEAD + b"Content-Length: 9\r\n\r\n", b"abc"])
    incoming.divert(takes)
    incoming.feed(b"def")
    assert not offered
    assert run(incoming.readany()) == b"abcdef"


def test_a_taker_lets_the_backend_go_on() -> None:
    async def main() -> list[str]:
        incoming, calls = fed([HEAD + b"Content-Length: %d\r\n\r\n" % (3 * HELD)])
        incoming.divert(lambda data: True)
        reading = asyncio.ensure_future(incoming.readany())
        await asyncio.sleep(0)
        incoming.feed(bytes(HELD + 1))
        reading.cancel()
        return calls.made

    assert run(main()) == ["pause", "resume"]


def test_a_break_after_what_was_taken_is_told_to_the_reader() -> None:
    async def main() -> None:
        incoming, _ = fed([HEAD + b"Content-Length: 9\r\n\r\n"])
        incoming.divert(lambda data: True)
        reading = asyncio.ensure_future(incoming.readany())
        await asyncio.sleep(0)
        incoming.feed(b"abc")
        incoming.lost(None)
        with pytest.raises(BrokenError):
            await reading

    run(main())
