"""The JToken family: JObject, JArray, JProperty and JValue, with parents and paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Optional
from uuid import UUID

from lab_utils.gateway.expressions.containers import KeyValuePair, Versioned
from lab_utils.gateway.expressions.dates import DateTime, DateTimeOffset, TimeSpan
from lab_utils.gateway.expressions.failures import (
    ExpressionFailure,
    argument,
    argument_null,
    index_out_of_range,
    invalid_operation,
)
from lab_utils.gateway.expressions.run import Run
from lab_utils.gateway.expressions.texts import text_of, type_name
from lab_utils.gateway.expressions.values import Enumeration

KINDS = (
    "None Object Array Constructor Property Comment Integer Float String Boolean Null "
    "Undefined Date Raw Bytes Guid Uri TimeSpan"
)
_NUMBERS = {name: number for number, name in enumerate(KINDS.split())}
_SPECIAL = re.compile(r"[. '/\"\[\]()\t\n\r\f\b\\\x85\u2028\u2029]")  # such names stand in brackets


class BigInteger(int):
    """System.Numerics.BigInteger, which JSON integers beyond 64 bits become."""


class JToken:
    """Any piece of JSON; parent is the container it stands in."""

    __slots__ = ("parent",)
    kind = "None"

    def __init__(self) -> None:
        self.parent: Optional[JContainer] = None

    @property
    def token_type(self) -> Enumeration:
        """Return the JTokenType."""
        return Enumeration("JTokenType", _NUMBERS[self.kind])

    def children(self) -> list[JToken]:
        """Return the tokens inside."""
        return []

    def __iter__(self) -> Iterator[JToken]:
        """Walk the tokens inside."""
        return iter(self.children())

    def item(self, key: Any) -> Optional[JToken]:
        """Return what `token[key]` gives."""
        raise invalid_operation(f"Cannot access child value on {type_name(self)}.")

    def set_item(self, key: Any, value: Optional[JToken]) -> None:
        """Do what `token[key] = value` does."""
        raise invalid_operation(f"Cannot set child value on {type_name(self)}.")

    def clone(self) -> JToken:
        """Return a deep copy without a parent."""
        raise NotImplementedError

    def to_text(self, run: Run) -> str:
        """Return the indented JSON; a value gives its own text."""
        from lab_utils.gateway.expressions.json.writer import write

        return write(self, run, indented=True)

    def remove(self) -> None:
        """Take this token out of its container."""
        if self.parent is None:
            raise invalid_operation("The parent is missing.")
        self.parent.remove_child(self)

    def replace(self, value: Optional[JToken]) -> None:
        """Put another token in this one's place."""
        if self.parent is None:
            raise invalid_operation("The parent is missing.")
        self.parent.replace_child(self, value)

    def path(self) -> str:
        """Return the path from the root, such as `a.b[0]['c d']`."""
        parts: list[str] = []
        token: JToken = self
        while token.parent is not None:
            if isinstance(token, JProperty):
                parts.append(path_step(token.name))
            elif isinstance(token.parent, JArray):
                parts.append(f"[{token.parent.position(token)}]")
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


class JValue(JToken):
    """A JSON value: string, number, bool, null, date and the like."""

    __slots__ = ("kind", "value")

    def __init__(self, value: Any, kind: str = "") -> None:
        self.parent = None
        self.value = value
        self.kind = kind or kind_of(value)

    def clone(self) -> JToken:
        """Return a copy without a parent."""
        return JValue(self.value, self.kind)

    def to_text(self, run: Run) -> str:
        """Return the text of the value, empty for null."""
        return text_of(run, self.value)

    def __eq__(self, other: object) -> bool:
        """Compare by value, as `JValue.Equals` does."""
        if not isinstance(other, JValue):
            return False
        if self.kind in ("Integer", "Float") and other.kind == self.kind:
            return bool(self.value == other.value)
        return self.kind == other.kind and bool(self.value == other.value)

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash((self.kind, self.value))


def kind_of(value: Any) -> str:
    """Return the JTokenType that a plain value gets. Raises ArgumentException for others."""
    for classes, kind in _KIND_OF:
        if isinstance(value, classes):
            return kind
    if value is None:
        return "Null"
    raise argument(f"Could not determine JSON object type for type {type_name(value)}.")


class JContainer(JToken, Versioned):
    """A token that holds others."""

    __slots__ = ("version",)

    def adopt(self, child: JToken) -> JToken:
        """Make this the child's parent; a child that has one already is copied."""
        if child.parent is not None or child is self or self._is_inside(child):
            child = child.clone()
        child.parent = self
        return child

    def _is_inside(self, other: JToken) -> bool:
        token: Optional[JToken] = self
        while token is not None:
            if token is other:
                return True
            token = token.parent
        return False

    def add(self, content: Any) -> None:
        """Add a value, a token, or each item of a collection."""
        self.insert(len(self.children()), content)

    def insert(self, index: int, content: Any) -> None:
        """Add at a position among the children."""
        for offset, token in enumerate(contents(content)):
            self.insert_token(index + offset, token)

    def insert_token(self, index: int, token: JToken) -> None:
        """Add one token at a position."""
        raise NotImplementedError

    def remove_child(self, child: JToken) -> None:
        """Take a token out."""
        raise NotImplementedError

    def replace_child(self, child: JToken, value: Optional[JToken]) -> None:
        """Put another token in a child's place."""
        raise NotImplementedError

    def add_beside(self, child: JToken, content: Any, offset: int) -> None:
        """Add before (0) or after (1) a child."""
        index = next(i for i, c in enumerate(self.children()) if c is child)
        self.insert(index + offset, content)

    def __iter__(self) -> Iterator[JToken]:
        """Walk the tokens inside; a change meanwhile throws."""
        return self.guarded(iter(self.children()))


def contents(content: Any) -> Iterator[JToken]:
    """Yield the tokens that adding this adds: of a collection each item."""
    if isinstance(content, JToken):
        yield content
    elif isinstance(content, Iterable) and not isinstance(content, (str, bytearray)):
        for item in list(content):
            yield from contents(item)
    else:
        yield JValue(content)


class JObject(JContainer):
    """A JSON object: properties in order, their names unique."""

    __slots__ = ("properties",)
    kind = "Object"

    def __init__(self, content: Any = None) -> None:
        self.parent = None
        self.version = 0
        self.properties: dict[str, JProperty] = {}
        if content is not None:
            self.add(content)

    def children(self) -> list[JToken]:
        """Return the properties."""
        return list(self.properties.values())

    def item(self, key: Any) -> Optional[JToken]:
        """Return the value of a property, None when it is missing."""
        if not isinstance(key, str):
            raise argument(_invalid_key("JObject", key, "Object property name"))
        found = self.properties.get(key)
        return found.value if found else None

    def set_item(self, key: Any, value: Optional[JToken]) -> None:
        """Replace or add a property."""
        if not isinstance(key, str):
            raise argument(_invalid_key("JObject", key, "Object property name", "Set"))
        found = self.properties.get(key)
        if found is not None:
            found.set_value(value)
        else:
            self.insert_token(len(self.properties), JProperty(key, value))

    def insert_token(self, index: int, token: JToken) -> None:
        """Add a property. Raises ArgumentException for other tokens and a name that exists."""
        if not isinstance(token, JProperty):
            raise argument(f"Can not add {type_name(token)} to {type_name(self)}.")
        if token.name in self.properties:
            raise argument(
                f"Can not add property {token.name} to {type_name(self)}. "
                "Property with the same name already exists on object."
            )
        child: Any = self.adopt(token)
        items = list(self.properties.items())
        if index >= len(items):
            self.properties[token.name] = child
        else:
            items.insert(index, (token.name, child))
            self.properties = dict(items)
        self.version += 1

    def remove_child(self, child: JToken) -> None:
        """Take a property out."""
        if isinstance(child, JProperty):
            self.remove_name(child.name)

    def remove_name(self, name: str) -> bool:
        """Take a property out by its name; tell whether it was there."""
        found = self.properties.pop(name, None)
        if found is None:
            return False
        found.parent = None
        self.version += 1
        return True

    def replace_child(self, child: JToken, value: Optional[JToken]) -> None:
        """Put another property in the place of one."""
        index = self.children().index(child)
        self.remove_child(child)
        self.insert(index, value)

    def clear(self) -> None:
        """Take all properties out."""
        for child in self.properties.values():
            child.parent = None
        self.properties = {}
        self.version += 1

    def pairs(self) -> Iterator[KeyValuePair]:
        """Walk names and values; a change meanwhile throws."""
        of = "KeyValuePair<string, JToken>"
        pairs = (KeyValuePair(of, p.name, p.value) for p in list(self.properties.values()))
        return self.guarded(pairs)

    def clone(self) -> JToken:
        """Return a deep copy without a parent."""
        return JObject([child.clone() for child in self.properties.values()])


class JArray(JContainer):
    """A JSON array."""

    __slots__ = ("items",)
    kind = "Array"

    def __init__(self, content: Any = None) -> None:
        self.parent = None
        self.version = 0
        self.items: list[JToken] = []
        if content is not None:
            self.add(content)

    def children(self) -> list[JToken]:
        """Return the items."""
        return self.items

    def position(self, child: JToken) -> int:
        """Return where this very token stands, -1 when it does not."""
        return next((i for i, item in enumerate(self.items) if item is child), -1)

    def item(self, key: Any) -> Optional[JToken]:
        """Return the item at an index."""
        if isinstance(key, str) or not isinstance(key, int):
            raise argument(_invalid_key("JArray", key, "Int32 array index"))
        if not 0 <= key < len(self.items):
            raise index_out_of_range()
        return self.items[key]

    def set_item(self, key: Any, value: Optional[JToken]) -> None:
        """Replace the item at an index."""
        if isinstance(key, str) or not isinstance(key, int):
            raise argument(_invalid_key("JArray", key, "Int32 array index", "Set"))
        if not 0 <= key < len(self.items):
            raise ExpressionFailure(
                "System.ArgumentOutOfRangeException",
                "Index is equal to or greater than Count. (Parameter 'index')"
                if key >= 0
                else "Index is less than 0. (Parameter 'index')",
            )
        self.replace_child(self.items[key], value)

    def insert_token(self, index: int, token: JToken) -> None:
        """Add an item. Raises ArgumentException for a property."""
        if isinstance(token, JProperty):
            raise argument(f"Can not add {type_name(token)} to {type_name(self)}.")
        self.items.insert(index, self.adopt(token))
        self.version += 1

    def remove_child(self, child: JToken) -> None:
        """Take an item out."""
        self.remove_at(self.position(child))

    def remove_at(self, index: int) -> None:
        """Take the item at an index out."""
        if not 0 <= index < len(self.items):
            raise index_out_of_range()
        self.items.pop(index).parent = None
        self.version += 1

    def replace_child(self, child: JToken, value: Optional[JToken]) -> None:
        """Put another token in an item's place."""
        index = self.position(child)
        token = self.adopt(JValue(None) if value is None else value)
        self.items[index].parent = None
        self.items[index] = token

    def clear(self) -> None:
        """Take all items out."""
        for child in self.items:
            child.parent = None
        self.items = []
        self.version += 1

    def clone(self) -> JToken:
        """Return a deep copy without a parent."""
        return JArray([child.clone() for child in self.items])


class JProperty(JContainer):
    """A name and its value."""

    __slots__ = ("name", "value")
    kind = "Property"

    def __init__(self, name: str, content: Any = None) -> None:
        if name is None:
            raise argument_null("name")
        self.parent = None
        self.version = 0
        self.name = name
        many = not isinstance(content, (JToken, str, bytearray)) and isinstance(content, Iterable)
        token = JArray(content) if many else JValue(None) if content is None else None
        self.value: JToken = self.adopt(token or next(contents(content)))

    def children(self) -> list[JToken]:
        """Return the value."""
        return [self.value]

    def set_value(self, value: Optional[JToken]) -> None:
        """Put another value in place."""
        new = JValue(None) if value is None else value
        if new is not self.value:
            old, self.value = self.value, self.adopt(new)
            old.parent = None
        if self.parent is not None:
            self.parent.version += 1

    def replace_child(self, child: JToken, value: Optional[JToken]) -> None:
        """Put another value in place."""
        self.set_value(value)

    def remove_child(self, child: JToken) -> None:
        """Refuse: a property always has a value."""
        raise ExpressionFailure(
            "Newtonsoft.Json.JsonException",
            "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.",
        )

    def insert_token(self, index: int, token: JToken) -> None:
        """Refuse: a property has one value only."""
        raise ExpressionFailure(
            "Newtonsoft.Json.JsonException",
            "Newtonsoft.Json.Linq.JProperty cannot have multiple values.",
        )

    def clone(self) -> JToken:
        """Return a deep copy without a parent."""
        return JProperty(self.name, self.value.clone())


class JRaw(JValue):
    """JSON text that is written as it is."""

    __slots__ = ()

    def __init__(self, text: Any) -> None:
        super().__init__(text, "Raw")


def _invalid_key(owner: str, key: Any, wanted: str, verb: str = "Accessed") -> str:
    shown = f'"{key}"' if isinstance(key, str) else key
    return f"{verb} {owner} values with invalid key value: {shown}. {wanted} expected."


def deep_equals(a: Optional[JToken], b: Optional[JToken]) -> bool:
    """Compare two tokens with all they hold; the order of properties does not count."""
    if a is None or b is None:
        return a is b
    if isinstance(a, JObject) and isinstance(b, JObject):
        return len(a.properties) == len(b.properties) and all(
            name in b.properties and deep_equals(p.value, b.properties[name].value)
            for name, p in a.properties.items()
        )
    if a.kind != b.kind:
        return False
    if isinstance(a, JContainer):
        one, two = a.children(), b.children()
        same_name = getattr(a, "name", None) == getattr(b, "name", None)
        return same_name and len(one) == len(two) and all(map(deep_equals, one, two))
    return a == b


_KIND_OF: tuple[tuple[Any, str], ...] = (
    (bool, "Boolean"),
    (str, "String"),
    ((int, Enumeration), "Integer"),
    ((float, Decimal), "Float"),
    ((DateTime, DateTimeOffset), "Date"),
    (TimeSpan, "TimeSpan"),
    (UUID, "Guid"),
    (bytearray, "Bytes"),
)
