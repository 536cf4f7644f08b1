"""System.Linq.Enumerable."""

from __future__ import annotations

import itertools
from typing import Any

from policy_expressions.runtime import ordering
from policy_expressions.runtime import sequences as does
from policy_expressions.runtime.containers import HashSet, Sequence, walk
from policy_expressions.runtime.meter import gathered
from policy_expressions.runtime.numbers import NUMBERS
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import Newer, with_run, with_run_and_type, with_type

_THIS = "this IEnumerable<T>! source"
_TEST = f"{_THIS}, Func<T, bool>! predicate"
_KEY = f"{_THIS}, Func<T, K>! keySelector"
_SECOND = f"{_THIS}, IEnumerable<T>! second"
_INNER = (
    "this IEnumerable<T>! outer, IEnumerable<I>! inner, Func<T, K>! outerKeySelector, "
    "Func<I, K>! innerKeySelector"
)
_EQUAL = "IEqualityComparer<T> comparer"
_SORTED = "static IOrderedEnumerable<T>"
_THEN = "this IOrderedEnumerable<T>! source, Func<T, K>! keySelector"


def _both(name: str, result: str = "T") -> str:
    """Return the two forms of a method: of all items, and of those that pass a test."""
    return f"static {result} {name}<T>({_THIS}); static {result} {name}<T>({_TEST})"


def _numeric(name: str, results: dict[str, str]) -> str:
    """Return the forms of Sum or Average: for each number type, plain and nullable."""
    forms = []
    for of, result in results.items():
        for m in ("", "?"):
            forms.append(f"static {result}{m} {name}(this IEnumerable<{of}{m}>! source)")
            forms.append(f"static {result}{m} {name}<T>({_THIS}, Func<T, {of}{m}>! selector)")
    return "; ".join(forms)


_SUMS = {name: name for name in ("int", "long", "float", "double", "decimal")}
_MEANS = {**_SUMS, "int": "double", "long": "double"}


@does.lazy
def _indexed(source: Any, selector: Any) -> Any:
    return map(selector, walk(source), itertools.count())


@does.lazy
def _indexed_where(source: Any, test: Any) -> Any:
    return (item for index, item in enumerate(walk(source)) if test(item, index))


_ENUMERABLE = {
    "static IEnumerable<int> Range(int start, int count)": with_run(does.numbers),
    "static IEnumerable<T> Repeat<T>(T element, int count)": with_run(does.repeated),
    "static IEnumerable<T> Empty<T>()": lambda: Sequence(lambda: iter(())),
    f"static IEnumerable<R> Select<T, R>({_THIS}, Func<T, R>! selector)": does.lazy(
        lambda source, selector: map(selector, walk(source))
    ),
    f"static IEnumerable<R> Select<T, R>({_THIS}, Func<T, int, R>! selector)": _indexed,
    f"static IEnumerable<T> Where<T>({_TEST})": does.lazy(does.chosen),
    f"static IEnumerable<T> Where<T>({_THIS}, Func<T, int, bool>! predicate)": _indexed_where,
    f"static IEnumerable<R> SelectMany<T, R>({_THIS}, Func<T, IEnumerable<R>>! selector); "
    f"static IEnumerable<R> SelectMany<T, C, R>({_THIS}, Func<T, IEnumerable<C>>! selector, "
    "Func<T, C, R>! resultSelector)": does.flattened,
    f"static IEnumerable<T> Skip<T>({_THIS}, int count)": does.lazy(
        lambda source, count: itertools.islice(walk(source), max(count, 0), None)
    ),
    f"static IEnumerable<T> Take<T>({_THIS}, int count)": does.lazy(
        lambda source, count: itertools.islice(walk(source), max(count, 0))
    ),
    f"static IEnumerable<T> TakeLast<T>({_THIS}, int count); "
    f"static IEnumerable<T> SkipLast<T>({_THIS}, int count)": Newer(".NET Core 2.0"),
    f"static T MaxBy<T, K>({_KEY}); static T MinBy<T, K>({_KEY}); "
    f"static IEnumerable<T> DistinctBy<T, K>({_KEY}); "
    f"static IEnumerable<T[]> Chunk<T>({_THIS}, int size)": Newer(".NET 6"),
    f"static IEnumerable<T> TakeWhile<T>({_TEST})": does.lazy(
        lambda source, test: itertools.takewhile(test, walk(source))
    ),
    f"static IEnumerable<T> SkipWhile<T>({_TEST})": does.lazy(
        lambda source, test: itertools.dropwhile(test, walk(source))
    ),
    f"static IEnumerable<T> Concat<T>({_SECOND})": does.lazy(
        lambda source, second: itertools.chain(walk(source), walk(second))
    ),
    f"static IEnumerable<T> Append<T>({_THIS}, T element)": does.lazy(
        lambda source, item: itertools.chain(walk(source), (item,))
    ),
    f"static IEnumerable<T> Prepend<T>({_THIS}, T element)": does.lazy(
        lambda source, item: itertools.chain((item,), walk(source))
    ),
    f"static IEnumerable<T> Union<T>({_SECOND})": does.lazy(
        lambda source, second: does.without((), itertools.chain(walk(source), walk(second)))
    ),
    f"static IEnumerable<T> Except<T>({_SECOND}); "
    f"static IEnumerable<T> Except<T>({_SECOND}, {_EQUAL})": does.lazy(
        lambda source, second, comparer=None: does.without(second, source, comparer)
    ),
    f"static IEnumerable<T> Intersect<T>({_SECOND}); "
    f"static IEnumerable<T> Intersect<T>({_SECOND}, {_EQUAL})": does.intersection,
    f"static IEnumerable<T> Distinct<T>({_THIS}); "
    f"static IEnumerable<T> Distinct<T>({_THIS}, {_EQUAL})": does.distinct,
    f"static IEnumerable<T> Reverse<T>({_THIS})": does.lazy(
        lambda source: reversed(gathered(walk(source)))
    ),
    f"static IEnumerable<R> Join<T, I, K, R>({_INNER}, Func<T, I, R>! resultSelector)": (
        ordering.joined
    ),
    f"static IEnumerable<R> GroupJoin<T, I, K, R>({_INNER}, "
    "Func<T, IEnumerable<I>, R>! resultSelector)": ordering.group_joined,
    f"static IEnumerable<R> Zip<T, S, R>({_THIS}, IEnumerable<S>! second, "
    "Func<T, S, R>! resultSelector)": does.lazy(
        lambda source, second, result: map(result, walk(source), walk(second))
    ),
    f"static IEnumerable<T> DefaultIfEmpty<T>({_THIS}); "
    f"static IEnumerable<T> DefaultIfEmpty<T>({_THIS}, T defaultValue)": (
        with_type(
            lambda of, source, *default: Sequence(
                lambda: iter(gathered(walk(source)) or [*default, of.element.default][:1])
            )
        )
    ),
    f"{_SORTED} OrderBy<T, K>({_KEY}); "
    f"{_SORTED} OrderBy<T, K>({_KEY}, IComparer<K> comparer)": ordering.order(False),
    f"{_SORTED} OrderByDescending<T, K>({_KEY}); "
    f"{_SORTED} OrderByDescending<T, K>({_KEY}, IComparer<K> comparer)": ordering.order(True),
    f"{_SORTED} ThenBy<T, K>({_THEN})": ordering.then(False),
    f"{_SORTED} ThenByDescending<T, K>({_THEN})": ordering.then(True),
    f"static IEnumerable<IGrouping<K, T>> GroupBy<T, K>({_KEY}); "
    f"static IEnumerable<IGrouping<K, E>> GroupBy<T, K, E>({_KEY}, Func<T, E>! elementSelector)": (
        with_type(lambda of, *values: Sequence(lambda: iter(ordering.groups(of.element, *values))))
    ),
    f"static ILookup<K, T> ToLookup<T, K>({_KEY})": with_type(
        lambda of, *values: ordering.Lookup(of, ordering.groups(of, *values))
    ),
    _both("First"): does.first,
    _both("FirstOrDefault"): with_type(does.first_or_default),
    _both("Last"): does.last,
    _both("LastOrDefault"): with_type(does.last_or_default),
    _both("Single"): does.single,
    _both("SingleOrDefault"): with_type(does.single_or_default),
    f"static T ElementAt<T>({_THIS}, int index)": does.element_at,
    f"static T ElementAtOrDefault<T>({_THIS}, int index)": with_type(does.element_or_default),
    _both("Any", "bool"): does.some,
    f"static bool All<T>({_TEST})": lambda source, test: all(map(test, walk(source))),
    _both("Count", "int"): does.count,
    f"static long LongCount<T>({_THIS})": lambda source: NUMBERS["long"].make(does.count(source)),
    f"static bool Contains<T>({_THIS}, T value); "
    f"static bool Contains<T>({_THIS}, T value, {_EQUAL})": does.contains,
    f"static bool SequenceEqual<T>({_SECOND})": does.all_equal,
    f"static T Aggregate<T>({_THIS}, Func<T, T, T>! func); "
    f"static A Aggregate<T, A>({_THIS}, A seed, Func<A, T, A>! func)": does.aggregate,
    _numeric("Sum", _SUMS): with_type(does.total),
    _numeric("Average", _MEANS): with_type(does.average),
    f"static T Max<T>({_THIS}); static R Max<T, R>({_THIS}, Func<T, R>! selector)": with_type(
        does.extreme(max)
    ),
    f"static T Min<T>({_THIS}); static R Min<T, R>({_THIS}, Func<T, R>! selector)": with_type(
        does.extreme(min)
    ),
    f"static List<T> ToList<T>({_THIS})": with_run_and_type(does.to_list),
    f"static T[] ToArray<T>({_THIS})": with_run_and_type(does.to_array),
    f"static HashSet<T> ToHashSet<T>({_THIS})": with_type(
        lambda of, source: HashSet(of, walk(source))
    ),
    f"static Dictionary<K, T> ToDictionary<T, K>({_KEY}); "
    f"static Dictionary<K, T> ToDictionary<T, K>({_KEY}, IEqualityComparer<K> comparer); "
    f"static Dictionary<K, V> ToDictionary<T, K, V>({_KEY}, Func<T, V>! elementSelector); "
    f"static Dictionary<K, V> ToDictionary<T, K, V>({_KEY}, Func<T, V>! elementSelector, "
    "IEqualityComparer<K> comparer)": with_type(does.to_dictionary),
    "static IEnumerable<R> OfType<R>(this IEnumerable! source)": with_type(
        lambda of, source: Sequence(lambda: filter(of.element.accepts, walk(source)))
    ),
    "static IEnumerable<R> Cast<R>(this IEnumerable! source)": with_type(
        lambda of, source: Sequence(lambda: map(of.element.unbox, walk(source)))
    ),
    f"static IEnumerable<T> AsEnumerable<T>({_THIS})": lambda source: source,
}

DEFINITIONS = (
    Definition("class System.Linq.Enumerable", _ENUMERABLE),
    Definition("interface System.Linq.IOrderedEnumerable<T> : IEnumerable<T>"),
    Definition(
        "interface System.Linq.IGrouping<K, T> : IEnumerable<T>", {"K Key": lambda group: group.key}
    ),
    Definition(
        "interface System.Linq.ILookup<K, T> : IEnumerable<IGrouping<K, T>>",
        {"IEnumerable<T> this[K key]": ordering.Lookup.find, "int Count": len},
    ),
)
