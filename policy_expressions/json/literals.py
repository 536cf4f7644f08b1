"""Numbers, words and texts of JSON, as Newtonsoft reads them."""

from __future__ import annotations

import re
from typing import Any

from policy_expressions.json.tokens import JValue
from policy_expressions.runtime.dates import json_date
from policy_expressions.runtime.values import BigInteger, Long

MAX_DIGITS = 380


NUMBER = re.compile(r"[-+.0-9a-fA-FxX]*")


DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


ESCAPES = dict(zip("btnfr\\\"'/", "\b\t\n\f\r\\\"'/"))


WORDS: dict[str, tuple[str, Any, str, str]] = {
    "t": ("true", True, "Boolean", "boolean"),
    "f": ("false", False, "Boolean", "boolean"),
    "n": ("null", None, "Null", "null"),
    "u": ("undefined", None, "Undefined", "undefined"),
    "N": ("NaN", float("nan"), "Float", "NaN"),
    "I": ("Infinity", float("inf"), "Float", "Infinity"),
    "-I": ("-Infinity", float("-inf"), "Float", "-Infinity"),
}


CLOSING = {"}": "EndObject", "]": "EndArray", ")": "EndConstructor"}


def integer(digits: str) -> Any:
    """Return a long, or a BigInteger beyond 64 bits. Raises ValueError when it is too long."""
    if len(digits) > MAX_DIGITS:
        raise ValueError(digits)
    return whole(int(digits))


def whole(value: int) -> int:
    """Return a long, or a BigInteger beyond 64 bits."""
    return Long(value) if -(2**63) <= value < 2**63 else BigInteger(value)


def string(text: str) -> JValue:
    """Return a string token, or a date token when the text is one."""
    date = json_date(text)
    return JValue(text, "String") if date is None else JValue(date, "Date")
