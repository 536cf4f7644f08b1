"""JToken, JValue and JContainer: pieces of JSON that know their parent. containers.py has more.

https://www.newtonsoft.com/json/help/html/N_Newtonsoft_Json_Linq.htm
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Optional
from uuid import UUID

from policy_expressions.errors import argument, invalid_operation
from policy_expressions.json.writer import Writer, scalar, unwritable, write
from policy_expressions.runtime.abilities import Boxed, HasJson, HasText
from policy_expressions.runtime.containers import Versioned
from policy_expressions.runtime.dates import DateTime, DateTimeOffset, TimeSpan
from policy_expressions.runtime.enums import member
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import plain_text, text_of
from policy_expressions.runtime.uris import Uri
from policy_expressions.runtime.values import Enumeration

# Names with one of these stand in brackets in paths.
_SPECIAL = re.compile(r"[. '/\"\[\]()\t\n\r\f\b\\\x85\u2028\u2029]")
_KIND_OF: tuple[tuple[Any, str], ...] = (
    (bool, "Boolean"),
    (str, "String"),
    ((int, Enumeration), "Integer"),
    ((float, Decimal), "Float"),
    ((DateTime, DateTimeOffset), "Date"),
    (TimeSpan, "TimeSpan"),
    (UUID, "Guid"),
    (bytearray, "Bytes"),
    (Uri, "Uri"),
)


def kind_of(value: Any) -> str:
    """Return the JTokenType that a plain value gets. Raises ArgumentException for others."""
    for classes, kind in _KIND_OF:
        if isinstance(value, classes):
            return kind
    if value is None:
        return "Null"
    of = getattr(value, "type", None)
    if of is None:
        raise unwritable(value)
    name = getattr(of, "clr", of)
    raise argument(f"Could not determine JSON object type for type {name}.")


class JToken(HasText, HasJson):
    """Any piece of JSON; parent is the container it stands in, kind its JTokenType."""

    __slots__ = ("parent",)
    kind = "None"

    def __init__(self) -> None:
        self.parent: Optional[JContainer] = None

    @property
    def full_name(self) -> str:
        """Return the name of the .NET type."""
        return f"Newtonsoft.Json.Linq.{type(self).__name__}"

    @property
    def token_type(self) -> Enumeration:
        """Return the JTokenType."""
        return member("JTokenType", self.kind)

    def children(self) -> list[JToken]:
        """Return the tokens inside."""
        return []

    def __iter__(self) -> Iterator[JToken]:
        """Walk the tokens inside."""
        return iter(self.children())

    def item(self, key: Any) -> Optional[JToken]:
        """Return what `token[key]` gives."""
        raise invalid_operation(f"Cannot access child value on {self.full_name}.")

    def set_item(self, key: Any, value: Optional[JToken]) -> None:
        """Do what `token[key] = value` does."""
        raise invalid_operation(f"Cannot set child value on {self.full_name}.")

    def clone(self) -> JToken:
        """Return a deep copy without a parent."""
        raise NotImplementedError

    def to_json(self, writer: Writer, depth: int) -> None:
        """Write this token."""
        raise NotImplementedError

    def to_text(self, run: Run) -> str:
        """Return the indented JSON; a value gives its own text."""
        return write(self, run, indented=True)

    def holder(self) -> JContainer:
        """Return the parent. Raises InvalidOperationException when there is none."""
        if self.parent is None:
            raise invalid_operation("The parent is missing.")
        return self.parent

    def path(self) -> str:
        """Return the path from the root, such as `a.b[0]['c d']`."""
        parts: list[str] = []
        token: JToken = self
        while token.parent is not None:
            parts.append(token.parent.step_to(token))
            token = token.parent
        return "".join(reversed(parts)).lstrip(".")

    def root(self) -> JToken:
        """Return the outermost container."""
        token: JToken = self
        while token.parent is not None:
            token = token.parent
        return token

    def descendants(self) -> Iterator[JToken]:
        """Walk all tokens inside, depth first."""
        for child in self.children():
            yield child
            yield from child.descendants()


def path_step(name: str) -> str:
    """Return how a property's name stands in a path."""
    if not _SPECIAL.search(name):
        return f".{name}"
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{quoted}']"


class JValue(JToken, Boxed):
    """A JSON value: string, number, bool, null, date and the like."""

    __slots__ = ("kind", "value")

    def __init__(self, value: Any, kind: str = "") -> None:
        self.parent = None
        self.value = value
        self.kind = kind or kind_of(value)

    def clone(self) -> JToken:
        """Return a copy without a parent."""
        return type(self)(self.value, self.kind)

    def to_json(self, writer: Writer, depth: int) -> None:
        """Write the value."""
        writer.parts.append("undefined" if self.kind == "Undefined" else scalar(self.value))

    def to_text(self, run: Run) -> str:
        """Return the text of the value, empty for null."""
        return text_of(run, self.value)

    def __eq__(self, other: object) -> bool:
        """Compare by value, as `JValue.Equals` does."""
        return (
            isinstance(other, JValue)
            and self.kind == other.kind
            and bool(self.value == other.value)
        )

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash((self.kind, self.value))


class JRaw(JValue):
    """JSON text that is written as it is."""

    __slots__ = ()

    def __init__(self, text: Any, kind: str = "Raw") -> None:
        super().__init__(text, kind)

    def to_json(self, writer: Writer, depth: int) -> None:
        """Write the text."""
        writer.parts.append("" if self.value is None else plain_text(self.value))


def contents(content: Any) -> Iterator[JToken]:
    """Yield the tokens that adding this adds: of a collection each item."""
    if isinstance(content, JToken):
        yield content
    elif isinstance(content, Iterable) and not isinstance(content, (str, bytearray)):
        for item in list(content):
            yield from contents(item)
    else:
        yield JValue(content)


class JContainer(JToken, Versioned):
    """A token that holds others."""

    __slots__ = ("version",)

    def __init__(self) -> None:
        self.parent = None
        self.version = 0

    def __iter__(self) -> Iterator[JToken]:
        """Walk the tokens inside; a change meanwhile throws."""
        return self.guarded(iter(self.children()))

    def adopt(self, child: JToken) -> JToken:
        """Make this the child's parent; a child that has one already is copied."""
        above: Optional[JToken] = self
        while above is not None and above is not child:
            above = above.parent
        if child.parent is not None or above is child:
            child = child.clone()
        child.parent = self
        return child

    def add(self, content: Any) -> None:
        """Add a value, a token, or each item of a collection."""
        self.insert(len(self.children()), content)

    def insert(self, index: int, content: Any) -> None:
        """Add at a position among the children."""
        for offset, token in enumerate(contents(content)):
            self.insert_token(index + offset, token)

    def position(self, child: JToken) -> int:
        """Return where this very token stands, -1 when it does not."""
        return next((i for i, item in enumerate(self.children()) if item is child), -1)

    def insert_token(self, index: int, token: JToken) -> None:
        """Add one token at a position."""
        raise NotImplementedError

    def remove_child(self, child: JToken) -> None:
        """Take a token out."""
        raise NotImplementedError

    def replace_child(self, child: JToken, value: Optional[JToken]) -> None:
        """Put another token in a child's place."""
        raise NotImplementedError

    def step_to(self, child: JToken) -> str:
        """Return the step of a path that leads to a child."""
        raise NotImplementedError
