"""What arrays, lists, queues and stacks can do, with .NET's errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cmp_to_key
from typing import Any, Optional

from policy_expressions.errors import (
    ExpressionFailure,
    argument,
    index_out_of_range,
    index_outside,
    invalid_operation,
)
from policy_expressions.runtime import ordering
from policy_expressions.runtime.containers import Array, List, walk
from policy_expressions.runtime.meter import REFERENCE, gathered
from policy_expressions.runtime.records import equal
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.values import Byte
from policy_expressions.types.model import Type

_TOO_SHORT = "Check the {0} index, length, and the array's lower bounds."


def item(items: Any, index: int) -> Any:
    """Return an array's item."""
    if not 0 <= index < len(items):
        raise index_outside()
    return Byte(items[index]) if items.__class__ is bytearray else items[index]


def set_item(items: Any, index: int, value: Any) -> None:
    """Set an array's item."""
    if not 0 <= index < len(items):
        raise index_outside()
    items[index] = value


def clone(items: Any) -> Any:
    """Return a copy of an array."""
    return items.copy() if items.__class__ is bytearray else Array(items.type, items)


def list_item(items: List, index: int) -> Any:
    """Return a list's item."""
    if not 0 <= index < len(items):
        raise index_out_of_range()
    return list.__getitem__(items, index)


def set_list_item(items: List, index: int, value: Any) -> None:
    """Set a list's item."""
    list_item(items, index)
    items[index] = value
    items.version += 1


def position(items: Iterable[Any], sought: Any) -> int:
    """Return where an equal item stands, -1 when it does not."""
    return next((i for i, other in enumerate(items) if equal(sought, other)), -1)


def matching(items: Iterable[Any], match: Callable[[Any], bool]) -> int:
    """Return where an item that matches stands, -1 when none does."""
    return next((i for i, other in enumerate(walk(items)) if match(other)), -1)


def find(of: Type, items: Iterable[Any], match: Callable[[Any], bool]) -> Any:
    """Return the first item that matches, or the type's default."""
    return next((other for other in walk(items) if match(other)), of.default)


def changing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a method of `list` so that the change is noticed."""

    def run(items: List, *values: Any) -> Any:
        items.version += 1
        return function(items, *values)

    return run


def add_range(run: Run, items: List, more: Iterable[Any]) -> None:
    """Append all items."""
    added = gathered(walk(more))
    run.charge(len(added) * REFERENCE)
    items.extend(added)
    items.version += 1


def insert(items: List, index: int, value: Any) -> None:
    """Put an item in."""
    if not 0 <= index <= len(items):
        text = "Index must be within the bounds of the List. (Parameter 'index')"
        raise ExpressionFailure("System.ArgumentOutOfRangeException", text)
    items.insert(index, value)
    items.version += 1


def remove_at(items: List, index: int) -> None:
    """Take the item at an index out."""
    list_item(items, index)
    del items[index]
    items.version += 1


def remove(items: List, sought: Any) -> bool:
    """Take an equal item out; tell whether there was one."""
    index = position(list.__iter__(items), sought)
    if index >= 0:
        remove_at(items, index)
    return index >= 0


def remove_all(items: List, match: Callable[[Any], bool]) -> int:
    """Take all items out that match; return how many."""
    kept = [other for other in items if not match(other)]
    removed = len(items) - len(kept)
    items[:] = kept
    items.version += 1
    return removed


def get_range(of: Type, items: List, index: int, count: int) -> List:
    """Return a part of a list."""
    if min(index, count) < 0 or index + count > len(items):
        raise argument(
            "Offset and length were out of bounds for the array or count is greater than the "
            "number of elements from index to the end of the source collection."
        )
    return List(of, list.__getitem__(items, slice(index, index + count)))


def sort(items: Any, compare: Optional[Callable[[Any, Any], int]] = None) -> None:
    """Sort in place."""
    ordering.sort(items, cmp_to_key(compare) if compare else ordering.sort_key)
    if isinstance(items, List):
        items.version += 1


def for_each(items: Iterable[Any], action: Callable[[Any], None]) -> None:
    """Do something with each item."""
    for other in walk(items):
        action(other)


def copy(source: Any, *how: Any) -> None:
    """Copy (from an index) to an array (at an index) so many items."""
    start, target, at, length = how if len(how) == 4 else (0, how[0], 0, how[1])
    short = "source" if start + length > len(source) else "destination"
    if min(start, at, length) < 0 or start + length > len(source) or at + length > len(target):
        text = f"{short.capitalize()} array was not long enough. {_TOO_SHORT.format(short)}"
        raise argument(text, f"{short}Array")
    if isinstance(target, bytearray) and not isinstance(source, bytearray):
        text = "Source array type cannot be assigned to destination array type."
        raise ExpressionFailure("System.ArrayTypeMismatchException", text)
    target[at : at + length] = source[start : start + length]


def ending(name: str, take: bool) -> Callable[[List], Any]:
    """Return what reads (or takes) the first item of a queue or stack."""

    def run(items: List) -> Any:
        if not items:
            raise invalid_operation(f"{name} empty.")
        items.version += take
        return list.pop(items, 0) if take else list.__getitem__(items, 0)

    return run
