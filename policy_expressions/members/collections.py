"""Arrays, List, Dictionary, HashSet, Queue, Stack, KeyValuePair and tuples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from policy_expressions.members.text import OTHER_LINQ
from policy_expressions.runtime import lists as does
from policy_expressions.runtime.containers import (
    Array,
    Dictionary,
    Enumerator,
    HashSet,
    List,
    Sequence,
    walk,
)
from policy_expressions.runtime.records import KeyValuePair, Tuple, equal
from policy_expressions.runtime.sequences import make_array, new_dictionary
from policy_expressions.types.model import Definition, Type
from policy_expressions.types.signatures import Newer, with_run, with_type

_LIST = {
    "new()": with_type(lambda of: List(of)),
    "new(int capacity)": with_type(lambda of, _: List(of)),
    "new(IEnumerable<T>! collection)": with_type(lambda of, items: List(of, walk(items))),
    "int Count": len,
    "T this[int index]": does.list_item,
    "set T this[int index]": does.set_list_item,
    "void Add(T item)": does.changing(list.append),
    "void AddRange(IEnumerable<T>! collection)": with_run(does.add_range),
    "void Insert(int index, T item)": does.insert,
    "bool Remove(T item)": does.remove,
    "void RemoveAt(int index)": does.remove_at,
    "int RemoveAll(Predicate<T>! match)": does.remove_all,
    "void Clear()": does.changing(list.clear),
    "bool Contains(T item)": lambda items, item: does.position(items, item) >= 0,
    "int IndexOf(T item)": does.position,
    "T Find(Predicate<T>! match)": with_type(does.find),
    "int FindIndex(Predicate<T>! match)": does.matching,
    "List<T> FindAll(Predicate<T>! match)": with_type(
        lambda of, items, match: List(of, filter(match, items))
    ),
    "bool Exists(Predicate<T>! match)": lambda items, match: does.matching(items, match) >= 0,
    "bool TrueForAll(Predicate<T>! match)": lambda items, match: all(map(match, items)),
    "void ForEach(Action<T>! action)": does.for_each,
    "List<T> GetRange(int index, int count)": with_type(does.get_range),
    "void Sort(); void Sort(Comparison<T>! comparison)": does.sort,
    "void Reverse()": does.changing(list.reverse),
    "T[] ToArray()": with_type(make_array),
}
_ARRAY = {
    "int Length": len,
    "static int IndexOf<T>(T[]! array, T value)": does.position,
    "static bool Exists<T>(T[]! array, Predicate<T>! match)": (
        lambda items, match: does.matching(items, match) >= 0
    ),
    "static T Find<T>(T[]! array, Predicate<T>! match)": with_type(does.find),
    "static T[] FindAll<T>(T[]! array, Predicate<T>! match)": (
        with_type(lambda of, items, match: make_array(of, filter(match, walk(items))))
    ),
    "static int FindIndex<T>(T[]! array, Predicate<T>! match)": does.matching,
    "static R[] ConvertAll<T, R>(T[]! array, Converter<T, R>! converter)": (
        with_type(lambda of, items, convert: make_array(of, map(convert, walk(items))))
    ),
    "static void Sort<T>(T[]! array)": does.sort,
    "static void Reverse<T>(T[]! array)": lambda items: items.reverse(),
    "static void ForEach<T>(T[]! array, Action<T>! action)": does.for_each,
    "static T[] Empty<T>()": with_type(lambda of: make_array(of, ())),
    "static void Copy(Array! sourceArray, Array! destinationArray, int length); "
    "static void Copy(Array! sourceArray, int sourceIndex, Array! destinationArray, "
    "int destinationIndex, int length)": does.copy,
}


def _copied(of: Type, source: Iterable[KeyValuePair], comparer: Any = None) -> Dictionary:
    made = new_dictionary(of, comparer)
    for entry in walk(source):
        made.add(entry.key, entry.value)
    return made


def _entry(items: Any, key: Any) -> Any:
    found = items.find(key)
    return items.missing(key) if found is None else found.value


def _try_entry(items: Any, key: Any, cell: list[Any]) -> bool:
    found = items.find(key)
    arguments = getattr(items.type, "arguments", None)
    default = arguments[1].default if arguments else None
    cell[0] = default if found is None else found.value
    return found is not None


_DICTIONARY = {
    "new()": with_type(lambda of: new_dictionary(of)),
    "new(int capacity)": with_type(lambda of, _: new_dictionary(of)),
    "new(IEqualityComparer<K> comparer)": with_type(
        lambda of, comparer: new_dictionary(of, comparer)
    ),
    "new(IDictionary<K, V>! dictionary); "
    "new(IDictionary<K, V>! dictionary, IEqualityComparer<K> comparer)": (
        with_type(lambda of, *values: _copied(of, *values))
    ),
    "bool TryAdd(K key, V value); bool Remove(K key, out V value)": Newer(".NET Core 2.0"),
    "void Clear()": Dictionary.clear,
    "bool ContainsValue(V value)": lambda d, value: any(equal(e.value, value) for e in d),
}
_READING = {
    "V this[K key]": _entry,
    "bool ContainsKey(K key)": lambda items, key: items.find(key) is not None,
    "bool TryGetValue(K key, out V value)": _try_entry,
    "int Count": len,
}
_READ_ONLY = {
    **_READING,
    "IEnumerable<K> Keys": lambda items: Sequence(lambda: (entry.key for entry in items)),
    "IEnumerable<V> Values": lambda items: Sequence(lambda: (entry.value for entry in items)),
}
_WRITING = {
    **_READING,
    "set V this[K key]": Dictionary.set,
    "ICollection<K> Keys": lambda items: Array("object[]", (entry.key for entry in items)),
    "ICollection<V> Values": lambda items: Array("object[]", (entry.value for entry in items)),
    "void Add(K key, V value)": Dictionary.add,
    "bool Remove(K key)": Dictionary.remove,
}
_OTHER = "IEnumerable<T>! other"
_SET = {
    "bool Add(T item)": HashSet.add,
    "bool Contains(T item)": lambda items, item: item in items,
    "bool Remove(T item)": HashSet.discard,
    "void Clear()": HashSet.clear,
    f"void UnionWith({_OTHER})": HashSet.unite,
    f"void IntersectWith({_OTHER})": HashSet.keep,
    f"void ExceptWith({_OTHER})": HashSet.take_out,
    f"bool Overlaps({_OTHER})": lambda items, other: any(item in items for item in walk(other)),
    f"bool SetEquals({_OTHER})": lambda items, other: items.keys() == items.keys(other),
    f"bool IsSubsetOf({_OTHER})": lambda items, other: items.keys() <= items.keys(other),
    f"bool IsSupersetOf({_OTHER})": lambda items, other: items.keys() >= items.keys(other),
}
_MADE_SET = {
    "new()": with_type(lambda of: HashSet(of)),
    "new(IEnumerable<T>! collection)": with_type(lambda of, items: HashSet(of, walk(items))),
    "new(IEqualityComparer<T> comparer)": with_type(lambda of, comparer: HashSet(of, (), comparer)),
    "new(IEnumerable<T>! collection, IEqualityComparer<T> comparer)": (
        with_type(lambda of, items, comparer: HashSet(of, walk(items), comparer))
    ),
}
_GENERIC = "System.Collections.Generic"


def _push(items: List, item: Any) -> None:
    list.insert(items, 0, item)


def _line(name: str, put: str, take: str, add: Callable[[Any, Any], None]) -> Definition:
    """Return a collection that gives the first of its items: a Stack adds others before it."""
    order = slice(None, None, -1 if add is _push else 1)
    return Definition(
        f"class {_GENERIC}.{name}<T> : IReadOnlyCollection<T>",
        {
            "new()": with_type(lambda of: List(of)),
            "new(IEnumerable<T>! collection)": with_type(
                lambda of, items: List(of, list(walk(items))[order])
            ),
            f"void {put}(T item)": does.changing(add),
            f"T {take}()": does.ending(name, take=True),
            "T Peek()": does.ending(name, take=False),
            "bool Contains(T item)": lambda items, item: does.position(items, item) >= 0,
            "void Clear()": does.changing(list.clear),
        },
    )


def _getter(index: int) -> Callable[[Tuple], Any]:
    return lambda made: made.items[index]


def _setter(index: int) -> Callable[[Tuple, Any], None]:
    return lambda made, value: made.items.__setitem__(index, value)


def _tuples(count: int) -> list[Definition]:
    names = [f"T{i}" for i in range(1, count + 1)]
    of = f"<{', '.join(names)}>"
    reading: dict[str, Any] = {f"{t} Item{i + 1}": _getter(i) for i, t in enumerate(names)}
    writing = {f"set {t} Item{i + 1}": _setter(i) for i, t in enumerate(names)}
    return [
        Definition(f"class System.Tuple{of}", reading),
        Definition(f"struct System.ValueTuple{of}", {**reading, **writing}),
    ]


def _create(count: int) -> str:
    names = ", ".join(f"T{i}" for i in range(1, count + 1))
    takes = ", ".join(f"T{i} item{i}" for i in range(1, count + 1))
    return f"static Tuple<{names}> Create<{names}>({takes})"


_COUNTED = {"int Count": len}

DEFINITIONS = (
    Definition("class System.Array : IEnumerable", _ARRAY),
    Definition(
        "array T[] : Array, IList<T>, IReadOnlyList<T>",
        {
            "T this[int index]": does.item,
            "set T this[int index]": does.set_item,
            "object Clone()": does.clone,
        },
        sealed=True,
        others="AsMemory AsSpan CopyTo GetEnumerator GetLength GetLongLength GetLowerBound "
        "GetUpperBound GetValue Initialize IsFixedSize IsReadOnly IsSynchronized LongLength Rank "
        "SetValue SyncRoot " + OTHER_LINQ,
    ),
    Definition("interface System.Collections.IEnumerable"),
    Definition(
        f"interface {_GENERIC}.IEnumerable<T> : IEnumerable",
        {"IEnumerator<T> GetEnumerator()": Enumerator},
    ),
    Definition(
        f"interface {_GENERIC}.IEnumerator<T> : IDisposable",
        {
            "bool MoveNext()": Enumerator.move,
            "T Current": Enumerator.current,
            "void Dispose()": lambda walk: None,
        },
    ),
    Definition(f"interface {_GENERIC}.ICollection<T> : IEnumerable<T>", _COUNTED),
    Definition(f"interface {_GENERIC}.IList<T> : ICollection<T>"),
    Definition(f"interface {_GENERIC}.IReadOnlyCollection<T> : IEnumerable<T>", _COUNTED),
    Definition(f"interface {_GENERIC}.IReadOnlyList<T> : IReadOnlyCollection<T>"),
    Definition(
        f"class {_GENERIC}.List<T> : IList<T>, IReadOnlyList<T>",
        _LIST,
        sealed=True,
        others="AsReadOnly BinarySearch Capacity ConvertAll CopyTo EnsureCapacity FindLast "
        "FindLastIndex GetEnumerator InsertRange LastIndexOf RemoveRange Slice TrimExcess "
        + OTHER_LINQ,
    ),
    Definition(
        f"interface {_GENERIC}.IDictionary<K, V> : ICollection<KeyValuePair<K, V>>", _WRITING
    ),
    Definition(
        f"interface {_GENERIC}.IReadOnlyDictionary<K, V> : IReadOnlyCollection<KeyValuePair<K, V>>",
        _READ_ONLY,
        sealed=True,
        others="AsReadOnly GetEnumerator " + OTHER_LINQ,
    ),
    Definition(
        f"class {_GENERIC}.Dictionary<K, V> : IDictionary<K, V>, IReadOnlyDictionary<K, V>",
        _DICTIONARY,
        sealed=True,
        others="AsReadOnly Capacity Comparer EnsureCapacity GetAlternateLookup GetEnumerator "
        "GetObjectData OnDeserialization TrimExcess TryGetAlternateLookup " + OTHER_LINQ,
    ),
    Definition(f"interface {_GENERIC}.ISet<T> : ICollection<T>", _SET),
    Definition(f"class {_GENERIC}.HashSet<T> : ISet<T>, IReadOnlyCollection<T>", _MADE_SET),
    _line("Queue", "Enqueue", "Dequeue", list.append),
    _line("Stack", "Push", "Pop", _push),
    Definition(
        f"struct {_GENERIC}.KeyValuePair<K, V>",
        {
            "new(K key, V value)": with_type(lambda of, key, value: KeyValuePair(of, key, value)),
            "K Key": lambda pair: pair.key,
            "V Value": lambda pair: pair.value,
        },
    ),
    *(definition for count in range(2, 6) for definition in _tuples(count)),
    Definition(
        "class System.Tuple",
        {_create(count): with_type(lambda of, *items: Tuple(of, items)) for count in range(2, 6)},
    ),
)
