"""Reads numbers and bools from text, as Parse and TryParse do in the invariant culture."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Optional

from policy_expressions.errors import ExpressionFailure, bad_format, overflow
from policy_expressions.runtime.numbers import NUMBERS, Number, fit_decimal

_SPACES = "\t\n\v\f\r "
_SHAPE = re.compile(
    r"(?P<sign>[+-])?(?P<whole>[\d,]*)(?P<point>\.(?P<fraction>\d*))?"
    r"(?P<power>[eE][+-]?\d+)?(?P<after>[+-])?",
    re.ASCII,
)
# What may not stand in the text: Parse without styles takes Integer, Number or Float.
_REFUSED = {
    "integer": ("after", "point", "power"),
    "decimal": ("power",),
    **dict.fromkeys(("double", "float"), ("after",)),
}
_WORDS = {"nan": "nan", "infinity": "inf", "-infinity": "-inf", "+infinity": "inf", "-nan": "nan"}


def parse_number(kind: Number, text: str) -> Any:
    """Return a number of that type. Raises a FormatException or an OverflowException."""
    stripped = text.strip(_SPACES + "\0")
    if kind.kind is not Decimal and not kind.is_integer and stripped.lower() in _WORDS:
        return kind.make(float(_WORDS[stripped.lower()]))
    number = _number(kind, text, stripped)
    if not kind.is_integer:
        return fit_decimal(number) if kind.kind is Decimal else kind.make(float(number))
    # The range first: to make an int of a million digits takes Python most of a minute.
    if not kind.low <= number <= kind.high or number != int(number):
        raise too_large(kind)
    return kind.make(int(number))


def _number(kind: Number, text: str, stripped: str) -> Decimal:
    """Return the value, if the type allows all that stands there."""
    found = _SHAPE.fullmatch(stripped)
    part = found.groupdict() if found else {}
    digits = (part.get("whole") or "").replace(",", "") + (part.get("fraction") or "")
    refused = _REFUSED["integer" if kind.is_integer else kind.name]
    thousands = "," not in (part.get("whole") or "") or (
        not kind.is_integer and part["whole"][0] != ","
    )
    if not digits or any(part.get(name) for name in refused) or not thousands:
        raise not_a_number(text)
    number = Decimal(f"{part['whole'].replace(',', '') or 0}.{part['fraction'] or 0}")
    if part["power"]:
        power = part["power"][1:]
        far = 5000 if len(power) > 6 else min(abs(int(power)), 5000)
        number = number.scaleb(-far if power.startswith("-") else far)
    elif not part["fraction"]:
        number = Decimal(part["whole"].replace(",", "") or 0)
    negative = part["sign"] == "-" or part["after"] == "-"
    return -number if negative else number


def not_a_number(text: str) -> ExpressionFailure:
    """Return the FormatException of a text that is no number."""
    return bad_format(f"The input string '{text}' was not in a correct format.")


def too_large(kind: Number) -> ExpressionFailure:
    """Return the OverflowException of a number outside the type."""
    article = "an" if kind.full[0] in "Iu" and kind.full[:2] != "UI" else "a"
    return overflow(f"Value was either too large or too small for {article} {kind.full}.")


def parse_bool(text: str) -> bool:
    """Return true or false, in any case. Raises a FormatException for other texts."""
    found = {"true": True, "false": False}.get(text.strip(_SPACES + "\0").lower())
    if found is None:
        raise bad_format(f"String '{text}' was not recognized as a valid Boolean.")
    return found


def parse_base(kind: Number, text: Optional[str], base: int) -> Any:
    """Return a number in base 2, 8, 10 or 16. Raises a FormatException."""
    if text is None:
        return kind.make(0)
    digits = text[2:] if base == 16 and text[:2] in ("0x", "0X") else text
    try:
        value = int(digits, base)
    except ValueError:
        message = "Could not find any recognizable digits."
        raise bad_format(message) from None
    if value > kind.high - kind.low:
        raise too_large(kind)
    return kind.wrap(value)


__all__ = ["NUMBERS", "parse_bool", "parse_number"]
