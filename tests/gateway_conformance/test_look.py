"""What is compared does not change with the day, the place and the run."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway_conformance import question as q
from gateway_conformance.answer import Answer
from gateway_conformance.look import look, steady
from stream_probe.arrival import Arrival, Read


def answered(text: str, **more: object) -> Answer:
    arrival = Arrival((Read(0.1, text.encode()),), 0.1, 0.2, **more)  # type: ignore[arg-type]
    return Answer(200, "OK", {}, arrival)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Try again in 58 seconds.", "Try again in <n> seconds."),
        ("Quota will be replenished in 00:59:01.", "Quota will be replenished in <hh:mm:ss>."),
        ('realm="https://a.azure-api.net/x"', 'realm="<address>/x"'),
        ("0f8fad5b-d9cb-469f-a165-70867728950e", "<guid>"),
        ("03/04/2026 15:06:07", "03/04/2026 15:06:07"),
        ("line 3, position 12", "line 3, position 12"),
    ],
)
def test_times_addresses_and_ids_give_way(text: str, kept: str) -> None:
    assert steady(text) == kept


@given(st.text())
def test_what_is_steady_stays(text: str) -> None:
    assert steady(steady(text)) == steady(text)


@pytest.mark.parametrize("text", ["null", "1E+20", "0.1", "{", "[1", "", "{" * 100_000])
def test_what_is_no_object_stays_a_text(text: str) -> None:
    assert look(answered(text), (q.BODY,)) == {q.BODY: text}


def test_the_order_and_spaces_of_an_object_do_not_count() -> None:
    one, other = answered('{"a": 1, "b": 2}'), answered('{ "b":2,"a":1 }')
    assert look(one, (q.BODY,)) == look(other, (q.BODY,))


@pytest.mark.parametrize("told", ["no base 64", "", base64.b64encode(b"\xff").decode()])
def test_an_error_that_cannot_be_read_is_told(told: str) -> None:
    assert look(Answer(500, "", {"x-last-error": told}), (q.ERROR,)) == {q.ERROR: "unreadable"}


def test_an_error_is_what_on_error_was_told() -> None:
    told = base64.b64encode(json.dumps({"path": "choose[1]"}).encode()).decode()
    assert look(Answer(500, "", {"x-last-error": told}), (q.ERROR,)) == {
        q.ERROR: {"path": "choose[1]"}
    }
    assert look(Answer(500), (q.ERROR,)) == {q.ERROR: None}


def test_the_ending_of_a_stream_is_told() -> None:
    done = answered("data: {}\n\ndata: [DONE]\n\n")
    cut = answered("data: {}\n\n", broken="ProtocolError")
    found = [look(each, (q.ENDING,))[q.ENDING] for each in (done, cut, answered("data: {}\n\n"))]
    assert found == ["done", "cut", "other"]
    assert look(Answer(200), (q.ENDING,)) == {q.ENDING: "empty"}


def test_a_header_is_found_by_any_case_and_a_wait_is_a_number() -> None:
    answer = Answer(429, "", {"retry-after": "59", "x-a": "1"})
    assert look(answer, ("header:Retry-After", "header:X-A", "header:x-b")) == {
        "header:Retry-After": "<n>",
        "header:X-A": "1",
        "header:x-b": None,
    }
