"""The .NET number types: their ranges, how they wrap and round, how their text looks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, Overflow
from typing import Any

from policy_expressions.errors import overflow
from policy_expressions.runtime.values import (
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

_MAX_COEFFICIENT = 2**96 - 1
WIDE = Context(prec=120, rounding=ROUND_HALF_EVEN)  # exact for all that decimals and doubles hold
_EXACT = Context(prec=1200, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True)
class Number:
    """One number type: integers have low and high; full is its name in messages."""

    name: str
    kind: Any
    full: str
    low: int = 0
    high: int = 0

    @property
    def clr(self) -> str:
        """Return the CLR's name without `System.`, such as Int32."""
        return {"sbyte": "SByte", "byte": "Byte", "char": "Char"}.get(self.name, self.full)

    @property
    def is_integer(self) -> bool:
        """Tell integers (and char) from float, double and decimal."""
        return self.high > 0

    def make(self, value: Any) -> Any:
        """Return a value of this type from a number that fits, or a char's code."""
        if self.kind is Char:
            return Char(chr(value))
        if self.kind is Decimal:
            return to_decimal(value)
        try:
            return self.kind(value)
        except OverflowError:
            return self.kind(math.inf if value > 0 else -math.inf)

    def wrap(self, value: int) -> Any:
        """Return the value with the bits that do not fit cut off."""
        if not self.low <= value <= self.high:
            value = (value - self.low) % (self.high - self.low + 1) + self.low
        return self.make(value)

    def fit(self, value: int) -> Any:
        """Return the value. Raises an OverflowException when it does not fit."""
        if not self.low <= value <= self.high:
            raise overflow()
        return self.make(value)

    def converter(self, checked: bool) -> Callable[[Any], Any]:
        """Return the explicit conversion from any other number."""
        if not self.is_integer:
            return lambda value: self.make(plain(value))
        return lambda value: self._from(plain(value), checked)

    def _from(self, value: Any, checked: bool) -> Any:
        if isinstance(value, int):
            return self.fit(value) if checked else self.wrap(value)
        if isinstance(value, Decimal):
            return self.fit(int(value))
        if math.isnan(value) or math.isinf(value):
            if checked:
                raise overflow()
            return self.make(0 if math.isnan(value) else self.high if value > 0 else self.low)
        whole = int(value)
        if checked:
            return self.fit(whole)
        if self.high >= 2**31 - 1:  # .NET 9 and later saturate, as processors do
            return self.make(min(max(whole, self.low), self.high))
        return self.wrap(min(max(whole, -(2**31)), 2**31 - 1))


NUMBERS = {
    number.name: number
    for number in (
        Number("sbyte", SByte, "signed byte", -(2**7), 2**7 - 1),
        Number("byte", Byte, "unsigned byte", 0, 2**8 - 1),
        Number("short", Short, "Int16", -(2**15), 2**15 - 1),
        Number("ushort", UShort, "UInt16", 0, 2**16 - 1),
        Number("char", Char, "character", 0, 2**16 - 1),
        Number("int", int, "Int32", -(2**31), 2**31 - 1),
        Number("uint", UInt, "UInt32", 0, 2**32 - 1),
        Number("long", Long, "Int64", -(2**63), 2**63 - 1),
        Number("ulong", ULong, "UInt64", 0, 2**64 - 1),
        Number("float", Single, "Single"),
        Number("double", float, "Double"),
        Number("decimal", Decimal, "Decimal"),
    )
}


def plain(value: Any) -> Any:
    """Return a number Python calculates with; of a char its code."""
    return ord(value) if isinstance(value, str) else value


def to_decimal(value: Any) -> Decimal:
    """Convert a number to decimal: doubles keep 15 digits, floats 7, as .NET has it."""
    if isinstance(value, float):
        if math.isnan(value) or math.isinf(value):
            raise overflow("Value was either too large or too small for a Decimal.")
        digits = 7 if isinstance(value, Single) else 15
        rounded = Decimal(f"{value:.{digits - 1}e}")
        text = f"{rounded:f}"
        return fit_decimal(Decimal(text.rstrip("0").rstrip(".") if "." in text else text))
    return fit_decimal(Decimal(value))


def fit_decimal(value: Decimal) -> Decimal:
    """Round to 96 bits and 28 places. Raises an OverflowException when it is too large."""
    if value.adjusted() > 28:
        raise overflow("Value was either too large or too small for a Decimal.")
    places = min(max(-int(value.as_tuple().exponent), 0), 28)
    value = WIDE.quantize(value, Decimal(1).scaleb(-places))
    while abs(int(value.scaleb(places, WIDE))) > _MAX_COEFFICIENT:
        if places == 0:
            raise overflow("Value was either too large or too small for a Decimal.")
        places -= 1
        value = WIDE.quantize(value, Decimal(1).scaleb(-places))
    return value


def decimal_result(operation: Callable[[Context], Decimal]) -> Decimal:
    """Run an operation on decimals with digits enough, and fit its result."""
    try:
        return fit_decimal(operation(WIDE))
    except (InvalidOperation, Overflow):
        raise overflow("Value was either too large or too small for a Decimal.") from None


def shortest(value: float) -> tuple[str, int]:
    """Return the fewest digits that give the same (finite) number back, and the point's place.

    0.0123 is ("123", -1): the point stands that many digits after the start.
    """
    if isinstance(value, Single):
        text = next(t for t in (f"{value:.{n}e}" for n in range(9)) if Single(t) == value)
        text = text.lstrip("-")
    else:
        text = f"{abs(value)!r}"
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0) - (len(whole + fraction) - len(digits))
    return digits.rstrip("0") or "0", point if digits.rstrip("0") else 1


def double_text(value: float) -> str:
    """Return the text of a float or double: the shortest that reads back as the same number."""
    if value.__class__ is float:
        text = repr(value)
        if "e" not in text and "n" not in text:  # Python's own needs no more than its ".0" cut
            return text[:-2] if text.endswith(".0") else text
    if math.isnan(value):
        return "NaN"
    sign = "-" if math.copysign(1, value) < 0 else ""
    if math.isinf(value):
        return f"{sign}Infinity"
    digits, point = shortest(value)
    if point > (9 if isinstance(value, Single) else 17) or point < -3:
        return sign + scientific(digits, point, 2)
    return sign + positional(digits, point)


def positional(digits: str, point: int) -> str:
    """Write digits without an exponent."""
    if point <= 0:
        return "0." + "0" * -point + digits if digits != "0" else "0"
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return f"{digits[:point]}.{digits[point:]}"


def scientific(digits: str, point: int, width: int) -> str:
    """Write digits with an exponent of at least that many digits."""
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    exponent = point - 1
    return f"{digits[0]}{fraction}E{'-' if exponent < 0 else '+'}{abs(exponent):0{width}d}"


def decimal_text(value: Decimal) -> str:
    """Return the text of a decimal, with the zeros it carries."""
    text = f"{value:f}"
    return text[1:] if text.startswith("-") and not value else text


def exact(value: Any) -> Decimal:
    """Return the exact value of any finite number."""
    return _EXACT.create_decimal(value)
