"""DateTime, DateTimeOffset and TimeSpan: 100-nanosecond ticks, as .NET counts them.

The local time zone is UTC, as on the machines of APIM.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from functools import total_ordering
from typing import Optional

from policy_expressions.errors import ExpressionFailure, argument, out_of_range

SECOND = 10_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
UNITS = {
    "Days": DAY,
    "Hours": HOUR,
    "Minutes": MINUTE,
    "Seconds": SECOND,
    "Milliseconds": SECOND // 1000,
}
MAX_TICKS = 3_155_378_975_999_999_999
UNIX_EPOCH = 621_355_968_000_000_000
UNSPECIFIED, UTC, LOCAL = 0, 1, 2
_UNREPRESENTABLE = "The added or subtracted value results in an un-representable DateTime."
_BAD_PARTS = "Year, Month, and Day parameters describe an un-representable DateTime."


@total_ordering
class TimeSpan:
    """A duration in ticks."""

    __slots__ = ("ticks",)

    def __init__(self, ticks: int = 0) -> None:
        if not -(2**63) <= ticks < 2**63:
            text = "TimeSpan overflowed because the duration is too long."
            raise ExpressionFailure("System.OverflowException", text)
        self.ticks = ticks

    @classmethod
    def of(cls, value: float, unit: int) -> TimeSpan:
        """Return so many units, cut to whole ticks."""
        if value != value:
            raise argument("TimeSpan does not accept floating point Not-a-Number values.")
        return cls(int(value * unit)) if abs(value) < 1e15 else cls(2**63)

    def __eq__(self, other: object) -> bool:
        """Compare lengths."""
        return isinstance(other, TimeSpan) and self.ticks == other.ticks

    def __lt__(self, other: TimeSpan) -> bool:
        """Compare lengths."""
        return self.ticks < other.ticks

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash(self.ticks)

    def part(self, unit: int, cycle: int) -> int:
        """Return the whole units, less those that make a larger one; cut towards zero."""
        whole = abs(self.ticks) // unit % cycle
        return -whole if self.ticks < 0 else whole

    def __str__(self) -> str:
        sign, ticks = ("-" if self.ticks < 0 else ""), abs(self.ticks)
        days, rest = divmod(ticks, DAY)
        text = f"{rest // HOUR:02d}:{rest // MINUTE % 60:02d}:{rest // SECOND % 60:02d}"
        fraction = f".{rest % SECOND:07d}" if rest % SECOND else ""
        return f"{sign}{f'{days}.' if days else ''}{text}{fraction}"


@total_ordering
class DateTime:
    """A moment without an offset; kind is UNSPECIFIED, UTC or LOCAL."""

    __slots__ = ("kind", "ticks")

    def __init__(self, ticks: int = 0, kind: int = UNSPECIFIED) -> None:
        if not 0 <= ticks <= MAX_TICKS:
            raise out_of_range(_UNREPRESENTABLE, "value")
        self.ticks = ticks
        self.kind = kind

    @classmethod
    def of(cls, parts: tuple[int, ...], kind: int = UNSPECIFIED) -> DateTime:
        """Return the moment of year, month, day, hour, minute, second, millisecond."""
        year, month, day, *clock = parts
        hour, minute, second, millisecond = (*clock, 0, 0, 0, 0)[:4]
        try:
            days = date(year, month, day).toordinal() - 1
        except (ValueError, OverflowError):
            raise ExpressionFailure("System.ArgumentOutOfRangeException", _BAD_PARTS) from None
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
            text = "Hour, Minute, and Second parameters describe an un-representable DateTime."
            raise ExpressionFailure("System.ArgumentOutOfRangeException", text)
        if not 0 <= millisecond < 1000:
            text = "Valid values are between 0 and 999, inclusive."
            raise out_of_range(text, "millisecond", millisecond)
        clock_ticks = hour * HOUR + minute * MINUTE + second * SECOND + millisecond * 10_000
        return cls(days * DAY + clock_ticks, kind)

    @classmethod
    def from_python(cls, moment: datetime) -> DateTime:
        """Convert an aware Python datetime; the result is UTC."""
        plain = moment.astimezone(timezone.utc)
        whole = cls.of((plain.year, plain.month, plain.day, plain.hour, plain.minute, plain.second))
        return cls(whole.ticks + plain.microsecond * 10, UTC)

    @classmethod
    def now(cls, kind: int = UTC) -> DateTime:
        """Return the present moment."""
        return cls(cls.from_python(datetime.now(timezone.utc)).ticks, kind)

    def date(self) -> date:
        """Return the day as Python has it."""
        return date.fromordinal(self.ticks // DAY + 1)

    def add(self, ticks: int) -> DateTime:
        """Return a later (or earlier) moment of the same kind."""
        return DateTime(self.ticks + ticks, self.kind)

    def add_months(self, months: int) -> DateTime:
        """Return the same day some months on, or the last day of a shorter month."""
        day = self.date()
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        if not 1 <= year <= 9999:
            raise out_of_range(_UNREPRESENTABLE, "months")
        last = days_in_month(year, month + 1)
        moved = DateTime.of((year, month + 1, min(day.day, last)))
        return DateTime(moved.ticks + self.ticks % DAY, self.kind)

    def __eq__(self, other: object) -> bool:
        """Compare moments; the kind does not count."""
        return isinstance(other, DateTime) and self.ticks == other.ticks

    def __lt__(self, other: DateTime) -> bool:
        """Compare moments."""
        return self.ticks < other.ticks

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash(self.ticks)

    def __str__(self) -> str:
        day, seconds = self.date(), self.ticks % DAY // SECOND
        clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return f"{day.month:02d}/{day.day:02d}/{day.year:04d} {clock}"

    def iso(self) -> str:
        """Return what Newtonsoft writes: ISO 8601, the fraction without trailing zeros."""
        day, seconds, fraction = self.date(), self.ticks % DAY // SECOND, self.ticks % SECOND
        clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        zone = ("", "Z", "+00:00")[self.kind]
        tail = f".{fraction:07d}".rstrip("0") if fraction else ""
        return f"{day.year:04d}-{day.month:02d}-{day.day:02d}T{clock}{tail}{zone}"


@total_ordering
class DateTimeOffset:
    """A moment and the offset of its clock in ticks; compared as moments."""

    __slots__ = ("clock", "offset")

    def __init__(self, clock: DateTime, offset: int = 0) -> None:
        self.clock = DateTime(clock.ticks)
        self.offset = offset

    @property
    def utc(self) -> DateTime:
        """Return the moment in UTC."""
        return DateTime(self.clock.ticks - self.offset, UTC)

    def add(self, ticks: int) -> DateTimeOffset:
        """Return a later (or earlier) moment with the same offset."""
        return DateTimeOffset(self.clock.add(ticks), self.offset)

    def zone(self) -> str:
        """Return the offset as +hh:mm."""
        minutes = abs(self.offset) // MINUTE
        return f"{'-' if self.offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"

    def __eq__(self, other: object) -> bool:
        """Compare moments."""
        return isinstance(other, DateTimeOffset) and self.utc == other.utc

    def __lt__(self, other: DateTimeOffset) -> bool:
        """Compare moments."""
        return self.utc < other.utc

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash(self.utc)

    def __str__(self) -> str:
        return f"{self.clock} {self.zone()}"

    def iso(self) -> str:
        """Return what Newtonsoft writes."""
        return self.clock.iso() + self.zone()


def days_in_month(year: int, month: int) -> int:
    """Return how many days the month has."""
    if not 1 <= month <= 12:
        raise out_of_range("Month must be between one and twelve.", "month")
    if not 1 <= year <= 9999:
        raise out_of_range("Year must be between 1 and 9999.", "year")
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - date(year, month, 1)).days


_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?",
    re.ASCII,
)
_MICROSOFT = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/", re.ASCII)


def json_date(text: str) -> Optional[DateTime]:
    """Return the date Newtonsoft's reader makes of a string, None when it stays a string."""
    if text[:1] == "/":
        old = _MICROSOFT.fullmatch(text)
        ticks = int(old.group(1)) * 10_000 + UNIX_EPOCH if old else -1
        return DateTime(ticks, UTC) if 0 <= ticks <= MAX_TICKS else None
    if not 19 <= len(text) <= 40 or text[10] != "T":
        return None
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    *parts, fraction, zulu, sign, hours, minutes = found.groups()
    try:
        moment = DateTime.of(tuple(map(int, parts)))
        ticks = moment.ticks + int((fraction or "0").ljust(7, "0"))
        if sign is None:
            return DateTime(ticks, UTC if zulu else UNSPECIFIED)
        offset = int(hours) * HOUR + int(minutes or 0) * MINUTE
        return DateTime(ticks + (offset if sign == "-" else -offset), LOCAL)
    except ExpressionFailure:
        return None
