from __future__ import annotations

import math
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.running.counters import Window, calendar, period

NOW = datetime(2026, 2, 28, 23, 59, 30, tzinfo=timezone.utc)


def test_a_window_forgets_what_is_older() -> None:
    window = Window()
    window.add(0.0, 5)
    window.add(30.0, 7)
    assert window.total(59.0, 60) == 12
    assert window.total(60.0, 60) == 7


def test_a_window_tells_when_there_is_room_again() -> None:
    window = Window()
    window.add(0.0, 5)
    window.add(30.0, 7)
    assert window.wait(40.0, 60, 7) == 20
    assert window.wait(40.0, 60, 0) == 50


@given(st.lists(st.tuples(st.floats(0, 100), st.integers(1, 50))), st.integers(0, 100))
def test_after_the_wait_there_is_room(entries: list[tuple[float, int]], room: int) -> None:
    window = Window()
    for moment, amount in sorted(entries):
        window.add(moment, amount)
    wait = window.wait(100.0, 60, room)
    assert wait >= 1
    assert window.total(100.0 + wait, 60) <= room


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("Hourly", (2026, 2, 28, 23), (2026, 3, 1, 0)),
        ("Daily", (2026, 2, 28, 0), (2026, 3, 1, 0)),
        ("Weekly", (2026, 2, 23, 0), (2026, 3, 2, 0)),
        ("Monthly", (2026, 2, 1, 0), (2026, 3, 1, 0)),
        ("Yearly", (2026, 1, 1, 0), (2027, 1, 1, 0)),
    ],
)
def test_periods_of_the_calendar(
    name: str, start: tuple[int, int, int, int], end: tuple[int, int, int, int]
) -> None:
    found = calendar(NOW.timestamp(), name)
    wanted = (datetime(*moment, tzinfo=timezone.utc).timestamp() for moment in (start, end))
    assert found == tuple(wanted)


def test_a_period_of_no_length_never_ends() -> None:
    assert period(100.0, 0, 7.0) == (7.0, math.inf)
    assert period(100.0, 60, 10.0) == (70.0, 130.0)
