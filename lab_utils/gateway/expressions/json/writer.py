"""Writes JSON as Newtonsoft does: of tokens, and of any other value as JsonConvert has it."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from lab_utils.gateway.expressions.containers import (
    Anonymous,
    Dictionary,
    KeyValuePair,
    Tuple,
    walk,
)
from lab_utils.gateway.expressions.dates import DateTime, DateTimeOffset, TimeSpan
from lab_utils.gateway.expressions.failures import ExpressionFailure
from lab_utils.gateway.expressions.json.tokens import JArray, JObject, JProperty, JRaw, JValue
from lab_utils.gateway.expressions.numbers import decimal_text, double_text
from lab_utils.gateway.expressions.run import Run
from lab_utils.gateway.expressions.texts import text_of
from lab_utils.gateway.expressions.values import Enumeration

_ESCAPED = re.compile(r'[\x00-\x1f"\\\x85\u2028\u2029]')
_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}
MAX_DEPTH = 200


def quote(text: str) -> str:
    """Return a JSON string: controls, U+0085 and U+2028/9 escaped, all else as it is."""
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return _SHORT.get(char) or f"\\u{ord(char):04x}"


def write(value: Any, run: Run, indented: bool) -> str:
    """Return the JSON of a token or any other value."""
    parts: list[str] = []
    _Writer(run, indented, parts).value(value, 0)
    text = "".join(parts)
    run.weigh(text)
    return text


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
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, Decimal):
        text = decimal_text(value)
        return text if "." in text else f"{text}.0"
    if isinstance(value, Enumeration):
        return str(value.number)
    if isinstance(value, (DateTime, DateTimeOffset)):
        return f'"{value.iso()}"'
    if isinstance(value, bytearray):
        return f'"{base64.b64encode(value).decode("ascii")}"'
    return f'"{value}"'


def _float(value: float) -> str:
    text = double_text(value)
    if math.isnan(value) or math.isinf(value):
        return f'"{text}"'
    return text if "." in text or "E" in text else f"{text}.0"


class _Writer:
    def __init__(self, run: Run, indented: bool, parts: list[str]) -> None:
        self._run = run
        self._indented = indented
        self._parts = parts

    def value(self, value: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            text = "Self referencing loop detected, or nested too deeply."
            raise ExpressionFailure("Newtonsoft.Json.JsonSerializationException", text)
        if isinstance(value, JRaw):
            self._parts.append(text_of(self._run, value.value))
        elif isinstance(value, JValue):
            undefined = value.kind == "Undefined"
            self._parts.append("undefined" if undefined else scalar(value.value))
        elif isinstance(value, JObject):
            pairs = ((p.name, p.value) for p in value.properties.values())
            self._object(pairs, depth)
        elif isinstance(value, JProperty):
            self._name(value.name)
            self.value(value.value, depth)
        elif isinstance(value, JArray):
            self._array(value.items, depth)
        elif isinstance(value, (Anonymous, Tuple, KeyValuePair)):
            self._object(value.fields(), depth)
        elif isinstance(value, Dictionary):
            pairs = ((text_of(self._run, p.key), p.value) for p in walk(value))
            self._object(pairs, depth)
        elif isinstance(value, Iterable) and not isinstance(value, (str, bytearray)):
            self._array(value, depth)
        elif hasattr(value, "json_text"):
            self._parts.append(quote(value.json_text()))
        elif value is None or isinstance(value, _SCALARS):
            self._parts.append(scalar(value))
        else:
            text = f"Values of type {type(value).__name__} cannot be written as JSON here."
            raise ExpressionFailure("Newtonsoft.Json.JsonSerializationException", text)

    def _object(self, pairs: Iterable[tuple[str, Any]], depth: int) -> None:
        self._parts.append("{")
        for name, value in self._items(pairs, depth, "}"):
            self._name(name)
            self.value(value, depth + 1)

    def _array(self, items: Iterable[Any], depth: int) -> None:
        self._parts.append("[")
        for item in self._items(items, depth, "]"):
            self.value(item, depth + 1)

    def _items(self, items: Iterable[Any], depth: int, closing: str) -> Iterator[Any]:
        break_inside = self._run.newline + "  " * (depth + 1) if self._indented else ""
        first = True
        for item in items:
            self._parts.append(break_inside if first else f",{break_inside}")
            first = False
            yield item
        if not first and self._indented:
            self._parts.append(self._run.newline + "  " * depth)
        self._parts.append(closing)

    def _name(self, name: str) -> None:
        self._parts.append(quote(name) + (": " if self._indented else ":"))


_SCALARS = (
    str,
    int,
    float,
    Decimal,
    Enumeration,
    DateTime,
    DateTimeOffset,
    TimeSpan,
    UUID,
    bytearray,
)
