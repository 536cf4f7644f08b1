from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_openai import wire
from mock_openai.behaviour import Behaviour
from mock_openai.faults import FAULTS
from mock_openai.wire import Event

TEN = [
    Event(wire.PROMPT_FILTER, b"p", wait=1.0),
    Event(wire.ROLE, b"r", wait=2.0),
    *(Event(wire.CONTENT, f"{number}é".encode(), tokens=1, wait=1.0) for number in range(10)),
    Event(wire.FINISH, b"f", wait=1.0),
    wire.DONE,
]


def after(fault: str, **settings: float) -> list[Event]:
    behaviour = Behaviour(fault=fault, **settings)  # type: ignore[arg-type]
    return list(FAULTS[fault](iter(TEN), behaviour))


def total(events: list[Event]) -> float:
    return sum(event.wait for event in events)


@pytest.mark.parametrize(("fault", "last"), [("drop", wire.DROP), ("reset", wire.RESET)])
def test_a_broken_connection_ends_the_stream_after_so_many_tokens(fault: str, last: str) -> None:
    *passed, end = after(fault, after=4)
    assert passed == TEN[:6]
    assert end.kind == last


def test_a_short_answer_breaks_before_it_ends() -> None:
    assert after("drop", after=99)[:-1] == TEN[:-2]


def test_no_finish_ends_as_if_all_were_well() -> None:
    assert after("no-finish", after=4) == TEN[:6]


def test_no_done_lacks_only_the_last_event() -> None:
    assert after("no-done") == TEN[:-1]


def test_a_stall_delays_one_event_and_those_after_it() -> None:
    events = after("stall", after=4, seconds=7.0)
    assert [event.data for event in events] == [event.data for event in TEN]
    assert [event.wait for event in events][5:8] == [1.0, 8.0, 1.0]


def test_a_burst_brings_tokens_together_and_takes_no_longer() -> None:
    events = after("burst", size=5)
    assert [event.data for event in events] == [event.data for event in TEN]
    assert [event.wait for event in events if event.wait] == [1.0, 7.0, 5.0, 1.0]
    assert total(events) == total(TEN)


def test_a_buffer_gives_all_at_the_end() -> None:
    events = after("buffered")
    assert events[0].wait == total(TEN) == total(events)


@given(st.integers(1, 20))
def test_split_events_joined_are_the_same_bytes_tokens_and_seconds(size: int) -> None:
    events = after("split", bytes=size)
    assert b"".join(event.data for event in events) == b"".join(event.data for event in TEN)
    assert max(len(event.data) for event in events) <= size
    assert sum(event.tokens for event in events) == 10
    assert total(events) == total(TEN)
    assert events[-1].kind == wire.LAST


def test_broken_utf8_lacks_one_byte_of_one_character() -> None:
    joined = b"".join(event.data for event in after("broken-utf8"))
    whole = b"".join(event.data for event in TEN)
    assert len(joined) == len(whole) - 1
    with pytest.raises(UnicodeDecodeError):
        joined.decode("utf-8")
