"""How plain .NET values look in Python: every value carries its exact .NET type.

bool, int (Int32), float (Double), str (String, one character a UTF-16 unit), decimal.Decimal,
uuid.UUID and bytearray (byte[]) stand for themselves; the other numbers and Char are subclasses,
enums are Enumeration; null is None. What holds others is in containers.py.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Union


class SByte(int):
    """System.SByte."""


class Byte(int):
    """System.Byte."""


class Short(int):
    """System.Int16."""


class UShort(int):
    """System.UInt16."""


class UInt(int):
    """System.UInt32."""


class Long(int):
    """System.Int64."""


class ULong(int):
    """System.UInt64."""


class BigInteger(int):
    """System.Numerics.BigInteger, which JSON integers beyond 64 bits become."""


class Single(float):
    """System.Single: a float rounded to 32 bits."""

    def __new__(cls, value: Union[float, str] = 0.0) -> Single:
        """Round to what 32 bits can hold."""
        number = float(value)
        try:
            number = struct.unpack("f", struct.pack("f", number))[0]
        except OverflowError:
            number = float("inf") if number > 0 else float("-inf")
        return super().__new__(cls, number)


class Char(str):
    """System.Char: one UTF-16 unit."""

    __slots__ = ()


def chars(text: str) -> Iterator[Char]:
    """Walk a string's characters; equal ones are one object, as a million of them may be held."""
    return map(_Chars().__getitem__, text)


class _Chars(dict):  # type: ignore[type-arg]
    def __missing__(self, char: str) -> Char:
        made = self[char] = Char(char)
        return made


def units(text: str) -> str:
    """Return the text with each character beyond U+FFFF as its two surrogates."""
    if text.isascii() or all(char <= "\uffff" for char in text):
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(map(chr, struct.unpack(f"<{len(data) // 2}H", data)))


def characters(text: str) -> str:
    """Return the text with surrogate pairs joined; a lone one becomes U+FFFD."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class Enumeration:
    """A value of an enum; type is the enum's C# name."""

    __slots__ = ("number", "type")

    def __init__(self, of: str, number: int) -> None:
        self.type = of
        self.number = number

    def __eq__(self, other: object) -> bool:
        """Compare type and number."""
        return (
            isinstance(other, Enumeration)
            and self.type == other.type
            and self.number == other.number
        )

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash((self.type, self.number))
