"""Numbers in a format: the standard ones (F2, N0, X4, ...) and custom ones (#,##0.00;-0).

https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from policy_expressions.errors import NotSupportedHere, bad_format
from policy_expressions.runtime.numbers import (
    decimal_text,
    double_text,
    exact,
    scientific,
    shortest,
)
from policy_expressions.runtime.values import Single

MAX_PRECISION = 1000
_STANDARD = re.compile(r"([A-Za-z])(\d{0,9})", re.ASCII)


def format_number(value: Any, form: str) -> str:
    """Return the text of a number in a format. Raises a FormatException for an unknown one."""
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value)):
        return double_text(value)
    standard = _STANDARD.fullmatch(form or "G")
    if standard is None:
        if len(form) > MAX_PRECISION:
            reason = f"formats of more than {MAX_PRECISION:,} characters are not supported"
            raise NotSupportedHere("ToString", reason)
        return _custom(value, form)
    letter, digits = standard.group(1), standard.group(2)
    precision = int(digits) if digits else -1
    handler = _LETTERS.get(letter.upper())
    if handler is None or precision > MAX_PRECISION:
        raise bad_format("Format specifier was invalid.")
    text = handler(value, precision)
    return text.lower() if letter in "xe" else text


def _rounded(value: Any, places: int) -> Decimal:
    """Round as .NET does: doubles from their exact value, decimals away from zero."""
    how = ROUND_HALF_EVEN if isinstance(value, float) else ROUND_HALF_UP
    number = exact(value)
    return number.quantize(Decimal(1).scaleb(-places), rounding=how, context=_wide(number, places))


def _wide(number: Decimal, places: int) -> Any:
    import decimal

    return decimal.Context(prec=max(number.adjusted(), 0) + places + 5)


def _sign(value: Any, shown: Decimal) -> str:
    negative = math.copysign(1, value) < 0 if isinstance(value, float) else shown < 0
    return "-" if negative else ""


def _fixed(value: Any, precision: int, group: bool = False) -> str:
    number = _rounded(value, 2 if precision < 0 else precision)
    return _sign(value, number) + (f"{abs(number):,f}" if group else f"{abs(number):f}")


def _percent(value: Any, precision: int) -> str:
    number = exact(value).scaleb(2)
    how = ROUND_HALF_EVEN if isinstance(value, float) else ROUND_HALF_UP
    places = 2 if precision < 0 else precision
    rounded = number.quantize(Decimal(1).scaleb(-places), how, _wide(number, places))
    return f"{'-' if rounded < 0 else ''}{abs(rounded):,f} %"


def _currency(value: Any, precision: int) -> str:
    number = _rounded(value, 2 if precision < 0 else precision)
    text = f"¤{abs(number):,f}"
    return f"({text})" if number < 0 else text


def _exponent(value: Any, precision: int) -> str:
    places = 6 if precision < 0 else precision
    number = exact(value)
    text = f"{abs(number):.{places}E}" if number else f"{Decimal(0):.{places}f}E+0"
    mantissa, _, power = text.partition("E")
    return f"{_sign(value, number)}{mantissa}E{power[0]}{int(power[1:]):03d}"


def _general(value: Any, precision: int) -> str:
    if isinstance(value, float) and precision <= 0:
        return double_text(value)
    if precision <= 0:
        return decimal_text(value) if isinstance(value, Decimal) else str(int(value))
    number = abs(exact(value))
    if not number:
        return "0"
    rounded = Decimal(f"{number:.{precision - 1}E}")
    digits = "".join(map(str, rounded.as_tuple().digits)).rstrip("0")
    sign, power = _sign(value, exact(value)), rounded.adjusted()
    if power >= precision or power < -5:
        return sign + scientific(digits, power + 1, 2)
    return sign + (
        f"{rounded:f}".rstrip("0").rstrip(".") if "." in f"{rounded:f}" else f"{rounded:f}"
    )


def _whole(value: Any) -> int:
    if isinstance(value, (float, Decimal)):
        raise bad_format("Format specifier was invalid.")
    return int(value)


def _digits(value: Any, precision: int) -> str:
    number = _whole(value)
    return f"{'-' if number < 0 else ''}{abs(number):0{max(precision, 1)}d}"


def _hex(value: Any, precision: int) -> str:
    bits = {"SByte": 8, "Short": 16, "int": 32, "Long": 64}.get(type(value).__name__, 64)
    return f"{_whole(value) % 2**bits:0{max(precision, 1)}X}"


def _round_trip(value: Any, precision: int) -> str:
    if not isinstance(value, float):
        raise bad_format("Format specifier was invalid.")
    return double_text(value)


_LETTERS = {
    "F": _fixed,
    "N": lambda value, precision: _fixed(value, precision, group=True),
    "P": _percent,
    "C": _currency,
    "E": _exponent,
    "G": _general,
    "D": _digits,
    "X": _hex,
    "R": _round_trip,
}

_PIECES = re.compile(r"'[^']*'?|\"[^\"]*\"?|\\.?|[0#]|[.,%‰]|[eE][+-]?0+|.", re.DOTALL)


def _custom(value: Any, form: str) -> str:
    number = _significant(value)
    sections = _sections(form)
    chosen, sign = sections[0], "-" if number < 0 else ""
    if number < 0 and len(sections) > 1 and sections[1]:
        chosen, sign = sections[1], ""
    text, shown = _section(abs(number), chosen)
    if not shown and len(sections) > 2:
        text, sign = _section(Decimal(0), sections[2])[0], ""
    return (sign if shown else "") + text


def _significant(value: Any) -> Decimal:
    """Return what custom formats see: doubles with 15 digits, floats with 7."""
    if isinstance(value, float):
        digits, point = shortest(value)
        limit = 7 if isinstance(value, Single) else 15
        number = Decimal(f"0.{digits}").scaleb(point)
        if len(digits) > limit:
            number = Decimal(f"{number:.{limit - 1}E}")
        return -number if value < 0 else number
    return exact(value)


def _sections(form: str) -> list[list[str]]:
    sections: list[list[str]] = [[]]
    for piece in _PIECES.findall(form):
        if piece == ";" and len(sections) < 3:
            sections.append([])
        elif piece != ";":
            sections[-1].append(piece)
    return sections


def _section(number: Decimal, pieces: list[str]) -> tuple[str, bool]:
    """Format without a sign; tells whether any digit but 0 is left."""
    places = [i for i, piece in enumerate(pieces) if piece in ("0", "#")]
    point = pieces.index(".") if "." in pieces else len(pieces)
    whole = [i for i in places if i < point]
    fraction = [i for i in places if i > point]
    number = number.scaleb(2 * pieces.count("%") + 3 * pieces.count("‰"))
    last = whole[-1] if whole else -1
    commas = [i for i, piece in enumerate(pieces) if piece == "," and i < point]
    number = number.scaleb(-3 * sum(i > last for i in commas))
    group = any(whole and whole[0] < i < last for i in commas)
    power = next((piece for piece in pieces if piece[0] in "eE" and len(piece) > 1), "")
    exponent = number.adjusted() - max(len(whole), 1) + 1 if power and number else 0
    number = number.scaleb(-exponent)
    rounded = number.quantize(
        Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP, _wide(number, len(fraction))
    )
    integer, _, decimals = f"{rounded:f}".partition(".")
    zeros = len(whole) - next((n for n, i in enumerate(whole) if pieces[i] == "0"), len(whole))
    integer = integer.lstrip("0").rjust(zeros, "0")
    if group:
        integer = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", integer)
    kept = len(fraction)
    while kept and decimals[kept - 1] == "0" and pieces[fraction[kept - 1]] == "#":
        kept -= 1
    return _assemble(pieces, point, integer, decimals[:kept], power, exponent), bool(rounded)


def _assemble(
    pieces: list[str], point: int, integer: str, decimals: str, power: str, exponent: int
) -> str:
    parts: list[str] = []
    written = False
    for index, piece in enumerate(pieces):
        if piece in ("0", "#"):
            if not written:
                parts.append(integer + (f".{decimals}" if decimals else ""))
                written = True
        elif piece == "." or (piece == "," and index < point):
            if piece == "." and not written:
                parts.append(integer + (f".{decimals}" if decimals else ""))
                written = True
        elif piece == power and power:
            sign = "-" if exponent < 0 else "+" if "+" in power else ""
            parts.append(f"{power[0]}{sign}{abs(exponent):0{power.count('0')}d}")
        elif piece[0] in "'\"":
            parts.append(piece[1:-1] if piece[-1] == piece[0] and len(piece) > 1 else piece[1:])
        else:
            parts.append(piece[1:] if piece[0] == "\\" else piece)
    return "".join(parts)
