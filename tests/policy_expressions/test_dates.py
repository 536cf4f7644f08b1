"""Dates as people write them in English, read as .NET's invariant culture reads them."""

from __future__ import annotations

import datetime
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_expressions.errors import ExpressionFailure, NotSupportedHere
from policy_expressions.runtime.date_format import MONTHS
from policy_expressions.runtime.date_parse import parse_date
from policy_expressions.runtime.dates import DAY, HOUR, MINUTE, DateTime

THIS_YEAR = datetime.datetime.now(datetime.timezone.utc).year


def moment(year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0) -> DateTime:
    return DateTime(DateTime.of((year, month, day, 0, 0, 0)).ticks + hour * HOUR + minute * MINUTE)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Jan 2024", moment(2024)),
        ("January, 2024", moment(2024)),
        ("2024 Feb", moment(2024, 2)),
        ("2024-01", moment(2024)),
        ("2024/11", moment(2024, 11)),
        ("3/2024", moment(2024, 3)),
        ("1/2/24", moment(2024, 1, 2)),
        ("1/2/99", moment(1999, 1, 2)),
        ("5-Jan-24", moment(2024, 1, 5)),
        ("Jan 5, 24 10:30", moment(2024, 1, 5, 10, 30)),
        ("2024 Jan 5", moment(2024, 1, 5)),
        ("Fri, 5 Jan 2024", moment(2024, 1, 5)),
        ("1/2/2024 3 PM", moment(2024, 1, 2, 15)),
        ("1/2/2024 12 am", moment(2024, 1, 2)),
        ("4/5", moment(THIS_YEAR, 4, 5)),
        ("5 Apr", moment(THIS_YEAR, 4, 5)),
        ("Apr 5", moment(THIS_YEAR, 4, 5)),
    ],
)
def test_english_forms_are_read(text: str, read: DateTime) -> None:
    assert parse_date(text).ticks == read.ticks


def test_a_time_alone_is_of_today() -> None:
    before = DateTime.now().ticks // DAY
    read = parse_date("10:30").ticks
    assert before <= read // DAY <= DateTime.now().ticks // DAY
    assert read % DAY == 10 * HOUR + 30 * MINUTE


@pytest.mark.parametrize("text", ["", " ", "2024", "20240102", "--", "2024_01_02", "2024#1", "x"])
def test_what_is_no_date_throws(text: str) -> None:
    with pytest.raises(ExpressionFailure) as caught:
        parse_date(text)
    assert caught.value.exception == "System.FormatException"


def test_a_wrong_day_of_the_week_throws() -> None:
    with pytest.raises(ExpressionFailure, match="because the day of week was incorrect"):
        parse_date("Wednesday, January 2, 2024")


@pytest.mark.parametrize("text", ["1/2/45", "1 2 2024", "2024.01.02", "Jan", "1/2/3/4"])
def test_what_may_be_a_date_is_no_exception_of_dotnet(text: str) -> None:
    with pytest.raises(NotSupportedHere):
        parse_date(text)


@given(st.text(alphabet="0123456789/-:., JanMoPMTZ+", max_size=20))
def test_any_text_is_read_refused_or_unknown(text: str) -> None:
    with suppress(ExpressionFailure):  # nothing else may come of it
        assert isinstance(parse_date(text), DateTime)


@given(st.dates(min_value=datetime.date(1950, 1, 1), max_value=datetime.date(2029, 12, 31)))
def test_all_forms_of_a_date_are_the_same_date(date: datetime.date) -> None:
    name, short = MONTHS[date.month - 1], f"{date.year % 100:02d}"
    forms = (
        f"{date:%Y-%m-%d}",
        f"{date.month}/{date.day}/{date.year}",
        f"{date.month}/{date.day}/{short}",
        f"{date.day} {name[:3]} {date.year}",
        f"{name} {date.day}, {date.year}",
        f"{date.day}-{name[:3]}-{short}",
    )
    assert {parse_date(form).ticks for form in forms} == {parse_date(forms[0]).ticks}
