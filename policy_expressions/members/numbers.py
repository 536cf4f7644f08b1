"""bool and the number types."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from policy_expressions.runtime.convertible import attempt
from policy_expressions.runtime.formats import format_value
from policy_expressions.runtime.number_parse import (
    parse_bool,
    parse_number,
)
from policy_expressions.runtime.numbers import NUMBERS, Number
from policy_expressions.runtime.texts import text_of
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import with_run


def compare(a: Any, b: Any) -> int:
    """Return -1, 0 or 1, as CompareTo does."""
    return int(a > b) - int(a < b)


def same(a: Any, b: Any) -> bool:
    """Compare two values of one type."""
    return bool(a == b)


def _number(kind: Number) -> Definition:
    """Return the definition of a number type."""
    name, zero = kind.name, kind.make(0)

    def parse(text: str, _: Any = None) -> Any:
        return parse_number(kind, text)

    members: dict[str, Any] = {
        f"static {name} Parse(string! s); "
        f"static {name} Parse(string! s, IFormatProvider provider)": parse,
        f"static bool TryParse(string s, out {name} result)": attempt(parse, zero),
        # stands for ReadOnlySpan<byte>: with it a bare null is ambiguous, as in .NET
        f"static bool TryParse(byte[] utf8Text, out {name} result)": None,
        "string ToString(); string ToString(IFormatProvider provider)": (
            with_run(lambda run, value, _=None: text_of(run, value))
        ),
        "string ToString(string format); "
        "string ToString(string format, IFormatProvider provider)": (
            with_run(lambda run, value, form, _=None: format_value(run, value, form))
        ),
        f"int CompareTo({name} value)": compare,
        f"bool Equals({name} obj)": same,
        **{f"static {name} {what}": value for what, value in _constants(kind).items()},
    }
    if not kind.is_integer and kind.kind is not Decimal:
        members[f"static bool IsNaN({name} d)"] = math.isnan
        members[f"static bool IsInfinity({name} d)"] = math.isinf
    return Definition(
        f"struct System.{kind.clr} : IComparable, IFormattable",
        members,
        alias=name,
        python=kind.kind,
        default=zero,
        sealed=kind.is_integer,
        others=_OTHERS,
    )


_OTHERS = (
    "Abs BigMul Clamp CopySign CreateChecked CreateSaturating CreateTruncating DivRem GetTypeCode "
    "IsEvenInteger IsNegative IsOddInteger IsPositive IsPow2 LeadingZeroCount Log2 Max "
    "MaxMagnitude Min MinMagnitude PopCount RotateLeft RotateRight Sign TrailingZeroCount TryFormat"
)


def _constants(kind: Number) -> dict[str, Any]:
    if kind.is_integer:
        return {"MaxValue": kind.make(kind.high), "MinValue": kind.make(kind.low)}
    if kind.kind is Decimal:
        limit = Decimal(2**96 - 1)
        return {"MaxValue": limit, "MinValue": -limit, "Zero": Decimal(0), "One": Decimal(1)}
    most, least = (
        (1.7976931348623157e308, 5e-324) if kind.kind is float else (3.4028235e38, 1.4e-45)
    )
    special = {"NaN": math.nan, "PositiveInfinity": math.inf, "NegativeInfinity": -math.inf}
    found = {"MaxValue": most, "MinValue": -most, "Epsilon": least, **special}
    return {name: kind.make(value) for name, value in found.items()}


DEFINITIONS = (
    Definition("interface System.IComparable"),
    Definition("interface System.IFormattable"),
    Definition(
        "struct System.Boolean : IComparable",
        {
            "static bool Parse(string! value)": parse_bool,
            "static bool TryParse(string value, out bool result)": attempt(parse_bool, False),
            "static string TrueString": "True",
            "static string FalseString": "False",
            "string ToString()": str,
            "bool Equals(bool obj)": same,
            "int CompareTo(bool value)": compare,
        },
        alias="bool",
        python=bool,
        default=False,
        sealed=True,
        others="GetTypeCode TryFormat",
    ),
    *(_number(kind) for kind in NUMBERS.values() if kind.name != "char"),
)
