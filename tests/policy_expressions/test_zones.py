"""TimeZoneInfo knows the Windows names, and the rules behind them."""

from __future__ import annotations

import pytest

from tests.policy_expressions.asking import answer, text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "TimeZoneInfo.ConvertTimeBySystemTimeZoneId(new DateTime(2024,1,2,12,0,0,DateTimeKind"
            '.Utc), "Pacific Standard Time").ToString("s")',
            "2024-01-02T04:00:00",
        ),
        (
            "TimeZoneInfo.ConvertTimeBySystemTimeZoneId(new DateTime(2024,7,2,12,0,0,DateTimeKind"
            '.Utc), "w. europe standard time").ToString("s")',
            "2024-07-02T14:00:00",
        ),
        (
            "TimeZoneInfo.ConvertTime(new DateTimeOffset(2024,7,2,12,0,0,TimeSpan.Zero), "
            'TimeZoneInfo.FindSystemTimeZoneById("India Standard Time")).ToString()',
            "07/02/2024 17:30:00 +05:30",
        ),
        (
            "TimeZoneInfo.ConvertTimeToUtc(new DateTime(2024,7,2,12,0,0), TimeZoneInfo"
            '.FindSystemTimeZoneById("Tokyo Standard Time")).ToString("o")',
            "2024-07-02T03:00:00.0000000Z",
        ),
        (
            "TimeZoneInfo.ConvertTimeBySystemTimeZoneId(new DateTime(2024,1,2,12,0,0), "
            '"Eastern Standard Time", "GMT Standard Time").ToString("s")',
            "2024-01-02T17:00:00",
        ),
        (
            'TimeZoneInfo.FindSystemTimeZoneById("Pacific Standard Time").BaseUtcOffset.ToString()',
            "-08:00:00",
        ),
        (
            'TimeZoneInfo.FindSystemTimeZoneById("Romance Standard Time")'
            ".IsDaylightSavingTime(new DateTime(2024,7,1))",
            "True",
        ),
        (
            'TimeZoneInfo.FindSystemTimeZoneById("Romance Standard Time")'
            ".GetUtcOffset(new DateTime(2024,1,1)).TotalHours",
            "1",
        ),
        ('TimeZoneInfo.FindSystemTimeZoneById("UTC") == TimeZoneInfo.Utc', "True"),
        ("TimeZoneInfo.ConvertTimeToUtc(new DateTime(2024,1,1)).Hour", "0"),
        ('TimeZoneInfo.FindSystemTimeZoneById("Pacific Standard Time").DaylightName',
         "Pacific Daylight Time"),
        (
            "TimeZoneInfo.ConvertTimeFromUtc(DateTime.UtcNow, TimeZoneInfo.FindSystemTimeZoneById("
            '"Tokyo Standard Time")) > DateTime.UtcNow',
            "True",
        ),
        (
            'TimeZoneInfo.FindSystemTimeZoneById("Nowhere")',
            "System.TimeZoneNotFoundException: The time zone ID 'Nowhere' was not found on the "
            "local computer.",
        ),
    ],
)  # fmt: skip
def test_moments_are_converted(source: str, expected: str) -> None:
    assert text(source) == expected


def test_a_time_that_clocks_skip_is_invalid_and_one_shown_twice_is_standard_time() -> None:
    zone = 'TimeZoneInfo.FindSystemTimeZoneById("W. Europe Standard Time")'
    skipped = f"TimeZoneInfo.ConvertTimeToUtc(new DateTime(2024,3,31,2,30,0), {zone})"
    assert "represents an invalid time" in text(skipped)
    twice = f'TimeZoneInfo.ConvertTimeToUtc(new DateTime(2024,10,27,2,30,0), {zone}).ToString("s")'
    assert text(twice) == "2024-10-27T01:30:00"


def test_names_of_the_iana_are_known_to_newer_dotnet_alone() -> None:
    found = answer('TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles")')
    assert found["stage"] == "unsupported"
    assert "'Pacific Standard Time'" in found["message"]
