"""Reads policy documents as APIM's `rawxml` format does.

Such a document is XML but for its expressions: inside `@(...)` and `@{...}` quotes, `<`, `&&` and
generics stand as they do in C#, and line ends stay as they are. A strict XML parser refuses half of
all published policies, and spoils the rest by turning line ends in attributes into blanks.

Limits: 256 KiB a document (as in APIM), 64 elements deep; a DOCTYPE, and with it every entity of
one's own, is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NoReturn, Optional

from apim_gateway.errors import PolicyError
from apim_gateway.reading.named_values import MAX_BYTES, spoilt, substitute
from policy_expressions.span import (
    ENTITY,
    decode_entity,
    expression_end,
    expression_start,
    expression_text,
)

MAX_DEPTH = 64
MAX_GUESSES = 20

_NAME = re.compile(r"[A-Za-z_][\w:.\-]*")
_AFTER_VALUE = r"\s*/?>|\s+[A-Za-z_][\w:.\-]*\s*=\s*[\"']"
UNENDED = "has an expression without end: a bracket or quote is missing"
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True)
class Text:
    """An attribute's value or an element's text, and where its first character stands (from 1).

    Blanks before that do not count. Entities are decoded, except in expressions that use none
    outside their strings. unended: an expression in it has no end, which was guessed; C# says what
    is missing.
    """

    value: str
    line: int
    column: int = 1
    unended: bool = False


@dataclass(frozen=True)
class Element:
    """One element of a policy document; its text is its own, without that of its children."""

    name: str
    line: int
    attributes: Mapping[str, Text]
    children: tuple[Element, ...]
    text: Text
    column: int = 1


def read(
    document: str,
    file: str,
    named_values: Optional[Mapping[str, str]] = None,
    keep_unknown: bool = False,
) -> Element:
    """Read a policy document or fragment and return its root element.

    `{{name}}` is replaced by the named value, except in comments and Liquid templates; one that is
    not given is refused, or stays as it is with `keep_unknown`. Raises PolicyError at the first
    fault, with its line and the name of the thing.
    """
    if len(document.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise PolicyError(file, 1, "document", f"is larger than {MAX_BYTES:,} bytes: split it up")
    document = document.lstrip("\ufeff")

    def filled(values: Mapping[str, str]) -> Element:
        return _Reader(substitute(document, file, values, keep_unknown), file).root()

    try:
        return filled(named_values or {})
    except PolicyError as fault:
        raise (spoilt(document, file, named_values or {}, filled) or fault) from None


@dataclass
class _Open:
    """An element whose end tag is still to come."""

    name: str
    place: tuple[int, int]
    attributes: dict[str, Text]
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    text_place: Optional[tuple[int, int]] = None
    unended: bool = False

    @property
    def line(self) -> int:
        return self.place[0]

    def close(self) -> Element:
        text = Text("".join(self.text), *(self.text_place or self.place), self.unended)
        attributes = MappingProxyType(self.attributes)
        children = tuple(self.children)
        return Element(self.name, self.line, attributes, children, text, self.place[1])


class _Reader:
    def __init__(self, document: str, file: str) -> None:
        self._document = document
        self._file = file
        self._position = 0
        self._guesses = 0
        self._known = (0, 1, 0)  # a position, its line, and where that line begins

    def root(self) -> Element:
        stack: list[_Open] = []
        root: Optional[Element] = None
        while self._position < len(self._document):
            closed = None
            if self._at("<!--"):
                self._skip_past("-->", "comment")
            elif self._at("<?"):
                self._skip_past("?>", "processing instruction")
            elif self._at("<![CDATA[") and stack:
                self._cdata(stack[-1])
            elif self._at("<!"):
                self._fail("DOCTYPE", "is not allowed in a policy document: remove it")
            elif self._at("</"):
                closed = self._end_tag(stack)
            elif self._at("<"):
                if root:
                    self._fail("document", "goes on after its root element: remove what follows")
                opened, empty = self._start_tag()
                if len(stack) == MAX_DEPTH:
                    self._fail(opened.name, f"is nested deeper than {MAX_DEPTH} elements")
                stack.append(opened)
                closed = stack.pop().close() if empty else None
            else:
                self._text(stack[-1] if stack else None)
            if closed and stack:
                stack[-1].children.append(closed)
            elif closed:
                root = closed
        if stack:
            reason = f"has no end tag: add </{stack[-1].name}>"
            raise PolicyError(self._file, stack[-1].line, stack[-1].name, reason)
        if root is None:
            self._fail("document", "is empty: a policy starts with <policies> or <fragment>")
        return root

    def _at(self, token: str) -> bool:
        return self._document.startswith(token, self._position)

    def _line(self, position: Optional[int] = None) -> int:
        return self._place(position)[0]

    def _place(self, position: Optional[int] = None) -> tuple[int, int]:
        """Return line and column; counts on from the place asked for last, to stay linear."""
        position = self._position if position is None else position
        known, line, begins = self._known if self._known[0] <= position else (0, 1, 0)
        ends = self._document.count("\n", known, position)
        if ends:
            begins = self._document.rfind("\n", known, position) + 1
        self._known = (position, line + ends, begins)
        return line + ends, position - begins + 1

    def _place_of_text(self) -> tuple[int, int]:
        space = _SPACE.match(self._document, self._position)
        return self._place(space.end() if space else None)

    def _fail(self, name: str, reason: str, position: Optional[int] = None) -> NoReturn:
        raise PolicyError(self._file, self._line(position), name, reason)

    def _skip_past(self, token: str, name: str) -> int:
        end = self._document.find(token, self._position)
        if end < 0:
            self._fail(name, f"has no end: add {token}")
        self._position = end + len(token)
        return end

    def _skip_space(self) -> None:
        space = _SPACE.match(self._document, self._position)
        self._position = space.end() if space else self._position

    def _name(self, owner: str) -> str:
        found = _NAME.match(self._document, self._position)
        if not found:
            self._fail(owner, "needs a name here; write < as &lt; outside expressions")
        self._position = found.end()
        return found.group()

    def _cdata(self, parent: _Open) -> None:
        self._position += len("<![CDATA[")
        start = self._position
        parent.text_place = parent.text_place or self._place_of_text()
        parent.text.append(self._document[start : self._skip_past("]]>", "CDATA")])

    def _start_tag(self) -> tuple[_Open, bool]:
        place = self._place()
        self._position += 1
        element = _Open(self._name("element"), place, {})
        while True:
            self._skip_space()
            if self._at("/>") or self._at(">"):
                empty = self._at("/>")
                self._position += 2 if empty else 1
                return element, empty
            if self._position == len(self._document):
                self._position -= 1
                self._fail(element.name, "has no > at the end of its tag")
            at = self._position
            name = self._name(element.name)
            if name in element.attributes:
                self._fail(name, f"stands twice in <{element.name}>: keep one", at)
            element.attributes[name] = self._attribute(name)

    def _attribute(self, name: str) -> Text:
        self._skip_space()
        if not self._at("="):
            self._fail(name, 'has no value: write name="value"')
        self._position += 1
        self._skip_space()
        quote = self._document[self._position : self._position + 1]
        if quote not in ('"', "'") or not quote:
            self._fail(name, "has a value without quotes: put it in double quotes")
        self._position += 1
        place = self._place_of_text()
        value, unended = self._until(quote, name)
        self._position += 1
        return Text(value, *place, unended)

    def _end_tag(self, stack: list[_Open]) -> Element:
        self._position += 2
        name = self._name("end tag")
        self._skip_space()
        if not stack:
            self._fail(name, "is closed but was never opened")
        if stack[-1].name != name:
            wanted = stack[-1]
            self._fail(name, f"closes here, but <{wanted.name}> of line {wanted.line} is open")
        if not self._at(">"):
            self._fail(name, "has no > at the end of its end tag")
        self._position += 1
        return stack.pop().close()

    def _text(self, parent: Optional[_Open]) -> None:
        start, place = self._position, self._place_of_text()
        value, unended = self._until("<", parent.name if parent else "document")
        if parent is None:
            if value.strip():
                self._fail("document", "has text outside its root element: remove it", start)
            return
        if value.strip():
            parent.text_place = parent.text_place or place
        parent.text.append(value)
        parent.unended = parent.unended or unended

    def _until(self, stop: str, name: str) -> tuple[str, bool]:
        """Return the text up to the stop character, which does not count inside expressions.

        With it comes whether an expression in it has no end: then that is guessed.
        """
        parts = []
        while True:
            end = self._document.find(stop, self._position)
            if end < 0 and stop != "<":
                self._fail(name, f"has no closing quote: add {stop}")
            end = len(self._document) if end < 0 else end
            at = expression_start(self._document, self._position, end)
            literal = self._document[self._position : end if at < 0 else at]
            if stop != "<" and "<" in literal:
                self._fail(name, "has a < in its value: close the quotes before, or write &lt;")
            parts.append(ENTITY.sub(decode_entity, literal))
            if at < 0:
                self._position = end
                return "".join(parts), False
            after = expression_end(self._document, at)
            self._position = after or self._guessed_end(at, stop, name)
            parts.append(expression_text(self._document[at : self._position]))
            if after is None:
                return "".join(parts), True

    def _guessed_end(self, start: int, stop: str, name: str) -> int:
        """Return where an expression without end was meant to end: where the markup goes on."""
        onward = rf"(?=</{re.escape(name)}\s*>)" if stop == "<" else rf"{stop}(?={_AFTER_VALUE})"
        found = re.compile(onward).search(self._document, start)
        self._guesses += 1  # each of them looks through the rest of the document
        if found is None or self._guesses > MAX_GUESSES:
            self._fail(name, UNENDED, start)
        return found.start()
