"""Reads dates and durations from text, as Parse and ParseExact do in the invariant culture."""

from __future__ import annotations

import re
from typing import Any, Optional

from policy_expressions.errors import ExpressionFailure, bad_format, overflow
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
    r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d+))?)?"
    r"\s*(?P<half>AM|PM)?"
)
_ZONE = r"\s*(?P<zone>Z|GMT|UTC|[+-]\d{1,2}(?::?\d{2})?)?"
_DATES = (
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
    r"(?P<month>\d{1,2})[/-](?P<day>\d{1,2})[/-](?P<year>\d{4})",
    rf"(?:(?:{_DAY_NAME}),?\s+)?(?P<day>\d{{1,2}})[\s-]+(?P<name>{_MONTH})[\s,-]+(?P<year>\d{{4}})",
    rf"(?:(?:{_DAY_NAME}),?\s+)?(?P<name>{_MONTH})\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}})",
)
_SHAPES = [
    re.compile(rf"\s*{date}(?:(?:\s*T|\s+|,\s*){_CLOCK})?{_ZONE}\s*", re.ASCII | re.IGNORECASE)
    for date in _DATES
]
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


def _fields(text: str) -> tuple[DateTime, Optional[int]]:
    for shape in _SHAPES:
        found = shape.fullmatch(text)
        if found is not None:
            return _moment(text, found.groupdict()), _offset(found.group("zone"))
    word = next((w for w in _WORD.finditer(text) if w.group().lower() not in _KNOWN), None)
    if word is not None:
        raise bad_format(
            f"The string '{text}' was not recognized as a valid DateTime. "
            f"There is an unknown word starting at index '{word.start()}'."
        )
    raise _unrecognized(text)


def _unrecognized(text: str) -> ExpressionFailure:
    return bad_format(f"String '{text}' was not recognized as a valid DateTime.")


def _moment(text: str, parts: dict[str, Any]) -> DateTime:
    if parts.get("name"):
        parts["month"] = str([m[:3].lower() for m in MONTHS].index(parts["name"][:3].lower()) + 1)
    hour = int(parts["hour"] or 0)
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise _unrecognized(text)
        hour = hour % 12 + (12 if parts["half"].upper() == "PM" else 0)
    clock = (hour, int(parts["minute"] or 0), int(parts["second"] or 0))
    try:
        moment = DateTime.of((int(parts["year"]), int(parts["month"]), int(parts["day"]), *clock))
    except ExpressionFailure:
        raise bad_format(
            f"The DateTime represented by the string '{text}' is not supported in calendar "
            "'System.Globalization.GregorianCalendar'."
        ) from None
    fraction = round(float(f"0.{parts['fraction'] or 0}") * SECOND)
    return moment.add(fraction)


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
