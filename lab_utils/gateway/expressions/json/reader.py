"""Reads JSON as Newtonsoft does: leniently, with its error texts, ISO dates turned into dates.

Valid JSON goes through Python's own parser; what that refuses is read again here, slowly, for what
Newtonsoft allows beyond the standard and for the exact place and text of an error.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, Optional

from lab_utils.gateway.expressions.dates import json_date
from lab_utils.gateway.expressions.failures import ExpressionFailure
from lab_utils.gateway.expressions.json.tokens import (
    BigInteger,
    JArray,
    JObject,
    JProperty,
    JToken,
    JValue,
    path_step,
)
from lab_utils.gateway.expressions.values import Long, units

MAX_DEPTH = 64  # of a JsonTextReader since Newtonsoft.Json 13
MAX_DIGITS = 380
_DATE_HINT = re.compile(r'"(?:\d{4}-\d\d-\d\dT|\\?/Date\()')
_NUMBER_CHARS = frozenset("-+.0123456789abcdefABCDEFxX")
_ESCAPES = dict(zip("btnfr\\\"'/", "\b\t\n\f\r\\\"'/"))


def parse(text: str, wanted: str = "JToken", all_of_it: bool = True, dates: bool = True) -> JToken:
    """Parse JSON; wanted is JObject, JArray or JToken.

    all_of_it: text after the value is an error, as it is for Parse but not for Load. Raises
    ExpressionFailure with Newtonsoft's text.
    """
    token = _fast(text, dates)
    if token is None or (wanted != "JToken" and token.__class__.__name__ != wanted):
        token = _Reader(text, dates).document(wanted, all_of_it)
    return token


class _Pairs(list):  # type: ignore[type-arg]
    """The properties of an object, to tell it from an array."""


def _fast(text: str, dates: bool) -> Optional[JToken]:
    """Read plain valid JSON; None when that needs more care."""
    try:
        raw = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse, parse_int=_integer)
        has_dates = dates and _DATE_HINT.search(text) is not None
        return _build(raw, has_dates, text.isascii() and "\\u" not in text, 0)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _integer(digits: str) -> Any:
    if len(digits) > MAX_DIGITS:
        raise ValueError(digits)
    value = int(digits)
    return Long(value) if -(2**63) <= value < 2**63 else BigInteger(value)


def _build(raw: Any, dates: bool, plain: bool, depth: int) -> JToken:
    """Make tokens of what Python's parser gives; written for speed."""
    kind = raw.__class__
    if kind is _Pairs:
        if depth == MAX_DEPTH:
            raise ValueError(depth)
        made = JObject()
        properties = made.properties
        for name, inner in raw:
            token = _build(inner, dates, plain, depth + 1)
            if not plain:
                name = units(name)
            made_property = properties.get(name)
            if made_property is None:
                made_property = JProperty.__new__(JProperty)
                made_property.parent = made
                made_property.version = 0
                made_property.name = name
                properties[name] = made_property
            made_property.value = token
            token.parent = made_property
        return made
    if kind is list:
        if depth == MAX_DEPTH:
            raise ValueError(depth)
        array = JArray()
        array.items = [_build(inner, dates, plain, depth + 1) for inner in raw]
        for token in array.items:
            token.parent = array
        return array
    if kind is str:
        if not plain:
            raw = units(raw)
        if dates:
            return _string(raw)
        return JValue(raw, "String")
    return JValue(raw)


def _string(text: str) -> JValue:
    date = json_date(text)
    return JValue(text, "String") if date is None else JValue(date, "Date")


class _Reader:
    """A port of Newtonsoft's JsonTextReader, one character at a time, and of JToken.Load."""

    def __init__(self, text: str, dates: bool) -> None:
        self._text = units(text)
        self._dates = dates
        self._at = 0
        self._line = 1
        self._line_start = 0
        self._started = False
        # each container around: its token, and the name or index last met in it
        self._stack: list[tuple[JToken, list[Any]]] = []
        self._fresh = False  # a container was just opened: its own position has no place in paths
        self.value: Any = None

    def document(self, wanted: str, all_of_it: bool) -> JToken:
        """Read one value, and what stands behind it."""
        kind = self._content(wanted)
        for name, start, noun in (
            ("Object", "StartObject", "an object"),
            ("Array", "StartArray", "an array"),
        ):
            if wanted == f"J{name}" and kind != start:
                text = (
                    f"Error reading {wanted} from JsonReader. Current JsonReader item is not {noun}"
                )
                self._fail(f"{text}: {kind}.")
        if kind not in ("StartObject", "StartArray"):
            found = self.value
            if not isinstance(found, JToken):
                self._fail(f"Error reading JToken from JsonReader. Unexpected token: {kind}")
        else:
            found = self._container()
        if all_of_it:
            self._rest()
        return found

    def _content(self, wanted: str) -> str:
        kind = self._read_value()
        while kind == "Comment":
            kind = self._read_value()
        if not kind:
            self._fail(f"Error reading {wanted} from JsonReader.")
        return kind

    def _container(self) -> JToken:
        """Read the container just opened, with all containers inside."""
        outer = self._stack[0][0]
        first = True
        while self._stack:
            token, place = self._stack[-1]
            kind = self._read_property(place) if isinstance(token, JObject) else self._read_value()
            if not kind:
                name = type(outer).__name__
                if first:
                    self._fail(f"Error reading {name} from JsonReader.")
                self._fail(f"Unexpected end of content while loading {name}.")
            first = False
            if kind in ("EndObject", "EndArray"):
                self._close(kind)
                self._after_value()
            elif kind == "Value":
                self._put(self.value)
                self._after_value()
            elif kind == "PropertyName":
                inner = self._read_value()
                while inner == "Comment":
                    inner = self._read_value()
                if not inner:
                    self._fail(f"Unexpected end of content while loading {type(outer).__name__}.")
                if inner == "Value":
                    self._put(self.value)
                    self._after_value()
        return outer

    def _put(self, token: JToken) -> None:
        """Store a finished token in the container around."""
        if not self._stack:
            return
        owner, place = self._stack[-1]
        if isinstance(owner, JObject):
            owner.set_item(place[0], token)
        elif isinstance(owner, JArray):
            owner.items.append(token)
            token.parent = owner

    def _open(self, token: JToken) -> str:
        self._enter()
        self._put(token)
        self._stack.append((token, [None if isinstance(token, JObject) else -1]))
        self._fresh = True
        if len(self._stack) > MAX_DEPTH:
            self._fail(f"The reader's MaxDepth of {MAX_DEPTH} has been exceeded.")
        return "StartObject" if isinstance(token, JObject) else "StartArray"

    def _enter(self) -> None:
        """Count one more item of the array around."""
        if self._stack and isinstance(self._stack[-1][0], JArray):
            self._stack[-1][1][0] += 1

    def _close(self, kind: str) -> None:
        token, _ = self._stack.pop()
        self._fresh = False
        wanted = "EndObject" if isinstance(token, JObject) else "EndArray"
        if kind != wanted:
            name = "Object" if isinstance(token, JObject) else "Array"
            self._fail(f"JsonToken {kind} is not valid for closing JsonType {name}.")

    def _scalar(self, token: JToken) -> str:
        self._enter()
        self._fresh = False
        self.value = token
        return "Value" if self._stack else token.kind

    def _read_value(self) -> str:
        """Return the kind of the next token where a value may stand, empty at the end."""
        while True:
            char = self._peek()
            if not char:
                return ""
            if char in "\"'":
                self._at += 1
                text = self._read_string(char)
                return self._scalar(_string(text) if self._dates else JValue(text, "String"))
            for word, value, kind, name in _WORDS:
                if char == word[0] and (char != "-" or self._text.startswith("-I", self._at)):
                    self._word(word, name)
                    return self._scalar(JValue(value, kind))
            if char == "/":
                self._comment()
                return "Comment"
            if char in "{[":
                self._at += 1
                return self._open(JObject() if char == "{" else JArray())
            if char in "])":
                self._at += 1
                return "EndArray" if char == "]" else "EndConstructor"
            if char == ",":
                return self._scalar(JValue(None, "Undefined"))
            if self._space(char):
                continue
            if char.isdigit() or char in "-.":
                return self._scalar(self._number())
            self._fail(f"Unexpected character encountered while parsing value: {char}.")

    def _read_property(self, place: list[Any]) -> str:
        while True:
            char = self._peek()
            if not char:
                return ""
            if char == "}":
                self._at += 1
                return "EndObject"
            if char == "/":
                self._comment()
            elif not self._space(char):
                break
        if char in "\"'":
            self._at += 1
            name = self._read_string(char)
        elif char.isalnum() or char in "_$":
            name = self._bare_name()
        else:
            self._fail(f"Invalid property identifier character: {char}.")
        while self._space(self._peek()):
            pass
        if self._peek() != ":":
            got = self._peek() or "\0"
            text = "Invalid character after parsing property name. Expected ':' but got"
            self._fail(f"{text}: {got}.")
        self._at += 1
        place[0] = name
        self._fresh = False
        return "PropertyName"

    def _after_value(self) -> None:
        """Move to where the next value or name starts; closes what ends here."""
        while self._stack:
            char = self._peek()
            if not char:
                return
            if char in "}])":
                self._at += 1
                self._close({"}": "EndObject", "]": "EndArray"}.get(char, "EndConstructor"))
            elif char == "/":
                self._comment()
            elif char == ",":
                self._at += 1
                return
            elif not self._space(char):
                text = "After parsing a value an unexpected character was encountered"
                self._fail(f"{text}: {char}.")

    def _rest(self) -> None:
        while self._peek():
            char = self._peek()
            if char == "/":
                self._comment()
            elif not self._space(char):
                text = "Additional text encountered after finished reading JSON content"
                self._fail(f"{text}: {char}.")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _space(self, char: str) -> bool:
        """Skip one white space, counting lines."""
        if not char or not (char.isspace() or char == "\0"):
            return False
        self._at += 1
        if char == "\r" and self._peek() == "\n":
            self._at += 1
        if char in "\r\n":
            self._line += 1
            self._line_start = self._at
        return True

    def _word(self, word: str, name: str) -> None:
        if word == "null" and self._text[self._at + 1 : self._at + 2] not in ("u", ""):
            self._fail("Unexpected character encountered while parsing value: n.")
        given = self._text[self._at : self._at + len(word)]
        if len(given) < len(word) and word.startswith(given):
            self._at = len(self._text)
            self._fail("Unexpected end when reading JSON.")
        for expected, actual in zip(word, given):
            if expected != actual:
                self._fail(f"Error parsing {name} value.")
            self._at += 1
        after = self._peek()
        if after and not (after.isspace() or after in ",}])/\0"):
            self._fail(f"Error parsing {name} value.")

    def _number(self) -> JValue:
        start = self._at
        while self._peek() and self._peek() in _NUMBER_CHARS:
            self._at += 1
        text, after = self._text[start : self._at], self._peek()
        if after and not (after.isspace() or after in ",}])/\0"):
            self._fail(f"Unexpected character encountered while parsing number: {after}.")
        try:
            if text[0] == "0" and len(text) > 1 and text[1] not in ".eE":
                value = int(text, 16) if text[:2] in ("0x", "0X") else int(text, 8)
                return JValue(Long(value))
            if re.fullmatch(r"[+-]?\d+", text):
                if len(text) > MAX_DIGITS:
                    self._fail(f"JSON integer {text} is too large to parse.")
                return JValue(_integer(text))
            if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
                return JValue(float(text))
        except ValueError:
            pass
        return self._fail(f"Input string '{text}' is not a valid number.")

    def _read_string(self, delimiter: str) -> str:
        parts = []
        while True:
            char = self._peek()
            if not char:
                self._fail(f"Unterminated string. Expected delimiter: {delimiter}.")
            if char in "\r\n":
                start = self._at
                self._space(char)
                parts.append(self._text[start : self._at])
                continue
            self._at += 1
            if char == delimiter:
                return "".join(parts)
            parts.append(self._escape(delimiter) if char == "\\" else char)

    def _escape(self, delimiter: str) -> str:
        char = self._peek()
        if not char:
            self._fail(f"Unterminated string. Expected delimiter: {delimiter}.")
        self._at += 1
        if char == "u":
            digits = self._text[self._at : self._at + 4]
            if len(digits) < 4:
                self._fail("Unexpected end while parsing Unicode escape sequence.")
            if not re.fullmatch("[0-9A-Fa-f]{4}", digits):
                self._fail(f"Invalid Unicode escape sequence: \\u{digits}.")
            self._at += 4
            return chr(int(digits, 16))
        if char not in _ESCAPES:
            self._fail(f"Bad JSON escape sequence: \\{char}.")
        return _ESCAPES[char]

    def _bare_name(self) -> str:
        start = self._at
        while True:
            char = self._peek()
            if not char:
                self._fail("Unexpected end while parsing unquoted property name.")
            if char.isspace() or char == ":":
                return self._text[start : self._at]
            if not (char.isalnum() or char in "_$"):
                self._fail(f"Invalid JavaScript property identifier character: {char}.")
            self._at += 1

    def _comment(self) -> None:
        self._at += 1
        kind = self._peek()
        if not kind:
            self._fail("Unexpected end while parsing comment.")
        if kind not in "*/":
            self._fail(f"Error parsing comment. Expected: *, got {kind}.")
        self._at += 1
        while self._peek():
            char = self._peek()
            if kind == "/" and char in "\r\n":
                return
            if kind == "*" and self._text.startswith("*/", self._at):
                self._at += 2
                return
            if not self._space(char):
                self._at += 1
        if kind == "*":
            self._fail("Unexpected end while parsing comment.")

    def _path(self) -> str:
        places = self._stack[:-1] if self._fresh else self._stack
        parts = [
            f"[{place[0]}]" if isinstance(token, JArray) else path_step(place[0] or "")
            for token, place in places
        ]
        return "".join(parts).lstrip(".")

    def _fail(self, message: str) -> NoReturn:
        position = self._at - self._line_start
        line = 0 if not self._stack and self.value is None and position == 0 else self._line
        text = message if message.endswith(".") else f"{message}."
        where = f"Path '{self._path()}', line {line}, position {position}."
        raise ExpressionFailure("Newtonsoft.Json.JsonReaderException", f"{text} {where}")


_WORDS: tuple[tuple[str, Any, str, str], ...] = (
    ("true", True, "Boolean", "boolean"),
    ("false", False, "Boolean", "boolean"),
    ("null", None, "Null", "null"),
    ("undefined", None, "Undefined", "undefined"),
    ("NaN", float("nan"), "Float", "NaN"),
    ("Infinity", float("inf"), "Float", "Infinity"),
    ("-Infinity", float("-inf"), "Float", "-Infinity"),
)
