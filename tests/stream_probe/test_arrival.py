"""Bytes and times become events and releases, whatever the bytes are."""

from __future__ import annotations

import json
from typing import Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream_probe.arrival import Arrival, Read
from tests.stream_probe.made import answer, arrival, blocks, event, late, windows


def test_an_event_is_there_with_its_last_byte() -> None:
    data = event("hello")
    found = arrival([Read(1.0, data[:10]), Read(2.0, data[10:-1]), Read(3.0, data[-1:])])
    assert [(each.at, each.end, each.text) for each in found.events] == [(3.0, len(data), "hello")]
    assert found.ttft == 3.0


def test_what_was_sent_at_one_moment_is_one_release() -> None:
    found = arrival(windows(answer(), 40))
    assert found.texts_per_release == 40
    assert [release.texts for release in found.releases] == [0, *[40] * 7, 20]


def test_a_release_has_the_bytes_of_its_reads() -> None:
    reads = blocks(answer())
    found = arrival(reads)
    assert [release.size for release in found.releases] == [len(read.data) for read in reads]
    assert found.aligned == 1.0


def test_a_cut_through_events_is_seen() -> None:
    assert arrival(blocks(answer(), cut=True)).aligned < 0.1


def test_the_filters_marks_are_read() -> None:
    judged = arrival(answer(tokens=20))
    assert all(each.judged for each in judged.texts)
    offsets = json.dumps({"choices": [{"content_filter_offsets": {"check_offset": 1}}]}).encode()
    plain = arrival([*answer(tokens=20, verdict=None), Read(9.0, b"data: " + offsets + b"\n\n")])
    assert not any(each.judged for each in plain.texts)
    assert [each.offsets for each in plain.events].count(True) == 1


@pytest.mark.parametrize(
    ("said", "text", "tokens"),
    [
        ({"choices": [{"delta": {"content": "a"}}, {"delta": {"content": "b"}}]}, "ab", None),
        ({"choices": [{"text": "legacy"}]}, "legacy", None),
        ({"choices": [{"delta": {"refusal": "no"}}]}, "no", None),
        ({"type": "response.output_text.delta", "delta": "new"}, "new", None),
        ({"type": "response.completed", "response": {"usage": {"output_tokens": 7}}}, "", 7),
        ({"choices": [], "usage": {"completion_tokens": 3}}, "", 3),
        ({"choices": [{"index": 0}], "usage": None}, "", None),
        ({"choices": None}, "", None),
        ({"choices": [None, 3]}, "", None),
        ([1], "", None),
        ("text", "", None),
    ],
)
def test_events_of_every_api_are_read(said: object, text: str, tokens: Optional[int]) -> None:
    found = arrival([Read(1.0, b"data: " + json.dumps(said).encode() + b"\n\n")])
    assert "".join(each.text for each in found.events) == text
    assert found.tokens == tokens


@pytest.mark.parametrize("separator", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_comments_names_and_every_kind_of_line_end_are_read(separator: bytes) -> None:
    body = (
        b": comment" + separator + b"event: x\ndata: {}" + separator + b"data: [DONE]" + separator
    )
    assert len(arrival([Read(1.0, body)]).events) == 2


def test_an_error_in_the_stream_is_its_ending() -> None:
    failed = arrival([*answer(tokens=20), Read(9.0, b'data: {"error":{"code":"500"}}\n\n')])
    assert failed.ending == "error event"
    assert arrival(answer()).ending == ""


def test_a_stream_whose_type_a_policy_took_away_is_still_one() -> None:
    assert arrival(answer(), content_type="").is_stream
    assert not arrival([Read(1.0, b"{}")], content_type="").is_stream


def test_nothing_at_all_is_an_arrival() -> None:
    nothing = Arrival((), 0.1, 0.2)
    assert (nothing.events, nothing.releases, nothing.ttft, nothing.aligned) == ([], [], None, 1.0)
    assert nothing.longest_silence == nothing.span == nothing.event_size == 0.0


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_are_survived_and_none_is_lost(pieces: list[bytes]) -> None:
    found = Arrival(tuple(Read(float(i), data) for i, data in enumerate(pieces)), 0.0, 9.0)
    assert sum(release.size for release in found.releases) == len(found.body)
    assert sum(release.texts for release in found.releases) <= len(found.texts)


@settings(deadline=None)
@given(st.integers(1, 50))
def test_how_a_body_is_cut_changes_no_event(pieces: int) -> None:
    whole = arrival(late(answer(tokens=30)))
    cut = arrival(late(answer(tokens=30), pieces))
    assert [each.text for each in cut.events] == [each.text for each in whole.events]
