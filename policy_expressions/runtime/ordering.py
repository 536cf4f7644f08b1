"""Sequences that are sorted or grouped."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import cmp_to_key
from typing import Any, Optional

from policy_expressions.errors import (
    ExpressionFailure,
    invalid_operation,
)
from policy_expressions.runtime import casing
from policy_expressions.runtime.containers import List, Sequence, identity, walk
from policy_expressions.runtime.meter import gathered
from policy_expressions.runtime.records import Tuple, equal
from policy_expressions.types.model import Type

Items = Iterable[Any]
Function = Callable[..., Any]


def sort_key(value: Any) -> Any:
    """Return a key that sorts as the default comparer does: null first, strings by culture."""
    if value is None:
        return (0, 0)
    if value.__class__ is str:
        return (1, casing.culture_key(value))
    if isinstance(value, Tuple):
        return (1, [sort_key(item) for item in value.items])
    if value.__class__.__lt__ is object.__lt__:  # type: ignore[operator]  # the method itself
        raise _incomparable()
    return (1, value)


def _incomparable() -> ExpressionFailure:
    return invalid_operation("Failed to compare two elements in the array.")


def sort(items: list[Any], key: Function, descending: bool = False) -> None:
    """Sort in place. Raises InvalidOperationException for keys of different types."""
    try:
        items.sort(key=key, reverse=descending)
    except TypeError:
        raise _incomparable() from None


class Ordered(Sequence):
    """An IOrderedEnumerable: sorted by its keys when it is walked, stable."""

    def __init__(self, source: Items, keys: list[tuple[Function, bool]]) -> None:
        super().__init__(self._sorted)
        self._source = source
        self._keys = keys

    def _sorted(self) -> Iterator[Any]:
        items = gathered(walk(self._source))
        for key, descending in reversed(self._keys):
            sort(items, key, descending)
        return iter(items)

    def then(self, key: Function, descending: bool) -> Ordered:
        """Return the same order with a further key."""
        return Ordered(self._source, [*self._keys, (key, descending)])


def _key(selector: Function, comparer: Any) -> Function:
    if comparer is None:
        return lambda item: sort_key(selector(item))
    ranked = cmp_to_key(comparer.compare)
    return lambda item: ranked(selector(item))


def order(descending: bool) -> Callable[..., Ordered]:
    """Return OrderBy or OrderByDescending."""
    return lambda source, selector, comparer=None: Ordered(
        source, [(_key(selector, comparer), descending)]
    )


def then(descending: bool) -> Callable[..., Ordered]:
    """Return ThenBy or ThenByDescending."""
    return lambda ordered, selector, comparer=None: ordered.then(
        _key(selector, comparer), descending
    )


class Group(List):
    """An IGrouping: items that share a key."""

    def __init__(self, of: Any, key: Any) -> None:
        super().__init__(of)
        self.key = key


def groups(
    of: Type, source: Items, key: Function, element: Optional[Function] = None
) -> list[Group]:
    """Return the groups of items by their key, in the order of first appearance."""
    found: dict[Any, Group] = {}
    for item in walk(source):
        value = key(item)
        group = found.setdefault(identity(value), Group(of, value))
        list.append(group, element(item) if element else item)
    return list(found.values())


def _matches(inner: Items, key: Function) -> dict[Any, list[Any]]:
    """Return the items by their key; what has none matches nothing."""
    found: dict[Any, list[Any]] = {}
    for item in walk(inner):
        value = key(item)
        if value is not None:
            found.setdefault(identity(value), []).append(item)
    return found


def group_joined(
    outer: Items, inner: Items, outer_key: Function, inner_key: Function, result: Function
) -> Sequence:
    """Walk what is made of each item and all that match it, GroupJoin."""

    def start() -> Iterator[Any]:
        found = _matches(inner, inner_key)
        for item in walk(outer):
            matches = found.get(identity(outer_key(item)), [])
            yield result(item, Sequence(lambda matches=matches: iter(matches)))  # type: ignore[misc]

    return Sequence(start)


def joined(
    outer: Items, inner: Items, outer_key: Function, inner_key: Function, result: Function
) -> Sequence:
    """Walk what is made of each item and each that matches it, Join."""

    def each(item: Any, matches: Sequence) -> Iterator[Any]:
        return (result(item, match) for match in matches)

    found = group_joined(outer, inner, outer_key, inner_key, each)
    return Sequence(lambda: itertools.chain.from_iterable(found))


class Lookup(Sequence):
    """An ILookup: groups found by their key."""

    def __init__(self, of: Any, members: list[Group]) -> None:
        super().__init__(lambda: iter(members))
        self.type = of
        self._members = members

    def find(self, key: Any) -> Sequence:
        """Return the items of a key, none for a key that is missing."""
        held = [group for group in self._members if equal(group.key, key)]
        return Sequence(lambda: itertools.chain.from_iterable(held))

    def __len__(self) -> int:
        """Count the keys."""
        return len(self._members)
