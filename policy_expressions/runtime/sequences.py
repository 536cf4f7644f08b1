"""What LINQ does with sequences: lazy where .NET is lazy, each walk starting anew."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import reduce
from typing import Any, Optional

from policy_expressions.errors import (
    argument,
    index_out_of_range,
    invalid_operation,
    out_of_range,
)
from policy_expressions.json.tokens import JContainer
from policy_expressions.runtime.abilities import Folds
from policy_expressions.runtime.containers import Array, Dictionary, List, Sequence, identity, walk
from policy_expressions.runtime.meter import gathered
from policy_expressions.runtime.numbers import NUMBERS, decimal_result
from policy_expressions.runtime.ordering import sort_key
from policy_expressions.runtime.records import equal
from policy_expressions.runtime.run import Run
from policy_expressions.types.model import Type

Items = Iterable[Any]


Function = Callable[..., Any]


Test = Optional[Callable[[Any], bool]]


def lazy(start: Callable[..., Iterator[Any]]) -> Callable[..., Sequence]:
    """Make a function that returns an iterator one that returns a sequence."""
    return lambda *values: Sequence(lambda: start(*values))


@lazy
def flattened(
    source: Items, selector: Function, result: Optional[Function] = None
) -> Iterator[Any]:
    """Walk what the selector gives for each item, SelectMany."""
    if result is None:
        return itertools.chain.from_iterable(walk(selector(item)) for item in walk(source))
    return (result(item, inner) for item in walk(source) for inner in walk(selector(item)))


def _folded(comparer: Any) -> Function:
    return comparer.fold if comparer else identity


@lazy
def distinct(source: Items, comparer: Any = None) -> Iterator[Any]:
    """Walk the items without those that were there before."""
    return without((), source, comparer)


def without(taken: Items, source: Items, comparer: Any = None) -> Iterator[Any]:
    """Walk distinct items that are not among those taken."""
    fold = _folded(comparer)
    seen = set(map(fold, gathered(walk(taken))))
    for item in walk(source):
        key = fold(item)
        if key not in seen:
            seen.add(key)
            yield item


@lazy
def intersection(source: Items, second: Items, comparer: Any = None) -> Iterator[Any]:
    """Walk distinct items that are in both."""
    fold = _folded(comparer)
    wanted = set(map(fold, gathered(walk(second))))
    for item in walk(source):
        if fold(item) in wanted:
            wanted.discard(fold(item))
            yield item


_NOTHING = object()


def chosen(source: Items, test: Test) -> Iterator[Any]:
    """Walk the items that pass a test, all when there is none."""
    return filter(test, walk(source)) if test else iter(walk(source))


def _found(value: Any, test: Test) -> Any:
    if value is _NOTHING:
        raise invalid_operation(
            "Sequence contains no matching element" if test else "Sequence contains no elements"
        )
    return value


def _or_default(of: Type, value: Any) -> Any:
    return of.default if value is _NOTHING else value


def _only(source: Items, test: Test) -> Any:
    items = list(itertools.islice(chosen(source, test), 2))
    if len(items) > 1:
        which = "matching " if test else ""
        raise invalid_operation(f"Sequence contains more than one {which}element")
    return items[0] if items else _NOTHING


def _next(source: Items, test: Test) -> Any:
    return next(chosen(source, test), _NOTHING)


def _final(source: Items, test: Test) -> Any:
    return reduce(lambda _, item: item, chosen(source, test), _NOTHING)


def first(source: Items, test: Test = None) -> Any:
    """Return the first item (that passes). Raises InvalidOperationException for none."""
    return _found(_next(source, test), test)


def first_or_default(of: Type, source: Items, test: Test = None) -> Any:
    """Return the first item (that passes), or the type's default."""
    return _or_default(of, _next(source, test))


def last(source: Items, test: Test = None) -> Any:
    """Return the last item (that passes). Raises InvalidOperationException for none."""
    return _found(_final(source, test), test)


def last_or_default(of: Type, source: Items, test: Test = None) -> Any:
    """Return the last item (that passes), or the type's default."""
    return _or_default(of, _final(source, test))


def single(source: Items, test: Test = None) -> Any:
    """Return the only item (that passes). Raises InvalidOperationException for none or more."""
    return _found(_only(source, test), test)


def single_or_default(of: Type, source: Items, test: Test = None) -> Any:
    """Return the only item (that passes), or the type's default; more than one throws."""
    return _or_default(of, _only(source, test))


def element_at(source: Items, index: int) -> Any:
    """Return the item at an index."""
    found = next(itertools.islice(walk(source), index, None), _NOTHING) if index >= 0 else _NOTHING
    if found is _NOTHING:
        raise index_out_of_range()
    return found


def element_or_default(of: Type, source: Items, index: int) -> Any:
    """Return the item at an index, or the type's default."""
    return (
        next(itertools.islice(walk(source), index, None), of.default) if index >= 0 else of.default
    )


def some(source: Items, test: Test = None) -> bool:
    """Tell whether there is an item (that passes)."""
    return _next(source, test) is not _NOTHING


def count(source: Items, test: Test = None) -> int:
    """Count the items (that pass)."""
    return sum(1 for _ in chosen(source, test))


def contains(source: Items, value: Any, comparer: Any = None) -> bool:
    """Tell whether an item is equal to a value; a JSON array looks for the very same token."""
    if isinstance(source, JContainer):
        return source.position(value) >= 0
    if comparer:
        return any(comparer.fold(item) == comparer.fold(value) for item in walk(source))
    return any(equal(item, value) for item in walk(source))


def all_equal(first_items: Items, second: Items) -> bool:
    """Compare two sequences item by item."""
    one, two = gathered(walk(first_items)), gathered(walk(second))
    return len(one) == len(two) and all(map(equal, one, two))


def aggregate(source: Items, *how: Any) -> Any:
    """Fold the items by a function, from a seed when one is given."""
    items = iter(walk(source))
    result = how[0] if len(how) == 2 else _found(next(items, _NOTHING), None)
    return reduce(how[-1], items, result)


def _values(source: Items, selector: Optional[Function]) -> list[Any]:
    """Return what is selected of the items, without nulls."""
    items = map(selector, walk(source)) if selector else walk(source)
    return gathered(value for value in items if value is not None)


def total(of: Type, source: Items, selector: Optional[Function] = None) -> Any:
    """Return the sum. Raises OverflowException."""
    kind = NUMBERS[of.plain.name]
    found = sum(_values(source, selector), kind.make(0))
    if kind.is_integer:
        return kind.fit(found)
    return decimal_result(lambda _: found) if kind.kind is Decimal else kind.make(found)


def average(of: Type, source: Items, selector: Optional[Function] = None) -> Any:
    """Return the mean; of nothing null for `T?`, else an InvalidOperationException."""
    values = _values(source, selector)
    if not values:
        return None if of.is_nullable else _found(_NOTHING, None)
    if isinstance(values[0], Decimal):
        return decimal_result(lambda context: context.divide(sum(values), Decimal(len(values))))
    return NUMBERS[of.plain.name].make(sum(values) / len(values))


def extreme(choose: Callable[..., Any]) -> Function:
    """Return Max or Min."""

    def run(of: Type, source: Items, selector: Optional[Function] = None) -> Any:
        values = _values(source, selector)
        try:
            if values:
                return choose(values, key=sort_key)
        except TypeError:
            raise argument("Object must be of the type of the others.") from None
        return None if of.is_nullable or not of.is_value else _found(_NOTHING, None)

    return run


def new_dictionary(of: Type, comparer: Any = None) -> Dictionary:
    """Return an empty dictionary of that type."""
    pair = of.library.generic("KeyValuePair", of.arguments)
    return Dictionary(of, pair, comparer.fold if comparer else None)


def to_dictionary(of: Type, source: Items, key: Function, *rest: Any) -> Dictionary:
    """Return a dictionary by a key; an element function and a comparer may follow."""
    element = next((value for value in rest if callable(value)), None)
    made = new_dictionary(of, next((value for value in rest if isinstance(value, Folds)), None))
    for item in walk(source):
        made.add(key(item), element(item) if element else item)
    return made


def make_array(of: Type, items: Items) -> Any:
    """Return an array of that type; of bytes a bytearray."""
    return bytearray(walk(items)) if of.name == "byte[]" else Array(of, gathered(walk(items)))


def to_list(run: Run, of: Type, source: Items) -> List:
    """Return the items as a List."""
    return run.weigh(List(of, gathered(walk(source))))  # type: ignore[no-any-return]


def to_array(run: Run, of: Type, source: Items) -> Any:
    """Return the items as an array."""
    return run.weigh(make_array(of, source))


def _many(size: int, last_number: int = 0) -> None:
    if size < 0 or last_number > 2**31 - 1:
        raise out_of_range("Specified argument was out of the range of valid values.", "count")


def numbers(run: Run, start: int, size: int) -> Sequence:
    """Walk whole numbers from a start."""
    _many(size, start + size - 1)
    return Sequence(lambda: _stepping(run, iter(range(start, start + size))))


def repeated(run: Run, item: Any, size: int) -> Sequence:
    """Walk one item so many times."""
    _many(size)
    return Sequence(lambda: _stepping(run, itertools.repeat(item, size)))


def _stepping(run: Run, items: Iterator[Any]) -> Iterator[Any]:
    for item in items:
        run.step()
        yield item
