"""Time zones by their Windows names, on zoneinfo: what TimeZoneInfo converts by.

The names are those of CLDR's windowsZones, each with the zone of its main territory. The local time
zone is UTC, as on the machines of API Management.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Optional

from policy_expressions.errors import ExpressionFailure, NotSupportedHere, argument
from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.dates import DAY, LOCAL, UNSPECIFIED, UTC, DateTime, DateTimeOffset
from policy_expressions.runtime.run import Run

_TABLE = (  # ~ stands for " Standard Time"
    "AUS Central~=Australia/Darwin|AUS Eastern~=Australia/Sydney|Afghanistan~=Asia/Kabul|"
    "Alaskan~=America/Anchorage|Alberta~=America/Edmonton|Aleutian~=America/Adak|"
    "Altai~=Asia/Barnaul|Arab~=Asia/Riyadh|Arabian~=Asia/Dubai|Arabic~=Asia/Baghdad|"
    "Argentina~=America/Buenos_Aires|Astrakhan~=Europe/Astrakhan|Atlantic~=America/Halifax|"
    "Aus Central W.~=Australia/Eucla|Azerbaijan~=Asia/Baku|Azores~=Atlantic/Azores|"
    "Bahia~=America/Bahia|Bangladesh~=Asia/Dhaka|Belarus~=Europe/Minsk|"
    "Bougainville~=Pacific/Bougainville|British Columbia~=America/Vancouver|"
    "Canada Central~=America/Regina|Cape Verde~=Atlantic/Cape_Verde|Caucasus~=Asia/Yerevan|"
    "Cen. Australia~=Australia/Adelaide|Central America~=America/Guatemala|"
    "Central Asia~=Asia/Bishkek|Central Brazilian~=America/Cuiaba|Central Europe~=Europe/Budapest|"
    "Central European~=Europe/Warsaw|Central Pacific~=Pacific/Guadalcanal|Central~=America/Chicago|"
    "Central Standard Time (Mexico)=America/Mexico_City|Chatham Islands~=Pacific/Chatham|"
    "China~=Asia/Shanghai|Cuba~=America/Havana|Dateline~=Etc/GMT+12|E. Africa~=Africa/Nairobi|"
    "E. Australia~=Australia/Brisbane|E. Europe~=Europe/Chisinau|"
    "E. South America~=America/Sao_Paulo|Easter Island~=Pacific/Easter|Eastern~=America/New_York|"
    "Eastern Standard Time (Mexico)=America/Cancun|Egypt~=Africa/Cairo|"
    "Ekaterinburg~=Asia/Yekaterinburg|FLE~=Europe/Kiev|Fiji~=Pacific/Fiji|GMT~=Europe/London|"
    "GTB~=Europe/Bucharest|Georgian~=Asia/Tbilisi|Greenland~=America/Godthab|"
    "Greenwich~=Atlantic/Reykjavik|Haiti~=America/Port-au-Prince|Hawaiian~=Pacific/Honolulu|"
    "India~=Asia/Calcutta|Iran~=Asia/Tehran|Israel~=Asia/Jerusalem|Jordan~=Asia/Amman|"
    "Kaliningrad~=Europe/Kaliningrad|Korea~=Asia/Seoul|Libya~=Africa/Tripoli|"
    "Line Islands~=Pacific/Kiritimati|Lord Howe~=Australia/Lord_Howe|Magadan~=Asia/Magadan|"
    "Magallanes~=America/Punta_Arenas|Manitoba~=America/Winnipeg|Marquesas~=Pacific/Marquesas|"
    "Mauritius~=Indian/Mauritius|Middle East~=Asia/Beirut|Montevideo~=America/Montevideo|"
    "Morocco~=Africa/Casablanca|Mountain~=America/Denver|"
    "Mountain Standard Time (Mexico)=America/Mazatlan|Myanmar~=Asia/Rangoon|"
    "N. Central Asia~=Asia/Novosibirsk|Namibia~=Africa/Windhoek|Nepal~=Asia/Katmandu|"
    "New Zealand~=Pacific/Auckland|Newfoundland~=America/St_Johns|Norfolk~=Pacific/Norfolk|"
    "North Asia East~=Asia/Irkutsk|North Asia~=Asia/Krasnoyarsk|North Korea~=Asia/Pyongyang|"
    "Omsk~=Asia/Omsk|Pacific SA~=America/Santiago|Pacific~=America/Los_Angeles|"
    "Pacific Standard Time (Mexico)=America/Tijuana|Pakistan~=Asia/Karachi|"
    "Paraguay~=America/Asuncion|Qyzylorda~=Asia/Qyzylorda|Romance~=Europe/Paris|"
    "Russia Time Zone 10=Asia/Srednekolymsk|Russia Time Zone 11=Asia/Kamchatka|"
    "Russia Time Zone 3=Europe/Samara|Russian~=Europe/Moscow|SA Eastern~=America/Cayenne|"
    "SA Pacific~=America/Bogota|SA Western~=America/La_Paz|SE Asia~=Asia/Bangkok|"
    "Saint Pierre~=America/Miquelon|Sakhalin~=Asia/Sakhalin|Samoa~=Pacific/Apia|"
    "Sao Tome~=Africa/Sao_Tome|Saratov~=Europe/Saratov|Singapore~=Asia/Singapore|"
    "South Africa~=Africa/Johannesburg|South Sudan~=Africa/Juba|Sri Lanka~=Asia/Colombo|"
    "Sudan~=Africa/Khartoum|Syria~=Asia/Damascus|Taipei~=Asia/Taipei|Tasmania~=Australia/Hobart|"
    "Tocantins~=America/Araguaina|Tokyo~=Asia/Tokyo|Tomsk~=Asia/Tomsk|Tonga~=Pacific/Tongatapu|"
    "Transbaikal~=Asia/Chita|Turkey~=Europe/Istanbul|Turks And Caicos~=America/Grand_Turk|"
    "US Eastern~=America/Indianapolis|US Mountain~=America/Phoenix|UTC=Etc/UTC|UTC+12=Etc/GMT-12|"
    "UTC+13=Etc/GMT-13|UTC-02=Etc/GMT+2|UTC-08=Etc/GMT+8|UTC-09=Etc/GMT+9|UTC-11=Etc/GMT+11|"
    "Ulaanbaatar~=Asia/Ulaanbaatar|Venezuela~=America/Caracas|Vladivostok~=Asia/Vladivostok|"
    "Volgograd~=Europe/Volgograd|W. Australia~=Australia/Perth|W. Central Africa~=Africa/Lagos|"
    "W. Europe~=Europe/Berlin|W. Mongolia~=Asia/Hovd|West Asia~=Asia/Tashkent|"
    "West Bank~=Asia/Hebron|West Pacific~=Pacific/Port_Moresby|Yakutsk~=Asia/Yakutsk|"
    "Yukon~=America/Whitehorse|"
)
_ZONES: Mapping[str, str] = dict(
    entry.replace("~", " Standard Time").split("=") for entry in _TABLE.split("|") if entry
)
_BY_NAME = {name.lower(): name for name in _ZONES}
_BAD_KIND = (
    "The conversion could not be completed because the supplied DateTime did not have the Kind "
    "property set correctly. For example, when the Kind property is DateTimeKind.Local, the source "
    "time zone must be TimeZoneInfo.Local."
)
_SKIPPED = (
    "The supplied DateTime represents an invalid time. For example, when the clock is adjusted "
    "forward, any time in the period that is skipped is invalid."
)


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo  # for those who ask for another zone than UTC

    return ZoneInfo(_ZONES[name])


class Zone(HasText):
    """TimeZoneInfo."""

    type = "TimeZoneInfo"

    def __init__(self, name: str, kind: int = UNSPECIFIED) -> None:
        self.id = name
        self.kind = kind  # of the times it gives
        self._zone = timezone.utc if name == "UTC" else _zone(name)

    def to_text(self, run: Run) -> str:
        """Return its display name, which Windows alone knows."""
        raise NotSupportedHere("TimeZoneInfo.DisplayName", "Windows alone has it: use Id")

    def __eq__(self, other: object) -> bool:
        """Compare names."""
        return isinstance(other, Zone) and self.id == other.id

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash(self.id)

    def at_utc(self, ticks: int) -> int:
        """Return the offset in ticks at a moment in UTC."""
        moment = _python(ticks).replace(tzinfo=timezone.utc)
        return _ticks(moment.astimezone(self._zone).utcoffset())

    def at_clock(self, ticks: int) -> int:
        """Return the offset in ticks when its clocks show that; standard time where both do."""
        early, late = self._both(ticks)
        return min(early, late)

    def _both(self, ticks: int) -> tuple[int, int]:
        moment = _python(ticks).replace(tzinfo=self._zone)
        return _ticks(moment.utcoffset()), _ticks(moment.replace(fold=1).utcoffset())

    def is_skipped(self, ticks: int) -> bool:
        """Tell whether its clocks never show that."""
        early, late = self._both(ticks)
        return early < late

    def is_ambiguous(self, ticks: int) -> bool:
        """Tell whether its clocks show that twice."""
        early, late = self._both(ticks)
        return early > late

    def base(self) -> int:
        """Return the offset of standard time in ticks."""
        return min(self._seasons())

    def has_summer(self) -> bool:
        """Tell whether it has daylight saving time this year."""
        return len(set(self._seasons())) > 1

    def _seasons(self) -> list[int]:
        year = date.today().year
        return [self.at_utc(DateTime.of((year, month, 1)).ticks) for month in range(1, 13)]

    def is_summer(self, ticks: int) -> bool:
        """Tell whether its clocks show daylight saving time then."""
        moment = _python(ticks).replace(tzinfo=self._zone)
        return bool(moment.dst()) and not self.is_ambiguous(ticks)


def _python(ticks: int) -> datetime:
    return datetime.fromordinal(ticks // DAY + 1) + timedelta(microseconds=ticks % DAY // 10)


def _ticks(offset: Optional[timedelta]) -> int:
    return int((offset or timedelta()).total_seconds()) * 10_000_000


@cache
def find(name: str) -> Zone:
    """Return the zone of a Windows name. Raises TimeZoneNotFoundException.

    Names of the IANA, which only newer .NET knows, are told apart: NotSupportedHere.
    """
    known = _BY_NAME.get(name.lower())
    if known is not None:
        return UTC_ZONE if known == "UTC" else Zone(known)
    windows = next((w for w, iana in _ZONES.items() if iana.lower() == name.lower()), None)
    if windows is not None:
        text = f"'{name}' is known to newer .NET alone: use the Windows name '{windows}'"
        raise NotSupportedHere("TimeZoneInfo", text)
    raise ExpressionFailure(
        "System.TimeZoneNotFoundException",
        f"The time zone ID '{name}' was not found on the local computer.",
    )


UTC_ZONE = Zone("UTC", UTC)
LOCAL_ZONE = Zone("UTC", LOCAL)


def convert(moment: DateTime, target: Zone, source: Optional[Zone] = None) -> DateTime:
    """Return the moment on the target's clocks. Raises ArgumentException for a wrong Kind."""
    if source is None:
        source = UTC_ZONE if moment.kind == UTC else LOCAL_ZONE
    elif moment.kind not in (UNSPECIFIED, source.kind):
        raise argument(_BAD_KIND, "sourceTimeZone")
    if source.is_skipped(moment.ticks):
        raise argument(_SKIPPED, "dateTime")
    ticks = moment.ticks - source.at_clock(moment.ticks)
    ticks = min(max(ticks, 0), DateTime.of((9999, 12, 31)).ticks)
    return DateTime(ticks + target.at_utc(ticks), target.kind)


def convert_offset(moment: DateTimeOffset, target: Zone) -> DateTimeOffset:
    """Return the moment on the target's clocks, with its offset."""
    offset = target.at_utc(moment.utc.ticks)
    return DateTimeOffset(moment.utc.add(offset), offset)
