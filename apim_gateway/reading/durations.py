"""ISO 8601 durations, as Azure writes them: PT1M, P1D, PT0.5S."""

from __future__ import annotations

import re

_FORM = re.compile(
    r"P(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_SECONDS = {"days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def seconds(text: str) -> float:
    """Return the length of `text` in seconds. Raises ValueError that tells the form wanted."""
    match = _FORM.fullmatch(text)
    parts = {name: part for name, part in match.groupdict().items() if part} if match else {}
    if not parts:
        raise ValueError(f"{text!r} is not a duration; write it like PT1M, PT30S or P1D")
    return sum(float(part) * _SECONDS[name] for name, part in parts.items())
