"""TimeZoneInfo and TimeZone."""

from __future__ import annotations

from typing import Any

from policy_expressions.runtime.dates import LOCAL, UTC, DateTime, DateTimeOffset, TimeSpan
from policy_expressions.runtime.zones import (
    LOCAL_ZONE,
    UTC_ZONE,
    Zone,
    convert,
    convert_offset,
    find,
)
from policy_expressions.types.model import Definition


def _clock(zone: Zone, moment: Any) -> int:
    """Return the ticks that the zone's clocks show at a moment."""
    if isinstance(moment, DateTimeOffset):
        return convert_offset(moment, zone).clock.ticks
    known = moment.kind in (UTC, LOCAL) and moment.kind != zone.kind
    return convert(moment, zone).ticks if known else int(moment.ticks)


def _offset(zone: Zone, moment: Any) -> TimeSpan:
    if isinstance(moment, DateTimeOffset):
        return TimeSpan(zone.at_utc(moment.utc.ticks))
    if moment.kind in (UTC, LOCAL) and moment.kind != zone.kind:
        return TimeSpan(zone.at_utc(moment.ticks))
    return TimeSpan(zone.at_clock(moment.ticks))


_ZONE = {
    "static TimeZoneInfo Utc": UTC_ZONE,
    "static TimeZoneInfo Local": LOCAL_ZONE,
    "static TimeZoneInfo FindSystemTimeZoneById(string! id)": find,
    "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo! destinationTimeZone); "
    "static DateTime ConvertTimeFromUtc(DateTime dateTime, TimeZoneInfo! destinationTimeZone)": (
        convert
    ),
    "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo! sourceTimeZone, "
    "TimeZoneInfo! destinationTimeZone)": lambda moment, source, target: convert(
        moment, target, source
    ),
    "static DateTimeOffset ConvertTime(DateTimeOffset dateTimeOffset, "
    "TimeZoneInfo! destinationTimeZone)": convert_offset,
    "static DateTime ConvertTimeToUtc(DateTime dateTime)": lambda moment: convert(moment, UTC_ZONE),
    "static DateTime ConvertTimeToUtc(DateTime dateTime, TimeZoneInfo! sourceTimeZone)": (
        lambda moment, source: convert(moment, UTC_ZONE, source)
    ),
    "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, "
    "string! destinationTimeZoneId)": lambda moment, name: convert(moment, find(name)),
    "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, "
    "string! sourceTimeZoneId, string! destinationTimeZoneId)": (
        lambda moment, source, target: convert(moment, find(target), find(source))
    ),
    "static DateTimeOffset ConvertTimeBySystemTimeZoneId(DateTimeOffset dateTimeOffset, "
    "string! destinationTimeZoneId)": lambda moment, name: convert_offset(moment, find(name)),
    "string Id; string StandardName": lambda zone: zone.id,
    "string DaylightName": lambda zone: zone.id.replace("Standard", "Daylight"),
    "TimeSpan BaseUtcOffset": lambda zone: TimeSpan(zone.base()),
    "bool SupportsDaylightSavingTime": Zone.has_summer,
    "TimeSpan GetUtcOffset(DateTime dateTime); "
    "TimeSpan GetUtcOffset(DateTimeOffset dateTimeOffset)": _offset,
    "bool IsDaylightSavingTime(DateTime dateTime); "
    "bool IsDaylightSavingTime(DateTimeOffset dateTimeOffset)": lambda zone, moment: zone.is_summer(
        _clock(zone, moment)
    ),
    "bool IsInvalidTime(DateTime dateTime)": lambda zone, moment: zone.is_skipped(moment.ticks),
    "bool IsAmbiguousTime(DateTime dateTime)": lambda zone, moment: zone.is_ambiguous(
        _clock(zone, moment)
    ),
    "bool Equals(TimeZoneInfo other); bool HasSameRules(TimeZoneInfo! other)": (
        lambda a, b: a == b
    ),
}
# The local time zone is UTC.
_LOCAL = {
    "static TimeZone CurrentTimeZone": LOCAL_ZONE,
    "string StandardName; string DaylightName": lambda zone: zone.id,
    "TimeSpan GetUtcOffset(DateTime time)": lambda zone, moment: TimeSpan(0),
    "bool IsDaylightSavingTime(DateTime time)": lambda zone, moment: False,
    "DateTime ToLocalTime(DateTime time)": lambda zone, moment: DateTime(moment.ticks, LOCAL),
    "DateTime ToUniversalTime(DateTime time)": lambda zone, moment: DateTime(moment.ticks, UTC),
}

DEFINITIONS = (
    Definition("class System.TimeZoneInfo", _ZONE),
    Definition("class System.TimeZone", _LOCAL),
)
