"""Read-only dictionaries of the context: headers, query parameters, claims, variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Optional
from urllib.parse import parse_qsl

from policy_expressions.context import Context
from policy_expressions.errors import argument_null
from policy_expressions.runtime.containers import Array, Pairs
from policy_expressions.runtime.records import KeyValuePair
from policy_expressions.runtime.values import units


class Names(Pairs):
    """Names and their values, all of one type; fold makes equal what counts as the same name."""

    def __init__(
        self, of: str, entries: Mapping[str, Any], fold: Callable[[str], str] = str
    ) -> None:
        self.type = f"IReadOnlyDictionary<string, {of}>"
        pair = f"KeyValuePair<string, {of}>"
        self._fold = fold
        self._entries = {fold(k): KeyValuePair(pair, k, v) for k, v in entries.items()}

    def find(self, key: Optional[str]) -> Optional[KeyValuePair]:
        """Return the entry of a name, None when it is missing."""
        if key is None:
            raise argument_null("key")
        return self._entries.get(self._fold(key))

    def __len__(self) -> int:
        """Count the names."""
        return len(self._entries)

    def __iter__(self) -> Iterator[KeyValuePair]:
        """Walk the entries."""
        return iter(list(self._entries.values()))


class Variables(Names):
    """`context.Variables`: a missing one reads as null, or throws, as the switch says."""

    def __init__(self, context: Context) -> None:
        super().__init__("object", context.variables)
        self._throws = context.switches.missing_variable == "throw"

    def missing(self, key: str) -> Any:
        """Read a missing variable."""
        return super().missing(key) if self._throws else None


def lists(entries: Mapping[str, Iterable[str]], fold: Callable[[str], str] = str) -> Names:
    """Return names with several values each."""
    arrays = {k: Array("string[]", map(units, values)) for k, values in entries.items()}
    return Names("string[]", arrays, fold)


def decoded(query: str) -> Names:
    """Return what a query or a form holds, decoded."""
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found.setdefault(name, []).append(value)
    return lists(found)
