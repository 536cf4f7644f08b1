"""JObject, JArray and JProperty: tokens that hold others. A token added twice is copied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Optional

from policy_expressions.errors import (
    ExpressionFailure,
    argument,
    argument_null,
    index_out_of_range,
)
from policy_expressions.json.tokens import JContainer, JToken, JValue, contents, path_step
from policy_expressions.json.writer import Writer
from policy_expressions.runtime.records import KeyValuePair


class Unread(NamedTuple):
    """What is in a container, as Python's parser has it: most of a body is never looked at."""

    raw: Any
    dates: bool
    make: Callable[[Any, bool, JContainer], Any]


def _invalid_key(owner: str, key: Any, wanted: str, verb: str) -> ExpressionFailure:
    shown = f'"{key}"' if isinstance(key, str) else key
    return argument(f"{verb} {owner} values with invalid key value: {shown}. {wanted} expected.")


class JObject(JContainer):
    """A JSON object: properties in order, their names unique."""

    __slots__ = ("_properties", "_unread")
    kind = "Object"

    def __init__(self, content: Any = None, unread: Optional[Unread] = None) -> None:
        super().__init__()
        self._properties: dict[str, JProperty] = {}
        self._unread = unread
        if content is not None:
            self.add(content)

    @property
    def properties(self) -> dict[str, JProperty]:
        """Return the properties by their names, made now if nobody asked before."""
        unread = self._unread
        if unread is not None:
            self._properties = unread.make(unread.raw, unread.dates, self)
            self._unread = None
        return self._properties

    def children(self) -> list[JToken]:
        """Return the properties."""
        return list(self.properties.values())

    def step_to(self, child: JToken) -> str:
        """Return the step of a path to a property."""
        return path_step(child.name) if isinstance(child, JProperty) else ""

    def item(self, key: Any) -> Optional[JToken]:
        """Return the value of a property, None when it is missing."""
        if not isinstance(key, str):
            raise _invalid_key("JObject", key, "Object property name", "Accessed")
        found = self.properties.get(key)
        return found.value if found else None

    def set_item(self, key: Any, value: Optional[JToken]) -> None:
        """Replace or add a property."""
        if not isinstance(key, str):
            raise _invalid_key("JObject", key, "Object property name", "Set")
        found = self.properties.get(key)
        if found is not None:
            found.set_value(value)
        else:
            self.insert_token(len(self.properties), JProperty(key, value))

    def insert_token(self, index: int, token: JToken) -> None:
        """Add a property. Raises ArgumentException for other tokens and a name that exists."""
        if not isinstance(token, JProperty):
            raise argument(f"Can not add {token.full_name} to {self.full_name}.")
        if token.name in self.properties:
            raise argument(
                f"Can not add property {token.name} to {self.full_name}. "
                "Property with the same name already exists on object."
            )
        child: Any = self.adopt(token)
        items = list(self.properties.items())
        if index >= len(items):
            self.properties[token.name] = child
        else:
            items.insert(index, (token.name, child))
            self._properties = dict(items)
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
        index = self.position(child)
        self.remove_child(child)
        self.insert(index, value)

    def clear(self) -> None:
        """Take all properties out."""
        for name in list(self.properties):
            self.remove_name(name)

    def pairs(self) -> Iterator[KeyValuePair]:
        """Walk names and values; a change meanwhile throws."""
        of = "KeyValuePair<string, JToken>"
        pairs = (KeyValuePair(of, p.name, p.value) for p in list(self.properties.values()))
        return self.guarded(pairs)

    def clone(self) -> JToken:
        """Return a deep copy without a parent."""
        unread = self._unread
        return JObject(None if unread else [p.clone() for p in self.children()], unread)

    def to_json(self, writer: Writer, depth: int) -> None:
        """Write the object."""
        if self._unread is not None:
            writer.raw(self._unread.raw, depth, self._unread.dates)
        else:
            writer.object(((p.name, p.value) for p in self.properties.values()), depth)


class JArray(JContainer):
    """A JSON array."""

    __slots__ = ("_items", "_unread")
    kind = "Array"

    def __init__(self, content: Any = None, unread: Optional[Unread] = None) -> None:
        super().__init__()
        self._items: list[JToken] = []
        self._unread = unread
        if content is not None:
            self.add(content)

    @property
    def items(self) -> list[JToken]:
        """Return the items, made now if nobody asked before."""
        unread = self._unread
        if unread is not None:
            self._items = unread.make(unread.raw, unread.dates, self)
            self._unread = None
        return self._items

    def children(self) -> list[JToken]:
        """Return the items."""
        return self.items

    def step_to(self, child: JToken) -> str:
        """Return the step of a path to an item."""
        return f"[{self.position(child)}]"

    def item(self, key: Any) -> Optional[JToken]:
        """Return the item at an index."""
        if not isinstance(key, int):
            raise _invalid_key("JArray", key, "Int32 array index", "Accessed")
        if not 0 <= key < len(self.items):
            raise index_out_of_range()
        return self.items[key]

    def set_item(self, key: Any, value: Optional[JToken]) -> None:
        """Replace the item at an index."""
        if not isinstance(key, int):
            raise _invalid_key("JArray", key, "Int32 array index", "Set")
        if not 0 <= key < len(self.items):
            text = "equal to or greater than Count" if key >= 0 else "less than 0"
            message = f"Index is {text}. (Parameter 'index')"
            raise ExpressionFailure("System.ArgumentOutOfRangeException", message)
        self.replace_child(self.items[key], value)

    def insert_token(self, index: int, token: JToken) -> None:
        """Add an item. Raises ArgumentException for a property."""
        if isinstance(token, JProperty):
            raise argument(f"Can not add {token.full_name} to {self.full_name}.")
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
        while self.items:
            self.remove_at(len(self.items) - 1)

    def clone(self) -> JToken:
        """Return a deep copy without a parent."""
        unread = self._unread
        return JArray(None if unread else [child.clone() for child in self.items], unread)

    def to_json(self, writer: Writer, depth: int) -> None:
        """Write the array."""
        if self._unread is not None:
            writer.raw(self._unread.raw, depth, self._unread.dates)
        else:
            writer.array(self.items, depth)


class JProperty(JContainer):
    """A name and its value."""

    __slots__ = ("name", "value")
    kind = "Property"

    def __init__(self, name: str, content: Any = None) -> None:
        if name is None:
            raise argument_null("name")
        super().__init__()
        self.name = name
        many = not isinstance(content, (JToken, str, bytearray)) and isinstance(content, Iterable)
        self.value = self.adopt(JArray(content) if many else next(contents(content)))

    def children(self) -> list[JToken]:
        """Return the value."""
        return [self.value]

    def step_to(self, child: JToken) -> str:
        """Return no step: the property itself is one."""
        return ""

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
        message = "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty."
        raise ExpressionFailure("Newtonsoft.Json.JsonException", message)

    def insert_token(self, index: int, token: JToken) -> None:
        """Refuse: a property has one value only."""
        message = "Newtonsoft.Json.Linq.JProperty cannot have multiple values."
        raise ExpressionFailure("Newtonsoft.Json.JsonException", message)

    def clone(self) -> JToken:
        """Return a deep copy without a parent."""
        return JProperty(self.name, self.value.clone())

    def to_json(self, writer: Writer, depth: int) -> None:
        """Write name and value."""
        writer.name(self.name)
        writer.value(self.value, depth)


def deep_equals(a: Optional[JToken], b: Optional[JToken]) -> bool:
    """Compare two tokens with all they hold; the order of properties does not count."""
    if a is None or b is None or a.kind != b.kind:
        return a is b
    if isinstance(a, JObject) and isinstance(b, JObject):
        same_names = a.properties.keys() == b.properties.keys()
        return same_names and all(
            deep_equals(prop.value, b.properties[name].value) for name, prop in a.properties.items()
        )
    if isinstance(a, JContainer):
        one, two = a.children(), b.children()
        named_alike = getattr(a, "name", None) == getattr(b, "name", None)
        return named_alike and len(one) == len(two) and all(map(deep_equals, one, two))
    return a == b
