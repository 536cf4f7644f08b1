"""Writes JSON as Newtonsoft does: of tokens, and of any other value as JsonConvert has it."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from policy_expressions.errors import NotSupportedHere
from policy_expressions.runtime.abilities import HasFields, HasJson
from policy_expressions.runtime.dates import DateTime, DateTimeOffset, TimeSpan, json_date
from policy_expressions.runtime.meter import paced
from policy_expressions.runtime.numbers import decimal_text, double_text
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.uris import Uri
from policy_expressions.runtime.values import Enumeration, units

_ESCAPED = re.compile(r'[\x00-\x1f"\\\x85\u2028\u2029]')
_SHORT = dict(zip('"\\\b\f\n\r\t', ('\\"', "\\\\", "\\b", "\\f", "\\n", "\\r", "\\t")))
MAX_DEPTH = 200


def quote(text: str) -> str:
    """Return a JSON string: controls, U+0085 and U+2028/9 escaped, all else as it is."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return _SHORT.get(char) or f"\\u{ord(char):04x}"


def scalar(value: Any) -> str:
    """Return the JSON of a plain value; numbers with a fraction always show one."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, (float, Decimal)):
        text = double_text(value) if isinstance(value, float) else decimal_text(value)
        if isinstance(value, float) and not math.isfinite(value):
            return f'"{text}"'
        return text if "." in text or "E" in text else f"{text}.0"
    if isinstance(value, Uri):
        return quote(value.original)
    if isinstance(value, Enumeration):
        return str(value.number)
    if isinstance(value, (DateTime, DateTimeOffset)):
        return f'"{value.iso()}"'
    if isinstance(value, bytearray):
        return f'"{base64.b64encode(value).decode("ascii")}"'
    return f'"{value}"'


def write(value: Any, run: Run, indented: bool) -> str:
    """Return the JSON of a token or any other value."""
    writer = Writer(run, indented)
    writer.value(value, 0)
    return run.weigh("".join(writer.parts))  # type: ignore[no-any-return]


class Writer:
    """Collects JSON; a value that has `to_json(writer, depth)` writes itself."""

    def __init__(self, run: Run, indented: bool) -> None:
        self.parts: list[str] = []
        self._newline = run.newline if indented else ""
        self._indent = "  " if indented else ""
        self._colon = ": " if indented else ":"

    def value(self, value: Any, depth: int) -> None:
        """Write any value."""
        if depth > MAX_DEPTH:
            raise NotSupportedHere("JSON", f"is nested deeper than {MAX_DEPTH}, or holds itself")
        if isinstance(value, HasJson):
            value.to_json(self, depth)
        elif value is None or isinstance(value, _SCALARS):
            self.parts.append(scalar(value))
        elif isinstance(value, HasFields):
            self.object(value.fields(), depth)
        elif isinstance(value, Iterable):
            self.array(value, depth)
        else:
            raise unwritable(value)

    def raw(self, value: Any, depth: int, dates: bool) -> None:
        """Write what Python's parser has read, strings perhaps as dates."""
        kind = value.__class__
        if kind is dict:
            self.parts.append("{")
            for name, inner in self._items(value.items(), depth, "}"):
                self.name(units(name))
                self.raw(inner, depth + 1, dates)
        elif kind is list:
            self.parts.append("[")
            for inner in self._items(value, depth, "]"):
                self.raw(inner, depth + 1, dates)
        elif kind is str:
            date = json_date(value) if dates else None
            self.parts.append(quote(units(value)) if date is None else scalar(date))
        else:
            self.parts.append(scalar(value))

    def name(self, name: str) -> None:
        """Write the name of a property."""
        self.parts.append(quote(name) + self._colon)

    def object(self, pairs: Iterable[tuple[str, Any]], depth: int) -> None:
        """Write an object of names and values."""
        self.parts.append("{")
        for name, value in self._items(pairs, depth, "}"):
            self.name(name)
            self.value(value, depth + 1)

    def array(self, items: Iterable[Any], depth: int) -> None:
        """Write an array."""
        self.parts.append("[")
        for item in self._items(items, depth, "]"):
            self.value(item, depth + 1)

    def _items(self, items: Iterable[Any], depth: int, closing: str) -> Iterator[Any]:
        before = self._newline + self._indent * (depth + 1)
        first = True
        for item in paced(items):
            self.parts.append(before if first else f",{before}")
            first = False
            yield item
        self.parts.append(closing if first else self._newline + self._indent * depth + closing)


def unwritable(value: Any) -> NotSupportedHere:
    """Return the failure to write what Newtonsoft would go through by reflection."""
    of = getattr(value, "type", "")
    shown = f"a value of type {of}" if of else "an object of the context"
    return NotSupportedHere("JSON", f"{shown} is not written here: make an object of its parts")


_DATES = (DateTime, DateTimeOffset, TimeSpan)
_SCALARS = (str, int, float, Decimal, Enumeration, bytearray, UUID, Uri, *_DATES)
