"""What dates, durations and Guids have in common: comparing, and texts by a format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policy_expressions.members.numbers import compare, same

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "==": same,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def comparing(name: str) -> dict[str, Any]:
    return {
        **{f"static bool operator {op} ({name} a, {name} b)": do for op, do in _TESTS.items()},
        f"bool Equals({name} value); static bool Equals({name} t1, {name} t2)": same,
        f"int CompareTo({name} value); static int Compare({name} t1, {name} t2)": compare,
    }


def formats(form: Callable[[Any, str], str]) -> dict[str, Any]:
    return {
        "string ToString(); string ToString(IFormatProvider provider)": lambda value, _=None: str(
            value
        ),
        "string ToString(string format); "
        "string ToString(string format, IFormatProvider provider)": (
            lambda value, text, _=None: form(value, text or "")
        ),
    }
