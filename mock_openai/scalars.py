"""Texts and numbers that a plain JSON schema asks for."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Union

from . import patterns

_FORMATS: Mapping[str, str] = {
    "date-time": "2026-01-15T09:30:00Z",
    "date": "2026-01-15",
    "time": "09:30:00Z",
    "duration": "P1DT2H",
    "email": "name@example.com",
    "idn-email": "name@example.com",
    "hostname": "www.example.com",
    "idn-hostname": "www.example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "uri": "https://example.com/page",
    "uri-reference": "/page",
    "iri": "https://example.com/page",
    "json-pointer": "/name",
    "regex": "^[a-z]+$",
    "byte": "ZXhhbXBsZQ==",
    "binary": "example",
}
_WORDS = ("example", "streaming", "token", "gateway", "delta", "event", "answer", "model")
_LONGEST = 20_000  # characters: more than a model writes


def text(plain: Any, rng: random.Random, attempt: int) -> str:
    """Return a text; the first attempt is plain, later ones differ."""
    low = min(_count(plain.get("minLength"), 0), _LONGEST)
    high = _count(plain.get("maxLength"), _LONGEST)
    pattern = plain.get("pattern")
    if isinstance(pattern, str):
        return _by_pattern(pattern, low, high, rng)
    made = _FORMATS.get(str(plain.get("format")), "")
    if not made:
        made = _WORDS[0] if not attempt else f"{rng.choice(_WORDS)}{rng.randrange(1000)}"
    while len(made) < low:
        made += f" {made}"
        if len(made) > low and len(made) > high:
            made = made[:high]
    return made[:high]


def _by_pattern(pattern: str, low: int, high: int, rng: random.Random) -> str:
    made = ""
    for _ in range(20):
        try:
            made = patterns.matching(pattern, rng)
        except patterns.PatternError:
            return _WORDS[0]
        if low <= len(made) <= high and patterns.matches(pattern, made):
            break
    if len(made) < low:  # a pattern that is not anchored lets anything follow
        made += "x" * (low - len(made))
    return made


def number(plain: Any, whole: bool, rng: random.Random, attempt: int) -> Union[int, float]:
    """Return a number within its bounds, a multiple where one is wanted."""
    step = _number(plain.get("multipleOf"))
    step = step if step is not None and step > 0 else None
    unit = step if step is not None else Fraction(1) if whole else Fraction(1, 1000)
    if whole and unit.denominator != 1:
        unit *= unit.denominator  # the least multiple that is whole
    low, high = _bounds(plain, unit)
    wanted = Fraction(1) if whole or step is not None else Fraction(3, 2)
    if attempt:
        wanted += rng.randint(-5 * attempt, 5 * attempt)
    if high is not None:
        wanted = min(wanted, high)
    if low is not None:
        wanted = max(wanted, low)
    if step is not None or whole:
        wanted = math.ceil(wanted / unit) * unit
        if high is not None and wanted > high:
            wanted = math.floor(high / unit) * unit
    if wanted.denominator == 1:
        return int(wanted)
    return float(wanted)


def _bounds(plain: Any, unit: Fraction) -> tuple[Any, Any]:
    """Return the least and the greatest number allowed; bounds that are excluded are stepped in."""
    low, high = _number(plain.get("minimum")), _number(plain.get("maximum"))
    above, below = _number(plain.get("exclusiveMinimum")), _number(plain.get("exclusiveMaximum"))
    # A step that fits between the bounds, however near they are to each other
    ends = [each for each in (high, below) if each is not None]
    starts = [each for each in (low, above) if each is not None]
    inside = (min(ends) - max(starts)) / 3 if ends and starts and min(ends) > max(starts) else unit
    inside = min(unit, inside) if unit.denominator != 1 or inside < unit else unit
    if above is not None:
        low = above + inside if low is None else max(low, above + inside)
    if below is not None:
        high = below - inside if high is None else min(high, below - inside)
    return low, high


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return Fraction(repr(value)) if math.isfinite(value) else None


def _count(value: Any, default: int) -> int:
    return int(value) if isinstance(value, (int, float)) and math.isfinite(value) else default
