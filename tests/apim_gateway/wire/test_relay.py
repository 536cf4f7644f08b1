from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.wire.relay import BLOCK, relay
from apim_gateway.wire.reply import BrokenError


class Pieces:
    """A body that arrives in given pieces; it breaks at the end when told to."""

    def __init__(self, pieces: list[bytes], breaks: bool = False, late_end: bool = False) -> None:
        self.pieces = list(pieces)
        self.breaks = breaks
        self.late_end = late_end  # the end becomes known only after the last piece

    async def readany(self) -> bytes:
        if self.pieces:
            return self.pieces.pop(0)
        if self.breaks:
            raise BrokenError
        self.late_end = False
        return b""

    def at_eof(self) -> bool:
        return not (self.pieces or self.breaks or self.late_end)


class Wire:
    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.ended = False

    async def write(self, data: bytes) -> None:
        assert data
        self.writes.append(data)

    async def write_eof(self, data: bytes = b"") -> None:
        self.writes.append(data)
        self.ended = True


class Ear:
    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.ends = 0

    def feed(self, data: bytes) -> None:
        self.heard.append(data)

    def end(self) -> None:
        self.ends += 1

    def flushed(self, data: bytes) -> None:
        self.heard.append(data)


def carry(source: Pieces, buffered: bool) -> Wire:
    wire = Wire()
    asyncio.run(relay(source, wire, buffered))
    return wire


def test_unbuffered_each_piece_is_one_write_at_once() -> None:
    wire = carry(Pieces([b"a", b"bc", b"d"]), buffered=False)
    assert wire.writes == [b"a", b"bc", b"d"]
    assert wire.ended


def test_buffered_nothing_leaves_before_8_kb_or_the_end() -> None:
    wire = carry(Pieces([b"x" * 250] * 60), buffered=True)
    assert [len(write) for write in wire.writes] == [8_250, 6_750]
    assert wire.ended


def test_a_short_answer_leaves_in_one_write_with_its_end() -> None:
    assert carry(Pieces([b"data: [DONE]\n\n"]), buffered=True).writes == [b"data: [DONE]\n\n"]


def test_the_end_does_not_wait_when_it_comes_late() -> None:
    wire = carry(Pieces([b"a"], late_end=True), buffered=False)
    assert wire.writes == [b"a", b""]
    assert wire.ended


def test_an_empty_body_is_only_an_end() -> None:
    assert carry(Pieces([]), buffered=True).writes == [b""]


@pytest.mark.parametrize("buffered", [True, False])
def test_what_arrived_before_a_break_is_released_and_no_end_is_sent(buffered: bool) -> None:
    wire, ear = Wire(), Ear()
    with pytest.raises(BrokenError):
        asyncio.run(relay(Pieces([b"a", b"b"], breaks=True), wire, buffered, [ear]))
    assert b"".join(wire.writes) == b"ab"
    assert not wire.ended
    assert ear.ends == 1


def test_a_tee_hears_every_piece_when_it_arrives_and_flushes_tell_what_left() -> None:
    tee, flushes = Ear(), Ear()
    asyncio.run(relay(Pieces([b"a", b"b"]), Wire(), True, [tee], flushes))
    assert (tee.heard, tee.ends) == ([b"a", b"b"], 1)
    assert flushes.heard == [b"ab"]


@given(st.lists(st.binary(min_size=1, max_size=5_000)), st.booleans(), st.booleans())
def test_no_byte_is_lost_or_added(pieces: list[bytes], buffered: bool, late: bool) -> None:
    wire = carry(Pieces(pieces, late_end=late), buffered)
    assert b"".join(wire.writes) == b"".join(pieces)
    assert wire.ended
    if buffered:
        assert all(len(write) >= BLOCK for write in wire.writes[:-1])
