"""Windows of text: what is held, what goes on, and that no byte is lost."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.running.windows import Windowed
from apim_gateway.wire.reply import BrokenError


class Pieces:
    """Give these pieces, one a read; after the last one the body is broken, if `broken`."""

    def __init__(self, pieces: Sequence[bytes], broken: bool = False) -> None:
        self.pieces, self.broken = list(pieces), broken

    async def readany(self) -> bytes:
        if self.pieces:
            return self.pieces.pop(0)
        if self.broken:
            raise BrokenError("gone")
        return b""

    def at_eof(self) -> bool:
        return not self.pieces and not self.broken


def chunk(text: str, end: str = "\n\n") -> bytes:
    return f"data: {json.dumps({'choices': [{'delta': {'content': text}}]})}{end}".encode()


ROLE = b'data: {"choices":[{"delta":{"role":"assistant"}}]}\n\n'
DONE = b"data: [DONE]\n\n"


def read(source: Windowed) -> list[bytes]:
    async def main() -> list[bytes]:
        found = []
        while not source.at_eof():
            found.append(await source.readany())
        return found

    return asyncio.run(main())


def test_events_are_held_until_their_texts_fill_a_window() -> None:
    events = [ROLE, *(chunk("12345") for _ in range(7)), DONE]
    found = read(Windowed(Pieces(events), 10))
    assert found == [
        b"".join(events[:3]),
        b"".join(events[3:5]),
        b"".join(events[5:7]),
        b"".join(events[7:]),
    ]


def test_a_window_that_overlaps_is_full_with_less_that_is_new() -> None:
    events = [chunk("12345") for _ in range(6)]
    found = read(Windowed(Pieces(events), 10, overlap=5))
    assert [piece.count(b"12345") for piece in found] == [2, 1, 1, 1, 1]


def test_an_overlap_as_large_as_the_window_goes_on_event_by_event() -> None:
    events = [chunk("12345") for _ in range(4)]
    found = read(Windowed(Pieces(events), 10, overlap=20))
    assert [piece.count(b"12345") for piece in found] == [2, 1, 1]


@pytest.mark.parametrize(
    "event",
    [
        b'event: content_block_delta\r\ndata: {"type":"content_block_delta",'
        b'"delta":{"type":"text_delta","text":"12345"}}\r\n\r\n',
        b'data: {"type":"response.output_text.delta","delta":"12345"}\n\n',
        b'data: {"candidates":[{"content":{"parts":[{"text":"12345"}]}}]}\n\n',
        b'data: {"choices":[{"text":"12345"}]}\n\n',
    ],
)
def test_text_is_found_in_every_dialect(event: bytes) -> None:
    assert read(Windowed(Pieces([event] * 4), 10)) == [event * 2, event * 2]


def test_json_goes_on_with_its_end() -> None:
    assert read(Windowed(Pieces([b'{"a":', b"1", b"}"]), 1)) == [b'{"a":1}']


def test_what_arrived_before_a_break_goes_on_and_then_the_break_is_told() -> None:
    source = Windowed(Pieces([chunk("12345"), b"data: hal"], broken=True), 100)
    assert asyncio.run(source.readany()) == chunk("12345") + b"data: hal"
    for _ in range(2):
        with pytest.raises(BrokenError):
            asyncio.run(source.readany())


@given(st.lists(st.binary(max_size=40) | st.just(chunk("abc")), max_size=12), st.integers(1, 20))
def test_no_byte_is_lost_or_added(pieces: list[bytes], size: int) -> None:
    assert b"".join(read(Windowed(Pieces(pieces), size, 2))) == b"".join(pieces)
