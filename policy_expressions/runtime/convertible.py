"""System.Convert: from any plain value to numbers, bool, char and base64."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from policy_expressions.errors import (
    Exceeded,
    ExpressionFailure,
    argument,
    bad_format,
    invalid_cast,
)
from policy_expressions.runtime.abilities import Boxed
from policy_expressions.runtime.dates import DateTime
from policy_expressions.runtime.number_parse import (
    parse_bool,
    parse_number,
    too_large,
)
from policy_expressions.runtime.numbers import NUMBERS, Number, plain
from policy_expressions.runtime.texts import type_name
from policy_expressions.runtime.values import Char, Enumeration, Long

_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_BAD_BASE64 = (
    "The input is not a valid Base-64 string as it contains a non-base 64 character, more than "
    "two padding characters, or an illegal character among the padding characters."
)


def attempt(parse: Callable[..., Any], default: Any) -> Callable[..., bool]:
    """Return the TryParse of a Parse: its last argument is the cell of the result."""

    def run(text: Any, *rest: Any) -> bool:
        cell = rest[-1]
        cell[0] = default
        if text is None:
            return False
        try:
            cell[0] = parse(text, *rest[:-1])
        except Exceeded:
            raise
        except ExpressionFailure:
            return False
        return True

    return run


def _convertible(value: Any) -> Any:
    """Return the plain value behind what can be converted. Raises an InvalidCastException."""
    if isinstance(value, Boxed):
        value = value.value
    if isinstance(value, Enumeration):
        return value.number
    if value is None or isinstance(value, (str, int, float, Decimal, DateTime)):
        return value
    raise invalid_cast(type_name(value), "System.IConvertible")


def to_number(kind: Number, value: Any) -> Any:
    """Do what Convert.ToXxx does: null is 0, fractions are rounded to even."""
    value = _convertible(value)
    if value is None:
        return kind.make(0)
    if value.__class__ is str:
        return parse_number(kind, value)
    if isinstance(value, DateTime):
        raise invalid_cast("System.DateTime", f"System.{kind.clr}")
    value = plain(value)
    if not kind.is_integer:
        return kind.make(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise too_large(kind)
    whole = round(value) if isinstance(value, (float, Decimal)) else int(value)
    if not kind.low <= whole <= kind.high:
        raise too_large(kind)
    return kind.make(whole)


def to_bool(value: Any) -> bool:
    """Do what Convert.ToBoolean does: null is false, numbers other than 0 are true."""
    value = _convertible(value)
    if value.__class__ is str:
        return parse_bool(value)
    if isinstance(value, (Char, DateTime)):
        raise invalid_cast(f"System.{type(value).__name__}", "System.Boolean")
    return bool(value)


def to_char(value: Any) -> Char:
    """Do what Convert.ToChar does."""
    value = _convertible(value)
    if not isinstance(value, str):
        return Char(chr(to_number(NUMBERS["ushort"], value)))
    if len(value) != 1:
        raise bad_format("String must be exactly one character long.")
    return Char(value)


def in_base(value: int, base: int) -> str:
    """Return a whole number in base 2, 8, 10 or 16, negative ones as their bits."""
    form = {2: "b", 8: "o", 10: "d", 16: "x"}.get(base)
    if form is None:
        raise argument("Invalid Base.")
    bits = 64 if isinstance(value, Long) else 32
    return format(int(value) if base == 10 else value % 2**bits, form)


def from_base64(text: str) -> bytearray:
    """Return the bytes; white space is skipped, padding is needed. Raises a FormatException."""
    packed = re.sub(r"[ \t\r\n]", "", text)
    if len(packed) % 4 or not _BASE64.fullmatch(packed):
        raise bad_format(_BAD_BASE64)
    return bytearray(base64.b64decode(packed))


def to_base64(data: bytearray, options: Any = None) -> str:
    """Return base64, in lines of 76 when told so."""
    text = base64.b64encode(data).decode("ascii")
    if options is not None and options.number:
        return "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76))
    return text
