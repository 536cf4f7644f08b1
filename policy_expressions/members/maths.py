"""Math, Random, Convert, BitConverter."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from policy_expressions.errors import (
    ExpressionFailure,
    argument,
    out_of_range,
    overflow,
)
from policy_expressions.runtime import convertible
from policy_expressions.runtime.date_parse import parse_date
from policy_expressions.runtime.dates import DateTime
from policy_expressions.runtime.number_parse import parse_base
from policy_expressions.runtime.numbers import NUMBERS, WIDE, Number, fit_decimal
from policy_expressions.runtime.randoms import Random
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import Enumeration
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import Newer, with_run

_MODES = (ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_DOWN, ROUND_FLOOR, ROUND_CEILING)


def _round(value: Any, digits: Any = 0, mode: Any = None) -> Any:
    """Round as Math.Round does: doubles are scaled by a power of ten first."""
    if isinstance(digits, Enumeration):
        digits, mode = 0, digits
    how = _MODES[mode.number if mode else 0]
    if isinstance(value, Decimal):
        if not 0 <= digits <= 28:
            text = "Decimal can only round to between 0 and 28 digits of precision."
            raise out_of_range(text, "decimals")
        if digits >= -int(value.as_tuple().exponent):
            return value
        return fit_decimal(value.quantize(Decimal(1).scaleb(-digits), how, WIDE))
    if not 0 <= digits <= 15:
        raise out_of_range("Rounding digits must be between 0 and 15, inclusive.", "digits")
    if not abs(value) < 1e16:
        return value
    whole = Decimal(value * 10.0**digits).quantize(Decimal(1), how, WIDE)
    return math.copysign(float(whole) / 10.0**digits, value)


def _absolute(kind: Number) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        if kind.is_integer and value == kind.low:
            raise overflow("Negating the minimum value of a twos complement number is invalid.")
        return kind.make(abs(value))

    return run


def _sign(value: Any) -> int:
    if value != value:
        text = "Function does not accept floating point Not-a-Number values."
        raise ExpressionFailure("System.ArithmeticException", text)
    return int(value > 0) - int(value < 0)


def _real(function: Callable[..., float]) -> Callable[..., float]:
    """Return a function that gives NaN and infinity where Python raises."""

    def run(*values: float) -> float:
        try:
            return float(function(*values))
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return run


def _power(base: float, exponent: float) -> float:
    return math.inf if base == 0 and exponent < 0 else math.pow(base, exponent)


def _logarithm(value: float, base: float = math.e) -> float:
    if value == 0:
        return -math.inf
    return math.log10(value) if base == 10 else math.log(value) / math.log(base)


def _div_rem(a: int, b: int, cell: list[Any]) -> int:
    if b == 0:
        raise ExpressionFailure("System.DivideByZeroException", "Attempted to divide by zero.")
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    cell[0] = type(a)(a - b * quotient)
    return type(a)(quotient)


def _whole_part(how: str) -> Callable[[Any], Any]:
    def run(value: Any) -> Any:
        if isinstance(value, Decimal):
            return value.quantize(Decimal(1), how, WIDE)
        if not abs(value) < 2**53:  # whole, infinite or no number
            return value
        return math.copysign(float(Decimal(value).quantize(Decimal(1), how, WIDE)), value)

    return run


_CORE_2 = Newer(".NET Core 2.0")
_KINDS = [kind for kind in NUMBERS.values() if kind.name != "char"]
_SIGNED = [kind for kind in _KINDS if kind.low < 0 or not kind.is_integer]
_REALS = ("double", "decimal")
_CUTS = {"Floor": ROUND_FLOOR, "Ceiling": ROUND_CEILING, "Truncate": ROUND_DOWN}
_ROUNDS = ("", ", int digits", ", MidpointRounding mode", ", int digits, MidpointRounding mode")
_ONE_REAL: dict[str, Callable[..., float]] = {
    "Sqrt": math.sqrt,
    "Exp": math.exp,
    "Log": _logarithm,
    "Sin": math.sin,
    "Cos": math.cos,
}
_MATH = {
    "static double PI": math.pi,
    "static double E": math.e,
    **{f"static {k.name} Max({k.name} val1, {k.name} val2)": max for k in _KINDS},
    **{f"static {k.name} Min({k.name} val1, {k.name} val2)": min for k in _KINDS},
    **{
        f"static {k.name} Clamp({k.name} value, {k.name} min, {k.name} max)": _CORE_2
        for k in _KINDS
    },
    **{f"static {k.name} Abs({k.name} value)": _absolute(k) for k in _SIGNED},
    **{f"static int Sign({k.name} value)": _sign for k in _SIGNED},
    **{
        f"static {of} {name}({of} value)": _whole_part(how)
        for name, how in _CUTS.items()
        for of in _REALS
    },
    **{f"static {of} Round({of} value{rest})": _round for of in _REALS for rest in _ROUNDS},
    **{f"static double {name}(double d)": _real(do) for name, do in _ONE_REAL.items()},
    "static double Log10(double d)": _real(lambda value: _logarithm(value, 10)),
    "static double Log(double a, double newBase)": _real(_logarithm),
    "static double Pow(double x, double y)": _real(_power),
    "static int DivRem(int a, int b, out int result); "
    "static long DivRem(long a, long b, out long result)": _div_rem,
}


def _converters(kind: Number) -> dict[str, Any]:
    name, to = kind.name, f"To{kind.clr}"
    members: dict[str, Any] = {
        f"static {name} {to}(object value); "
        f"static {name} {to}(string value, IFormatProvider provider)": (
            lambda value, _=None: convertible.to_number(kind, value)
        )
    }
    if kind.is_integer:
        members[f"static {name} {to}(string value, int fromBase)"] = lambda text, base: parse_base(
            kind, text, base
        )
    return members


_CONVERT = {
    **{text: function for kind in _KINDS for text, function in _converters(kind).items()},
    "static bool ToBoolean(object value)": convertible.to_bool,
    "static char ToChar(object value)": convertible.to_char,
    "static string ToString(object value); "
    "static string ToString(object value, IFormatProvider provider)": (
        with_run(lambda run, value, _=None: text_of(run, value))
    ),
    "static string ToString(string value); "
    "static string ToString(string value, IFormatProvider provider)": lambda value, _=None: value,
    "static string ToString(int value, int toBase); "
    "static string ToString(long value, int toBase)": (convertible.in_base),
    "static DateTime ToDateTime(string value)": (
        lambda text: DateTime() if text is None else parse_date(text)
    ),
    "static byte[] FromBase64String(string! s)": convertible.from_base64,
    "static string ToBase64String(byte[]! inArray); "
    "static string ToBase64String(byte[]! inArray, Base64FormattingOptions options)": (
        convertible.to_base64
    ),
}


def _packer(form: str) -> Callable[[Any], bytearray]:
    return lambda value: bytearray(struct.pack(f"<{form}", value))


def _unpacker(form: str, kind: Number) -> Callable[[bytearray, int], Any]:
    def run(data: bytearray, start: int) -> Any:
        if not 0 <= start <= len(data) - struct.calcsize(f"<{form}"):
            text = "Destination array is not long enough to copy all the items in the collection."
            raise argument(f"{text} Check array index and length.")
        return kind.make(struct.unpack_from(f"<{form}", data, start)[0])

    return run


_NAMES = ("short", "ushort", "int", "uint", "long", "ulong", "float", "double")
_PACKED = [(NUMBERS[name], form) for name, form in zip(_NAMES, "hHiIqQfd")]
_BITS = {
    "static string ToString(byte[]! value)": lambda data: data.hex("-").upper() if data else "",
    **{f"static byte[] GetBytes({kind.name} value)": _packer(form) for kind, form in _PACKED},
    **{
        f"static {kind.name} To{kind.clr}(byte[]! value, int startIndex)": _unpacker(form, kind)
        for kind, form in _PACKED
    },
}
_RANDOM = {
    "new()": lambda: Random(int.from_bytes(os.urandom(4), "big") >> 1),
    "new(int Seed)": Random,
    "int Next()": Random.sample,
    "int Next(int maxValue)": Random.below,
    "int Next(int minValue, int maxValue)": Random.between,
    "double NextDouble()": Random.fraction,
    "void NextBytes(byte[]! buffer)": Random.fill,
}

DEFINITIONS = (
    Definition("class System.Math", _MATH),
    Definition("class System.Convert", _CONVERT),
    Definition("class System.BitConverter", _BITS),
    Definition("class System.Random", _RANDOM),
)
