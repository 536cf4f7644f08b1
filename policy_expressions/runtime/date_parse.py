"""Reads dates and durations from text, as Parse and ParseExact do in the invariant culture."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Optional

from policy_expressions.errors import ExpressionFailure, NotSupportedHere, bad_format, overflow
from policy_expressions.runtime.date_format import DAYS, MONTHS
from policy_expressions.runtime.dates import (
    DAY,
    HOUR,
    LOCAL,
    MINUTE,
    SECOND,
    DateTime,
    DateTimeOffset,
    TimeSpan,
)

_MONTH = "|".join(f"{m[:3]}(?:{m[3:]})?" for m in MONTHS)
_DAY_NAME = "|".join(f"{d}|{d[:3]}" for d in DAYS)
_CLOCK = (
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?"
    r"|(?=\s*[AP]M))\s*(?P<half>AM|PM)?"
)
_ZONE = r"\s*(?P<zone>Z|GMT|UTC|[+-]\d{1,2}(?::?\d{2})?)?"
_WEEKDAY = rf"(?:(?P<weekday>{_DAY_NAME}),?\s+)?"
_YEAR, _SHORT = r"(?P<year>\d{4})", r"(?P<short>\d{1,2})"
_NUMBER, _DAY, _NAME = r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})", rf"(?P<name>{_MONTH})"
# Month before day, as the invariant culture has it; what is left out is the first day, this year.
_DATES = (
    rf"{_YEAR}-{_NUMBER}-{_DAY}",
    rf"{_YEAR}/{_NUMBER}/{_DAY}",
    rf"{_NUMBER}[/-]{_DAY}[/-](?:{_YEAR}|{_SHORT})",
    rf"{_WEEKDAY}{_DAY}[\s-]+{_NAME}[\s,-]+(?:{_YEAR}|{_SHORT})",
    rf"{_WEEKDAY}{_NAME}\s+{_DAY},?\s+(?:{_YEAR}|{_SHORT})",
    rf"{_YEAR}[\s-]+{_NAME}[\s-]+{_DAY}",
    rf"{_YEAR}[-/]{_NUMBER}",
    rf"{_NUMBER}/{_YEAR}",
    rf"{_NAME}[\s,-]+{_YEAR}",
    rf"{_YEAR}[\s-]+{_NAME}",
    rf"{_NUMBER}/{_DAY}",
    rf"{_DAY}[\s-]+{_NAME}",
    rf"{_NAME}[\s-]+{_DAY}",
)
_SHAPES = (
    *(rf"\s*{date}(?:(?:\s*T|\s+|,\s*){_CLOCK})?{_ZONE}\s*" for date in _DATES),
    rf"\s*{_CLOCK}{_ZONE}\s*",  # of today
)
# What no form of a date is made of, or is too little for one: .NET refuses it for certain.
_HOPELESS = re.compile(r"\s*\d*\s*|[^A-Za-z\d]*|.*[^A-Za-z\d\s/:.,+-].*", re.ASCII | re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_KNOWN = {w.lower() for n in (*MONTHS, *DAYS) for w in (n, n[:3])} | {
    "am",
    "pm",
    "gmt",
    "utc",
    "t",
    "z",
}


def parse_date(text: str) -> DateTime:
    """Return the moment; a text with a zone gives local time. Raises a FormatException."""
    found = _fields(text)
    moment, offset = found
    if offset is None:
        return moment
    return DateTime(moment.ticks - offset, LOCAL)


def parse_offset(text: str) -> DateTimeOffset:
    """Return the moment with its offset, UTC when the text has none. Raises a FormatException."""
    moment, offset = _fields(text)
    return DateTimeOffset(moment, offset or 0)


@cache
def _shapes() -> list[re.Pattern[str]]:
    """Return the patterns of all forms, made for the first date."""
    return [re.compile(shape, re.ASCII | re.IGNORECASE) for shape in _SHAPES]


def _fields(text: str) -> tuple[DateTime, Optional[int]]:
    for shape in _shapes():
        found = shape.fullmatch(text)
        if found is not None:
            return _moment(text, found.groupdict()), _offset(found.group("zone"))
    word = next((w for w in _WORD.finditer(text) if w.group().lower() not in _KNOWN), None)
    if word is not None:
        raise bad_format(
            f"The string '{text}' was not recognized as a valid DateTime. "
            f"There is an unknown word starting at index '{word.start()}'."
        )
    if _HOPELESS.fullmatch(text):
        raise _unrecognized(text)
    raise NotSupportedHere(
        "DateTime.Parse", f"the form of '{text}' is not read here: write 2024-01-31T23:59:00"
    )


def _unrecognized(text: str) -> ExpressionFailure:
    return bad_format(f"String '{text}' was not recognized as a valid DateTime.")


def _moment(text: str, parts: dict[str, Any]) -> DateTime:
    if parts.get("name"):
        parts["month"] = str([m[:3].lower() for m in MONTHS].index(parts["name"][:3].lower()) + 1)
    today = DateTime.now().date()
    if parts.get("short"):
        parts["year"] = _four_digits(text, int(parts["short"]))
    if "day" not in parts and "month" not in parts:  # a time alone
        parts.update(month=today.month, day=today.day)
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise _unrecognized(text)
        hour = hour % 12 + (12 if parts["half"].upper() == "PM" else 0)
    clock = (hour, int(parts["minute"] or 0), int(parts["second"] or 0))
    try:
        year = int(parts.get("year") or today.year)
        moment = DateTime.of((year, int(parts["month"]), int(parts.get("day") or 1), *clock))
    except ExpressionFailure:
        raise bad_format(
            f"The DateTime represented by the string '{text}' is not supported in calendar "
            "'System.Globalization.GregorianCalendar'."
        ) from None
    weekday = parts.get("weekday")
    if weekday and DAYS[moment.date().weekday()][:3].lower() != weekday[:3].lower():
        raise bad_format(
            f"String '{text}' was not recognized as a valid DateTime because the day of week was "
            "incorrect."
        )
    fraction = round(float(f"0.{parts['fraction'] or 0}") * SECOND)
    return moment.add(fraction)


def _four_digits(text: str, short: int) -> str:
    """Return the year of two digits. Raises NotSupportedHere where versions of .NET disagree."""
    if 30 <= short < 50:
        raise NotSupportedHere(
            "DateTime.Parse",
            f"the year {short} of '{text}' is 19{short} in .NET Framework and 20{short} in newer "
            "ones: write four digits",
        )
    return str(short + (2000 if short < 30 else 1900))


def _offset(zone: Optional[str]) -> Optional[int]:
    if not zone:
        return None
    digits = re.sub(r"\D", "", zone)
    if not digits:
        return 0
    hours, minutes = (digits, "0") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    ticks = int(hours) * HOUR + int(minutes) * MINUTE
    return -ticks if zone[0] == "-" else ticks


_SPAN = re.compile(
    r"\s*(-)?(?:(\d+)[.:])??(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?\s*", re.ASCII
)


def parse_span(text: str) -> TimeSpan:
    """Return a duration such as `1.02:03:04.5`, or whole days. Raises a FormatException."""
    if re.fullmatch(r"\s*-?\d{1,8}\s*", text, re.ASCII):
        return TimeSpan(int(text) * DAY)
    found = _SPAN.fullmatch(text)
    if found is None:
        raise bad_format(f"String '{text}' was not recognized as a valid TimeSpan.")
    sign, days, hours, minutes, seconds, fraction = found.groups()
    if int(hours) > 23 or int(minutes) > 59 or int(seconds or 0) > 59:
        raise overflow(
            f"The TimeSpan string '{text}' could not be parsed because at least one of the "
            "numeric components is out of range or contains too many digits."
        )
    ticks = int(days or 0) * DAY + int(hours) * HOUR + int(minutes) * MINUTE
    ticks += int(seconds or 0) * SECOND + int((fraction or "0").ljust(7, "0"))
    return TimeSpan(-ticks if sign else ticks)
