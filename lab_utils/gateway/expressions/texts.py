"""The text of any value: what `ToString()` and `Convert.ToString` give in the invariant culture."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from lab_utils.gateway.expressions.numbers import decimal_text, double_text
from lab_utils.gateway.expressions.run import Run
from lab_utils.gateway.expressions.values import (
    Byte,
    Char,
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
    **dict.fromkeys((int, SByte, Byte, Short, UShort, UInt, Long, ULong), int.__repr__),
}


def text_of(run: Run, value: Any) -> str:
    """Return the text of a value, empty for null; run knows how lines end."""
    if value is None:
        return ""
    simple = _TEXTS.get(value.__class__)
    if simple is not None:
        return simple(value)
    if hasattr(value, "to_text"):
        text: str = value.to_text(run)
        return text
    return type_name(value)


def type_name(value: Any) -> str:
    """Return what the types that have no text of their own give: their name."""
    from lab_utils.gateway.expressions.library import LIBRARY

    return LIBRARY.type_of(value).clr
