"""DateTime, DateTimeOffset, TimeSpan, Guid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from policy_expressions.errors import argument
from policy_expressions.members.moments import comparing, formats
from policy_expressions.runtime.convertible import attempt
from policy_expressions.runtime.date_format import format_date, format_span
from policy_expressions.runtime.date_parse import (
    parse_date,
    parse_offset,
    parse_span,
)
from policy_expressions.runtime.dates import (
    DAY,
    LOCAL,
    MAX_TICKS,
    UNITS,
    UNIX_EPOCH,
    UTC,
    DateTime,
    DateTimeOffset,
    TimeSpan,
    days_in_month,
)
from policy_expressions.runtime.guids import format_guid, parse_guid
from policy_expressions.runtime.values import Enumeration, Long
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import Newer

_CYCLES = {"Hours": 24, "Minutes": 60, "Seconds": 60, "Milliseconds": 1000}


def _adder(unit: int) -> Callable[[Any, float], Any]:
    return lambda moment, value: moment.add(TimeSpan.of(value, unit).ticks)


def _adding(name: str) -> dict[str, Any]:
    def add(moment: Any, span: TimeSpan) -> Any:
        return moment.add(span.ticks)

    def subtract(moment: Any, span: TimeSpan) -> Any:
        return moment.add(-span.ticks)

    return {
        **{f"{name} Add{what}(double value)": _adder(unit) for what, unit in UNITS.items()},
        f"{name} AddTicks(long value)": lambda moment, ticks: moment.add(ticks),
        f"{name} Add(TimeSpan value); static {name} operator + ({name} d, TimeSpan t)": add,
        f"{name} Subtract(TimeSpan value); "
        f"static {name} operator - ({name} d, TimeSpan t)": subtract,
    }


def _parts(clock: Callable[[Any], DateTime]) -> dict[str, Any]:
    def part(unit: int, cycle: int) -> Callable[[Any], int]:
        return lambda value: clock(value).ticks // unit % cycle

    def weekday(value: Any) -> Enumeration:
        return Enumeration("DayOfWeek", clock(value).date().isoweekday() % 7)

    return {
        "int Year": lambda value: clock(value).date().year,
        "int Month": lambda value: clock(value).date().month,
        "int Day": lambda value: clock(value).date().day,
        "int DayOfYear": lambda value: clock(value).date().timetuple().tm_yday,
        "DayOfWeek DayOfWeek": weekday,
        **{f"int {name[:-1]}": part(UNITS[name], cycle) for name, cycle in _CYCLES.items()},
        "long Ticks": lambda value: Long(clock(value).ticks),
        "TimeSpan TimeOfDay": lambda value: TimeSpan(clock(value).ticks % DAY),
    }


def _date_time(*parts: Any) -> DateTime:
    kind = parts[-1].number if isinstance(parts[-1], Enumeration) else 0
    return DateTime.of(tuple(p for p in parts if not isinstance(p, Enumeration)), kind)


def _difference(a: Any, b: Any) -> TimeSpan:
    return TimeSpan(a.ticks - b.ticks)


_CLOCK = "int year, int month, int day, int hour, int minute, int second"
_DATE_TIME = {
    "new(); new(long ticks)": DateTime,
    "new(long ticks, DateTimeKind kind)": lambda ticks, kind: DateTime(ticks, kind.number),
    f"new(int year, int month, int day); new({_CLOCK}); new({_CLOCK}, DateTimeKind kind); "
    f"new({_CLOCK}, int millisecond); "
    f"new({_CLOCK}, int millisecond, DateTimeKind kind)": _date_time,
    "static DateTime UtcNow": lambda: DateTime.now(),
    "static DateTime Now": lambda: DateTime.now(LOCAL),
    "static DateTime Today": lambda: DateTime(DateTime.now().ticks // DAY * DAY, LOCAL),
    "static DateTime MinValue": DateTime(0),
    "static DateTime MaxValue": DateTime(MAX_TICKS),
    "static DateTime UnixEpoch": Newer(".NET Core 2.1"),
    "static int DaysInMonth(int year, int month)": days_in_month,
    "static bool IsLeapYear(int year)": lambda year: days_in_month(year, 2) == 29,
    "static DateTime Parse(string! s); "
    "static DateTime Parse(string! s, IFormatProvider provider)": lambda text, _=None: parse_date(
        text
    ),
    "static bool TryParse(string s, out DateTime result)": attempt(parse_date, DateTime()),
    "static DateTime SpecifyKind(DateTime value, DateTimeKind kind)": lambda value, kind: DateTime(
        value.ticks, kind.number
    ),
    **_parts(lambda value: value),
    **_adding("DateTime"),
    **comparing("DateTime"),
    **formats(format_date),
    "bool IsDaylightSavingTime()": lambda _: False,
    "DateTimeKind Kind": lambda value: Enumeration("DateTimeKind", value.kind),
    "DateTime Date": lambda value: DateTime(value.ticks // DAY * DAY, value.kind),
    "DateTime AddMonths(int months)": DateTime.add_months,
    "DateTime AddYears(int value)": lambda value, years: value.add_months(years * 12),
    "TimeSpan Subtract(DateTime value); static TimeSpan operator - (DateTime a, DateTime b)": (
        _difference
    ),
    "DateTime ToUniversalTime()": lambda value: DateTime(value.ticks, UTC),
    "DateTime ToLocalTime()": lambda value: DateTime(value.ticks, LOCAL),
}


def _since_epoch(unit: int) -> Callable[[DateTimeOffset], Long]:
    return lambda value: Long((value.utc.ticks - UNIX_EPOCH) // unit)


def _from_epoch(unit: int) -> Callable[[int], DateTimeOffset]:
    return lambda count: DateTimeOffset(DateTime(UNIX_EPOCH + count * unit))


def _months(count: int) -> Callable[[DateTimeOffset, int], DateTimeOffset]:
    return lambda value, n: DateTimeOffset(value.clock.add_months(n * count), value.offset)


_OFFSET = {
    "new()": lambda: DateTimeOffset(DateTime()),
    "new(DateTime dateTime); implicit DateTimeOffset(DateTime dateTime)": DateTimeOffset,
    "new(DateTime dateTime, TimeSpan offset)": lambda d, offset: DateTimeOffset(d, offset.ticks),
    f"new({_CLOCK}, TimeSpan offset)": lambda *parts: DateTimeOffset(
        DateTime.of(parts[:-1]), parts[-1].ticks
    ),
    "static DateTimeOffset UtcNow": lambda: DateTimeOffset(DateTime.now()),
    "static DateTimeOffset Now": lambda: DateTimeOffset(DateTime.now()),
    "static DateTimeOffset MinValue": DateTimeOffset(DateTime(0)),
    "static DateTimeOffset MaxValue": DateTimeOffset(DateTime(MAX_TICKS)),
    "static DateTimeOffset UnixEpoch": Newer(".NET Core 2.1"),
    "static DateTimeOffset Parse(string! input)": parse_offset,
    "static bool TryParse(string input, out DateTimeOffset result)": attempt(
        parse_offset, DateTimeOffset(DateTime())
    ),
    "static DateTimeOffset FromUnixTimeSeconds(long seconds)": _from_epoch(UNITS["Seconds"]),
    "static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)": _from_epoch(
        UNITS["Milliseconds"]
    ),
    "long ToUnixTimeSeconds()": _since_epoch(UNITS["Seconds"]),
    "long ToUnixTimeMilliseconds()": _since_epoch(UNITS["Milliseconds"]),
    **_parts(lambda value: value.clock),
    **_adding("DateTimeOffset"),
    **comparing("DateTimeOffset"),
    **formats(format_date),
    "DateTime UtcDateTime": lambda value: value.utc,
    "DateTime DateTime": lambda value: value.clock,
    "DateTime Date": lambda value: DateTime(value.clock.ticks // DAY * DAY),
    "TimeSpan Offset": lambda value: TimeSpan(value.offset),
    "DateTimeOffset AddMonths(int months)": _months(1),
    "DateTimeOffset AddYears(int years)": _months(12),
    "DateTimeOffset ToUniversalTime()": lambda value: DateTimeOffset(value.utc),
    "DateTimeOffset ToOffset(TimeSpan offset)": lambda value, offset: DateTimeOffset(
        value.utc.add(offset.ticks), offset.ticks
    ),
    "TimeSpan Subtract(DateTimeOffset value); "
    "static TimeSpan operator - (DateTimeOffset a, DateTimeOffset b)": lambda a, b: _difference(
        a.utc, b.utc
    ),
}


def _span(*parts: int) -> TimeSpan:
    units = list(UNITS.values())
    chosen = units[1:4] if len(parts) == 3 else units
    return TimeSpan(sum(n * unit for n, unit in zip(parts, chosen)))


def _whole(unit: int, cycle: int) -> Callable[[TimeSpan], int]:
    return lambda span: span.part(unit, cycle)


def _total(unit: int) -> Callable[[TimeSpan], float]:
    return lambda span: span.ticks / unit


def _from(unit: int) -> Callable[[float], TimeSpan]:
    return lambda value: TimeSpan.of(value, unit)


_DAYS = "int days, int hours, int minutes, int seconds"
_TIME_SPAN = {
    "new(); new(long ticks); static TimeSpan FromTicks(long value)": TimeSpan,
    f"new(int hours, int minutes, int seconds); new({_DAYS}); "
    f"new({_DAYS}, int milliseconds)": _span,
    "static TimeSpan Zero": TimeSpan(0),
    "static TimeSpan MaxValue": TimeSpan(2**63 - 1),
    "static TimeSpan MinValue": TimeSpan(-(2**63)),
    **{f"static TimeSpan From{name}(double value)": _from(unit) for name, unit in UNITS.items()},
    "static TimeSpan Parse(string! s)": parse_span,
    "static bool TryParse(string s, out TimeSpan result)": attempt(parse_span, TimeSpan()),
    "int Days": lambda span: span.part(DAY, 2**40),
    **{f"int {name}": _whole(UNITS[name], cycle) for name, cycle in _CYCLES.items()},
    **{f"double Total{name}": _total(unit) for name, unit in UNITS.items()},
    "long Ticks": lambda span: Long(span.ticks),
    "TimeSpan Add(TimeSpan ts); static TimeSpan operator + (TimeSpan a, TimeSpan b)": (
        lambda a, b: TimeSpan(a.ticks + b.ticks)
    ),
    "TimeSpan Subtract(TimeSpan ts); static TimeSpan operator - (TimeSpan a, TimeSpan b)": (
        _difference
    ),
    "TimeSpan Negate(); static TimeSpan operator - (TimeSpan t)": lambda span: TimeSpan(
        -span.ticks
    ),
    "TimeSpan Duration()": lambda span: TimeSpan(abs(span.ticks)),
    **comparing("TimeSpan"),
    **formats(format_span),
}


def _guid_of(data: bytearray) -> UUID:
    if len(data) != 16:
        raise argument("Byte array for Guid must be exactly 16 bytes long.", "b")
    return UUID(bytes_le=bytes(data))


_GUID = {
    "new()": lambda: UUID(int=0),
    "new(string! g); static Guid Parse(string! input)": parse_guid,
    "new(byte[]! b)": _guid_of,
    "static Guid Empty": UUID(int=0),
    "static Guid NewGuid()": uuid4,
    "static bool TryParse(string input, out Guid result)": attempt(parse_guid, UUID(int=0)),
    "byte[] ToByteArray()": lambda value: bytearray(value.bytes_le),
    **comparing("Guid"),
    **formats(format_guid),
}

DEFINITIONS = (
    Definition(
        "struct System.DateTime",
        _DATE_TIME,
        python=DateTime,
        default=DateTime(),
        sealed=True,
        others="AddMicroseconds Deconstruct FromBinary FromFileTime FromFileTimeUtc FromOADate "
        "GetDateTimeFormats GetTypeCode Microsecond Nanosecond ParseExact ToBinary "
        "ToFileTime ToFileTimeUtc ToLongDateString ToLongTimeString ToOADate ToShortDateString "
        "ToShortTimeString TryFormat TryParseExact",
    ),
    Definition(
        "struct System.DateTimeOffset",
        _OFFSET,
        python=DateTimeOffset,
        default=DateTimeOffset(DateTime()),
    ),
    Definition(
        "struct System.TimeSpan",
        _TIME_SPAN,
        python=TimeSpan,
        default=TimeSpan(),
        sealed=True,
        others="Divide FromMicroseconds HoursPerDay Microseconds MicrosecondsPerDay "
        "MicrosecondsPerHour MicrosecondsPerMillisecond MicrosecondsPerMinute "
        "MicrosecondsPerSecond MillisecondsPerDay MillisecondsPerHour MillisecondsPerMinute "
        "MillisecondsPerSecond MinutesPerDay MinutesPerHour Multiply Nanoseconds "
        "NanosecondsPerTick ParseExact SecondsPerDay SecondsPerHour SecondsPerMinute TicksPerDay "
        "TicksPerHour TicksPerMicrosecond TicksPerMillisecond TicksPerMinute TicksPerSecond "
        "TotalMicroseconds TotalNanoseconds TryFormat TryParseExact",
    ),
    Definition(
        "struct System.Guid",
        _GUID,
        python=UUID,
        default=UUID(int=0),
        sealed=True,
        others="AllBitsSet CreateVersion7 ParseExact TryFormat TryParseExact TryWriteBytes Variant "
        "Version",
    ),
)
