"""Pairs, tuples and anonymous objects; and what makes two values equal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from policy_expressions.runtime.abilities import HasFields, HasText
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of


def equal(a: Any, b: Any) -> bool:
    """Tell what `object.Equals` tells."""
    return a is b or (a.__class__ is b.__class__ and bool(a == b))


def _all_equal(first: list[Any], second: list[Any]) -> bool:
    return len(first) == len(second) and all(map(equal, first, second))


class KeyValuePair(HasText, HasFields):
    """System.Collections.Generic.KeyValuePair<K, V>."""

    __slots__ = ("key", "type", "value")

    def __init__(self, of: Any, key: Any, value: Any) -> None:
        self.type = of
        self.key = key
        self.value = value

    def fields(self) -> list[tuple[str, Any]]:
        """Return the properties in order."""
        return [("Key", self.key), ("Value", self.value)]

    def to_text(self, run: Run) -> str:
        """Return `[key, value]`."""
        return f"[{text_of(run, self.key)}, {text_of(run, self.value)}]"

    def __eq__(self, other: object) -> bool:
        """Compare key and value."""
        return isinstance(other, KeyValuePair) and self.fields() == other.fields()

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash((self.key, self.value))


class Tuple(HasText, HasFields):
    """System.Tuple<...> and System.ValueTuple<...>."""

    __slots__ = ("items", "type")

    def __init__(self, of: Any, items: Iterable[Any]) -> None:
        self.type = of
        self.items = list(items)

    def fields(self) -> list[tuple[str, Any]]:
        """Return the properties in order."""
        return [(f"Item{i}", item) for i, item in enumerate(self.items, 1)]

    def to_text(self, run: Run) -> str:
        """Return `(a, b)`."""
        return f"({', '.join(text_of(run, item) for item in self.items)})"

    def __eq__(self, other: object) -> bool:
        """Compare all items."""
        return isinstance(other, Tuple) and _all_equal(self.items, other.items)

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash(tuple(self.items))


class Anonymous(HasText, HasFields):
    """An object made by `new { ... }`."""

    __slots__ = ("names", "type", "values")

    def __init__(self, of: Any, names: tuple[str, ...], values: Iterable[Any]) -> None:
        self.type = of
        self.names = names
        self.values = list(values)

    def fields(self) -> list[tuple[str, Any]]:
        """Return the properties in order."""
        return list(zip(self.names, self.values))

    def to_text(self, run: Run) -> str:
        """Return `{ a = 1, b = x }`."""
        shown = [f"{name} = {text_of(run, value)}" for name, value in self.fields()]
        return f"{{ {', '.join(shown)} }}" if shown else "{ }"

    def __eq__(self, other: object) -> bool:
        """Compare names and values."""
        return (
            isinstance(other, Anonymous)
            and self.names == other.names
            and _all_equal(self.values, other.values)
        )

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash(tuple(self.values))
