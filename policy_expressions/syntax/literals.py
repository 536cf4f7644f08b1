"""Decodes the literals of C#."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from policy_expressions.errors import CompileError
from policy_expressions.runtime.values import Char, Long, Single, UInt, ULong, units
from policy_expressions.syntax.node import Node

_ESCAPE = re.compile(
    r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{1,4})|(.))", re.DOTALL
)
_SIMPLE = dict(zip("'\"\\0abfnrtv", "'\"\\\0\a\b\f\n\r\t\v"))


def unescape(text: str) -> str:
    """Decode the escapes of a regular C# string. Raises CompileError for an unknown one."""

    def decode(match: re.Match[str]) -> str:
        code = match.group(1) or match.group(2) or match.group(3)
        if code:
            if int(code, 16) > 0x10FFFF:
                raise CompileError("CS1009", "Unrecognized escape sequence")
            return units(chr(int(code, 16)))
        if match.group(4) not in _SIMPLE:
            raise CompileError("CS1009", "Unrecognized escape sequence")
        return _SIMPLE[match.group(4)]

    return units(_ESCAPE.sub(decode, text))


def literal(node: Node) -> Any:
    """Return the value of a literal node."""
    text = node.text
    if node.kind == "string_literal":
        return unescape(text[1:-1])
    if node.kind == "verbatim_string_literal":
        return units(text[2:-1].replace('""', '"'))
    if node.kind == "character_literal":
        value = unescape(text[1:-1])
        if not value:
            raise CompileError("CS1011", "Empty character literal")
        if len(value) != 1:
            raise CompileError("CS1012", "Too many characters in character literal")
        return Char(value)
    if node.kind == "boolean_literal":
        return text == "true"
    return _number(text.lower().replace("_", ""))


def _number(text: str) -> Any:
    if text.startswith(("0x", "0b")):
        return _integer(text)
    return _real(text) if re.search(r"[.efdm]", text) else _integer(text)


def _integer(text: str) -> Any:
    digits = text.rstrip("ul")
    suffix = "".join(sorted(text[len(digits) :]))
    if not digits[2:] and digits in ("0x", "0b"):
        raise CompileError("CS1013", "Invalid number")
    value = int(digits, 16 if digits.startswith("0x") else 2 if digits.startswith("0b") else 10)
    kinds: dict[str, Any] = {"": (int, UInt, Long, ULong), "u": (UInt, ULong), "l": (Long, ULong)}
    limits: dict[Any, int] = {int: 2**31, UInt: 2**32, Long: 2**63, ULong: 2**64}
    for kind in kinds.get(suffix, (ULong,)):
        if value < limits[kind]:
            return kind(value)
    raise CompileError("CS1021", "Integral constant is too large")


def _real(text: str) -> Any:
    if text.endswith("m"):
        return Decimal(text[:-1])
    if text.endswith("f"):
        return Single(text[:-1])
    return float(text.rstrip("d"))
