"""Dates and durations in a format, standard or custom, in the invariant culture.

https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings
"""

from __future__ import annotations

import re
from typing import Any, Union

from policy_expressions.errors import bad_format
from policy_expressions.runtime.dates import (
    DAY,
    HOUR,
    LOCAL,
    MINUTE,
    SECOND,
    UTC,
    DateTime,
    DateTimeOffset,
    TimeSpan,
)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_BAD = "Input string was not in a correct format."
_STANDARD = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "M": "MMMM dd",
    "O": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
    "R": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "s": "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "Y": "yyyy MMMM",
}
_SAME = {"m": "M", "o": "O", "r": "R", "y": "Y"}
_PIECE = re.compile(
    r"'[^']*'|\"[^\"]*\"|\\.|%.|y+|M+|d+|h+|H+|m+|s+|f+|F+|t+|z+|K|g+|[^'\"\\%]", re.DOTALL
)
_SPAN_PIECE = re.compile(r"'[^']*'|\"[^\"]*\"|\\.|%.|d+|h+|m+|s+|f+|F+", re.DOTALL)


def format_date(value: Union[DateTime, DateTimeOffset], form: str) -> str:
    """Return the text of a moment in a format. Raises a FormatException for a bad one."""
    if not form:
        return str(value)
    if len(form) == 1:
        form = _SAME.get(form, form)
        if form not in _STANDARD:
            raise bad_format(_BAD)
        if form in "RuU" and isinstance(value, DateTimeOffset):
            value = DateTimeOffset(value.utc)
        form = _STANDARD[form]
    clock = value.clock if isinstance(value, DateTimeOffset) else value
    position = 0
    parts: list[str] = []
    while position < len(form):
        found = _PIECE.match(form, position)
        if found is None:
            raise bad_format(_BAD)
        shown = _piece(found.group(), clock, value)
        if not shown and found.group()[0] == "F" and parts and parts[-1] == ".":
            parts.pop()  # without a fraction its point goes too
        parts.append(shown)
        position = found.end()
    return "".join(parts)


def _piece(piece: str, clock: DateTime, value: Any) -> str:
    first = piece[0]
    if first == "%":
        if piece[1] == "%":
            raise bad_format(_BAD)
        return _piece(piece[1], clock, value)
    if first in "'\"":
        return piece[1:-1]
    if first == "\\":
        return piece[1]
    if first in "yMd":
        return _day_piece(piece, clock)
    if first in "hHmst":
        return _clock_piece(piece, clock)
    if first in "fF":
        if len(piece) > 7:
            raise bad_format(_BAD)
        digits = f"{clock.ticks % SECOND:07d}"[: len(piece)]
        return digits if first == "f" else digits.rstrip("0")
    if first in "zK":
        return _zone(piece, value)
    return "A.D." if first == "g" else piece


def _day_piece(piece: str, clock: DateTime) -> str:
    day, count = clock.date(), len(piece)
    if piece[0] == "y":
        return f"{day.year % 100:0{count}d}" if count <= 2 else f"{day.year:0{count}d}"
    number, names = (day.month, MONTHS) if piece[0] == "M" else (day.day, DAYS)
    if count <= 2:
        return f"{number:0{count}d}"
    name = names[day.month - 1] if piece[0] == "M" else names[day.weekday()]
    return name[:3] if count == 3 else name


def _clock_piece(piece: str, clock: DateTime) -> str:
    hour = clock.ticks % DAY // HOUR
    width = min(len(piece), 2)
    if piece[0] == "t":
        return ("PM" if hour >= 12 else "AM")[:width]
    number = {
        "h": hour % 12 or 12,
        "H": hour,
        "m": clock.ticks % HOUR // MINUTE,
        "s": clock.ticks % MINUTE // SECOND,
    }[piece[0]]
    return f"{number:0{width}d}"


def _zone(piece: str, value: Any) -> str:
    if isinstance(value, DateTimeOffset):
        zone = value.zone()
    elif piece == "K":
        return {UTC: "Z", LOCAL: "+00:00"}.get(value.kind, "")
    else:
        zone = "+00:00"
    if piece in ("K",) or len(piece) >= 3:
        return zone
    return zone[:3] if len(piece) == 2 else zone[0] + str(int(zone[1:3]))


def format_span(value: TimeSpan, form: str) -> str:
    """Return the text of a duration in a format. Raises a FormatException for a bad one."""
    if form in ("", "c", "t", "T"):
        return str(value)
    ticks = abs(value.ticks)
    days, rest = divmod(ticks, DAY)
    sign = "-" if value.ticks < 0 else ""
    if form in ("g", "G"):
        clock = f"{rest // MINUTE % 60:02d}:{rest // SECOND % 60:02d}"
        if form == "G":
            return f"{sign}{days}:{rest // HOUR:02d}:{clock}.{rest % SECOND:07d}"
        tail = f".{rest % SECOND:07d}".rstrip("0").rstrip(".")
        return f"{sign}{f'{days}:' if days else ''}{rest // HOUR}:{clock}{tail}"
    numbers = {
        "d": days,
        "h": rest // HOUR,
        "m": rest // MINUTE % 60,
        "s": rest // SECOND % 60,
    }
    position, parts = 0, []
    while position < len(form):
        found = _SPAN_PIECE.match(form, position)
        if found is None:
            raise bad_format(_BAD)
        piece = found.group().lstrip("%") or "%"
        position = found.end()
        if piece[0] in "'\"\\":
            parts.append(piece[1:-1] if piece[0] != "\\" else piece[1])
        elif piece[0] in "fF":
            digits = f"{rest % SECOND:07d}"[: len(piece)]
            parts.append(digits if piece[0] == "f" else digits.rstrip("0"))
        elif piece[0] in numbers and len(piece) <= (8 if piece[0] == "d" else 2):
            parts.append(f"{numbers[piece[0]]:0{len(piece)}d}")
        else:
            raise bad_format(_BAD)
    return "".join(parts)
