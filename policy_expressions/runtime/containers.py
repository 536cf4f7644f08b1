"""Values that hold others: arrays, collections, pairs, tuples, anonymous objects, sequences."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Optional

from policy_expressions.errors import (
    argument,
    argument_null,
    invalid_operation,
    missing_key,
)
from policy_expressions.runtime.abilities import HasFields
from policy_expressions.runtime.meter import SMALL, gathered, paced
from policy_expressions.runtime.records import KeyValuePair
from policy_expressions.runtime.texts import plain_text
from policy_expressions.runtime.values import Byte, chars


def identity(value: Any) -> Any:
    """Return a key that is equal for values that .NET calls equal: those of one type only."""
    if value.__class__ in (str, int):
        return value
    return value.__class__, value if value.__class__.__hash__ is not None else id(value)


class Array(list):  # type: ignore[type-arg]
    """A one-dimensional array; type is its C# name or its Type."""

    __slots__ = ("type",)

    def __init__(self, of: Any, items: Iterable[Any] = ()) -> None:
        super().__init__(items)
        self.type = of


class Versioned:
    """A collection that notices changes while it is walked."""

    type: Any
    version = 0

    def guarded(self, items: Iterator[Any]) -> Iterator[Any]:
        """Yield the items until the collection changes, which throws."""
        version = self.version
        for item in items:
            yield item
            if self.version != version:
                raise invalid_operation(
                    "Collection was modified; enumeration operation may not execute."
                )


class List(Versioned, list):  # type: ignore[type-arg]
    """System.Collections.Generic.List<T>."""

    def __init__(self, of: Any, items: Iterable[Any] = ()) -> None:
        list.__init__(self, items)
        self.type = of

    def __iter__(self) -> Iterator[Any]:
        """Walk the items; a change meanwhile throws."""
        return self.guarded(list.__iter__(self))


class Pairs(HasFields):
    """What has keys and values: a Dictionary, headers, variables."""

    def find(self, key: Any) -> Optional[KeyValuePair]:
        """Return the entry of a key, None when there is none."""
        raise NotImplementedError

    def missing(self, key: Any) -> Any:
        """Do what reading a missing key does: throw."""
        raise missing_key(key)

    def __iter__(self) -> Iterator[KeyValuePair]:
        """Walk the entries."""
        raise NotImplementedError

    def fields(self) -> list[tuple[str, Any]]:
        """Return names and values as JSON has them."""
        return [(plain_text(entry.key), entry.value) for entry in self]


class Dictionary(Versioned, Pairs):
    """System.Collections.Generic.Dictionary<K, V>; pair is the type of its entries."""

    def __init__(self, of: Any, pair: Any, fold: Optional[Callable[[Any], Any]] = None) -> None:
        self.type = of
        self.pair = pair
        self.fold = fold
        self.entries: dict[Any, KeyValuePair] = {}

    def find(self, key: Any) -> Optional[KeyValuePair]:
        """Return the entry of a key, None when there is none."""
        return self.entries.get(self._key(key))

    def set(self, key: Any, value: Any) -> None:
        """Replace or add an entry."""
        found = self.find(key)
        if found is not None:
            found.value = value
            return
        self.entries[self._key(key)] = KeyValuePair(self.pair, key, value)
        self.version += 1

    def add(self, key: Any, value: Any) -> None:
        """Add an entry. Raises ArgumentException when the key exists."""
        if self.find(key) is not None:
            shown = key if isinstance(key, str) else repr(key)
            raise argument(f"An item with the same key has already been added. Key: {shown}")
        self.set(key, value)

    def remove(self, key: Any) -> bool:
        """Take an entry out; tell whether it was there."""
        return self.entries.pop(self._key(key), None) is not None

    def clear(self) -> None:
        """Take all entries out."""
        self.entries.clear()
        self.version += 1

    def _key(self, key: Any) -> Any:
        if key is None:
            raise argument_null("key")
        return self.fold(key) if self.fold else identity(key)

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.entries)

    def __iter__(self) -> Iterator[KeyValuePair]:
        """Walk the entries; a change meanwhile throws."""
        return self.guarded(iter(list(self.entries.values())))


class HashSet(Versioned):
    """System.Collections.Generic.HashSet<T>."""

    def __init__(self, of: Any, items: Iterable[Any] = (), comparer: Any = None) -> None:
        self.type = of
        self.fold = comparer.fold if comparer else identity
        self.entries = {self.fold(item): item for item in items}

    def add(self, item: Any) -> bool:
        """Add an item; tell whether it was new."""
        key = self.fold(item)
        if key in self.entries:
            return False
        self.entries[key] = item
        self.version += 1
        return True

    def discard(self, item: Any) -> bool:
        """Take an item out; tell whether it was there."""
        return self.entries.pop(self.fold(item), self) is not self

    def clear(self) -> None:
        """Take all items out."""
        self.entries.clear()
        self.version += 1

    def keys(self, items: Optional[Iterable[Any]] = None) -> set[Any]:
        """Return what makes items equal: of those here, or of others."""
        return set(self.entries if items is None else map(self.fold, walk(items)))

    def unite(self, items: Iterable[Any]) -> None:
        """Add all of some items."""
        for item in walk(items):
            self.add(item)

    def keep(self, items: Iterable[Any]) -> None:
        """Take all but some items out."""
        wanted = self.keys(items)
        self.entries = {key: item for key, item in self.entries.items() if key in wanted}
        self.version += 1

    def take_out(self, items: Iterable[Any]) -> None:
        """Take some items out."""
        for item in gathered(walk(items)):
            self.discard(item)

    def __contains__(self, item: Any) -> bool:
        return self.fold(item) in self.entries

    def __len__(self) -> int:
        """Count the items."""
        return len(self.entries)

    def __iter__(self) -> Iterator[Any]:
        """Walk the items; a change meanwhile throws."""
        return self.guarded(iter(list(self.entries.values())))


class Sequence:
    """A lazy IEnumerable<T>: each walk starts anew."""

    type = "(iterator)"

    def __init__(self, start: Callable[[], Iterator[Any]]) -> None:
        self._start = start

    def __iter__(self) -> Iterator[Any]:
        """Start a walk."""
        return self._start()


class Enumerator:
    """IEnumerator<T>: a walk under way, moved by hand."""

    type = "IEnumerator<object>"

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = iter(walk(items))
        self._now: list[Any] = []

    def move(self) -> bool:
        """Go to the next item; tell whether there is one."""
        self._now = list(itertools.islice(self._items, 1))
        return bool(self._now)

    def current(self) -> Any:
        """Return the item it stands at, null before the first and after the last."""
        return self._now[0] if self._now else None

    def __iter__(self) -> Iterator[Any]:
        """Walk the rest."""
        return self._items


def walk(source: Any) -> Iterator[Any]:
    """Return an iterator over anything enumerable."""
    items: Iterator[Any]
    if source.__class__ is str:
        items = chars(source)
    elif source.__class__ is bytearray:
        items = map(Byte, source)
    else:
        items = iter(source)
        if not isinstance(source, list):
            return items
    return paced(items) if len(source) > SMALL else items
