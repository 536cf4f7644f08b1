"""A port of Newtonsoft's JsonTextReader: lenient, slow, exact in its error texts.

https://github.com/JamesNK/Newtonsoft.Json/blob/13.0.3/Src/Newtonsoft.Json/JsonTextReader.cs
"""

from __future__ import annotations

import re
from typing import Any, NoReturn, Union

from policy_expressions.errors import ExpressionFailure
from policy_expressions.json import literals
from policy_expressions.json.containers import JArray, JObject
from policy_expressions.json.tokens import JToken, JValue, path_step
from policy_expressions.runtime.meter import step
from policy_expressions.runtime.values import Long, units

MAX_DEPTH = 64  # of a JsonTextReader since Newtonsoft.Json 13


class TextReader:
    """Reads one JSON value and tells the first error as Newtonsoft does."""

    def __init__(self, text: str, dates: bool) -> None:
        self._text = units(text)
        self._dates = dates
        self._at = 0
        self._line = 1
        self._line_start = 0
        self._path: list[Any] = []  # for each container around: the name or index last met
        self._fresh = True  # a container was just opened: its own place is in no path yet
        self._loading = ""  # the outermost container, once it is open

    def document(self, wanted: str, all_of_it: bool) -> JToken:
        """Read the value, and what stands behind it. Raises JsonReaderException."""
        if not self._skip_to_token():
            self._fail(f"Error reading {wanted} from JsonReader.")
        start = self._peek()
        expected = {"JObject": ("{", "an object"), "JArray": ("[", "an array")}.get(wanted)
        if expected and start != expected[0]:
            found = "" if start in "{[" else self._token()
            self._at += not found
            kind = {"{": "StartObject", "[": "StartArray"}.get(start, found)
            kind = kind.kind if isinstance(kind, JToken) else kind
            text = f"Error reading {wanted} from JsonReader. Current JsonReader item is not"
            self._fail(f"{text} {expected[1]}: {kind}.")
        token = self._token()
        if isinstance(token, str):
            self._fail(f"Error reading JToken from JsonReader. Unexpected token: {token}.")
        if all_of_it and self._skip_to_token():
            text = "Additional text encountered after finished reading JSON content"
            self._fail(f"{text}: {self._peek()}.")
        return token

    def _token(self) -> Union[JToken, str]:
        """Read a value with all that is in it, or the name of a closing bracket."""
        step()
        if not self._skip_to_token():
            self._ended()
        char = self._peek()
        if char in "{[":
            return self._container(JObject() if char == "{" else JArray())
        if char in literals.CLOSING:
            self._at += 1
            return literals.CLOSING[char]
        token = self._scalar(char)
        self._count()
        self._fresh = False
        return token

    def _scalar(self, char: str) -> JToken:
        word = literals.WORDS.get(self._text[self._at : self._at + 2] if char == "-" else char)
        if char in "\"'":
            self._at += 1
            text = self._string(char)
            return literals.string(text) if self._dates else JValue(text, "String")
        if word is not None:
            self._word(word[0], word[3])
            return JValue(word[1], word[2])
        if char == ",":  # nothing between two commas; the comma itself is left for the caller
            return JValue(None, "Undefined")
        if char.isdigit() or char in "-.":
            return self._number()
        return self._fail(f"Unexpected character encountered while parsing value: {char}.")

    def _container(self, owner: Union[JObject, JArray]) -> JToken:
        """Read all that is in a container."""
        self._at += 1
        self._count()
        self._path.append("" if isinstance(owner, JObject) else -1)
        self._fresh = True
        if len(self._path) > MAX_DEPTH:
            self._fail(f"The reader's MaxDepth of {MAX_DEPTH} has been exceeded.")
        if not self._loading:
            self._loading = type(owner).__name__
            if not self._skip_to_token():
                self._fail(f"Error reading {self._loading} from JsonReader.")
        closing = ""
        while not closing:
            if isinstance(owner, JObject) and not self._property_name():
                closing = "EndObject"
                break
            token = self._token()
            if isinstance(token, str):
                closing = token
                break
            if isinstance(owner, JObject):
                owner.set_item(self._path[-1], token)
            else:
                owner.items.append(token)
                token.parent = owner
            closing = self._after_value()
        self._path.pop()
        self._fresh = False
        kind = owner.kind
        if closing != f"End{kind}":
            self._fail(f"JsonToken {closing} is not valid for closing JsonType {kind}.")
        return owner

    def _count(self) -> None:
        """Count one more item of the array around."""
        if self._path and isinstance(self._path[-1], int):
            self._path[-1] += 1

    def _property_name(self) -> bool:
        """Read a name and its colon; tell whether there was one before the closing brace."""
        step()
        if not self._skip_to_token():
            self._ended()
        char = self._peek()
        if char == "}":
            self._at += 1
            return False
        if char in "\"'":
            self._at += 1
            name = self._string(char)
        elif char.isalnum() or char in "_$":
            name = self._bare_name()
        else:
            self._fail(f"Invalid property identifier character: {char}.")
        while self._space():
            pass
        if self._peek() != ":":
            text = "Invalid character after parsing property name. Expected ':' but got"
            self._fail(f"{text}: {self._peek() or chr(0)}.")
        self._at += 1
        self._path[-1] = name
        self._fresh = False
        return True

    def _after_value(self) -> str:
        """Skip a comma; return the name of the closing bracket that stands there instead."""
        step()
        if not self._skip_to_token():
            self._ended()
        char = self._peek()
        if char != "," and char not in literals.CLOSING:
            text = "After parsing a value an unexpected character was encountered"
            self._fail(f"{text}: {char}.")
        self._at += 1
        return literals.CLOSING.get(char, "")

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip_to_token(self) -> bool:
        """Skip white space and comments; tell whether anything follows."""
        while self._space() or self._peek() == "/":
            if self._peek() == "/":
                self._comment()
        return bool(self._peek())

    def _space(self) -> bool:
        """Skip one white space, counting lines."""
        char = self._peek()
        if not char or not (char.isspace() or char == "\0"):
            return False
        self._at += 1
        if char == "\r" and self._peek() == "\n":
            self._at += 1
        if char in "\r\n":
            self._line += 1
            self._line_start = self._at
        return True

    def _comment(self) -> None:
        self._at += 1
        kind = self._peek()
        if not kind:
            self._fail("Unexpected end while parsing comment.")
        if kind not in "*/":
            self._fail(f"Error parsing comment. Expected: *, got {kind}.")
        self._at += 1
        while self._peek():
            if kind == "/" and self._peek() in "\r\n":
                return
            if kind == "*" and self._text.startswith("*/", self._at):
                self._at += 2
                return
            if not self._space():
                self._at += 1
        if kind == "*":
            self._fail("Unexpected end while parsing comment.")

    def _separated(self) -> bool:
        """Tell whether a word or number may end here."""
        after = self._peek()
        return not after or after.isspace() or after in ",}])/\0"

    def _word(self, word: str, name: str) -> None:
        if word == "null" and self._text[self._at + 1 : self._at + 2] not in ("u", ""):
            self._fail("Unexpected character encountered while parsing value: n.")
        given = self._text[self._at : self._at + len(word)]
        if len(given) < len(word) and word.startswith(given):
            self._at = len(self._text)
            self._fail("Unexpected end when reading JSON.")
        while word and self._peek() == word[0]:
            self._at += 1
            word = word[1:]
        if word or not self._separated():
            self._fail(f"Error parsing {name} value.")

    def _number(self) -> JValue:
        start = self._at
        found = literals.NUMBER.match(self._text, start)
        self._at = found.end() if found else start
        text = self._text[start : self._at]
        if not self._separated():
            self._fail(f"Unexpected character encountered while parsing number: {self._peek()}.")
        try:
            if text[0] == "0" and len(text) > 1 and text[1] not in ".eE":
                return JValue(Long(text, 16 if text[1] in "xX" else 8))
            if text.lstrip("+-").isdigit():
                if len(text) > literals.MAX_DIGITS:
                    self._fail(f"JSON integer {text} is too large to parse.")
                return JValue(literals.integer(text))
            if literals.DECIMAL.fullmatch(text):
                return JValue(float(text))
        except ValueError:
            pass
        return self._fail(f"Input string '{text}' is not a valid number.")

    def _string(self, delimiter: str) -> str:
        parts = []
        while True:
            char = self._peek()
            if not char:
                self._fail(f"Unterminated string. Expected delimiter: {delimiter}.")
            start = self._at
            if char in "\r\n":
                self._space()
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
        if char not in literals.ESCAPES:
            self._fail(f"Bad JSON escape sequence: \\{char}.")
        return literals.ESCAPES[char]

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

    def _ended(self) -> NoReturn:
        self._fail(f"Unexpected end of content while loading {self._loading}.")

    def _fail(self, message: str) -> NoReturn:
        position = self._at - self._line_start
        line = self._line if self._loading or position or not self._fresh else 0
        places = self._path[:-1] if self._fresh else self._path
        steps = [f"[{place}]" if isinstance(place, int) else path_step(place) for place in places]
        path = "".join(steps).lstrip(".")
        where = f"Path '{path}', line {line}, position {position}."
        raise ExpressionFailure("Newtonsoft.Json.JsonReaderException", f"{message} {where}")
