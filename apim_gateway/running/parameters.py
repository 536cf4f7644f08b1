"""The parameters of a query, as text: those that nobody changes keep their spelling."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qs, quote, unquote_plus


def parts(query: str) -> list[str]:
    """Return the parameters as they stand: `name=value`."""
    return [part for part in query.split("&") if part]


def name_of(part: str) -> str:
    """Return the name of a parameter, in small letters: case does not count."""
    return unquote_plus(part.partition("=")[0]).lower()


def first(query: str, name: str) -> str:
    """Return the first value of a parameter, empty when it is missing."""
    return parse_qs(query, keep_blank_values=True).get(name, [""])[0]


def part(name: str, value: str) -> str:
    """Return a parameter as it stands in a query."""
    return f"{quote(name, safe='')}={quote(value, safe='')}"


def override(query: str, name: str, values: Iterable[str]) -> str:
    """Return the query with these values of a parameter, and no others."""
    kept = [each for each in parts(query) if name_of(each) != name.lower()]
    return "&".join([*kept, *(part(name, value) for value in values)])
