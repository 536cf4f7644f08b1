"""The text of any value: what `ToString()` and `Convert.ToString` give in the invariant culture."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.dates import DateTime, DateTimeOffset, TimeSpan
from policy_expressions.runtime.enums import enum_text
from policy_expressions.runtime.numbers import decimal_text, double_text
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.values import (
    BigInteger,
    Byte,
    Char,
    Enumeration,
    Long,
    SByte,
    Short,
    Single,
    UInt,
    ULong,
    UShort,
)

_TEXTS: dict[type, Callable[[Any], str]] = {
    str: lambda value: value,
    Char: str,
    bool: str,
    float: double_text,
    Single: double_text,
    Decimal: decimal_text,
    UUID: str,
    bytearray: lambda value: "System.Byte[]",
    Enumeration: enum_text,
    DateTime: str,
    DateTimeOffset: str,
    TimeSpan: str,
    **dict.fromkeys((int, BigInteger, SByte, Byte, Short, UShort, UInt, Long, ULong), int.__repr__),
}


def text_of(run: Run, value: Any) -> str:
    """Return the text of a value, empty for null; run knows how lines end."""
    if value is None:
        return ""
    simple = _TEXTS.get(value.__class__)
    if simple is not None:
        return simple(value)
    if isinstance(value, HasText):
        return value.to_text(run)
    return run.library.type_of(value).clr


def plain_text(value: Any) -> str:
    """Return the text of a value that holds no others."""
    simple = _TEXTS.get(value.__class__)
    return simple(value) if simple else str(value)


def type_name(value: Any) -> str:
    """Return the .NET type of a value that is no plain one, for messages."""
    of = getattr(value, "full_name", None) or getattr(value, "type", type(value).__name__)
    return str(getattr(of, "clr", of))
