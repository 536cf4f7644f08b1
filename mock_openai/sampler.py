"""Makes one value along a JSON schema, which may still turn out not to be valid.

The first attempt takes the first of everything, so that answers look tidy; later ones take what
chance gives.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from . import patterns, scalars, schema_merging
from .budget import Budget
from .schema_merging import ImpossibleError

_DEEP = 4  # levels below which optional things are left out
_DEEPEST = 40
_MOST_ITEMS = 500
_TRIES = 30  # to find an item that is not there yet


@dataclass
class Sampler:
    """Hold the schema, and what decides where it leaves a choice."""

    root: Any
    rng: random.Random
    attempt: int
    budget: Budget

    def value(self) -> Any:
        """Return a value. Raises ImpossibleError, TooMuchError."""
        return self._value(self.root, 0)

    def _value(self, schema: Any, depth: int) -> Any:
        self.budget.spend()
        if depth > _DEEPEST:
            raise ImpossibleError
        plain = schema_merging.plain(schema, self.root, lambda each: self._branch(each, depth))
        if "const" in plain:
            return plain["const"]
        if isinstance(plain.get("enum"), list) and plain["enum"]:
            return self._first(plain["enum"])
        if not self.attempt:
            examples = plain.get("examples")
            if isinstance(examples, list) and examples:
                return examples[0]
            if "default" in plain:
                return plain["default"]
        return self._of_kind(self._kind(plain), plain, depth)

    def _of_kind(self, kind: str, plain: Any, depth: int) -> Any:
        if kind == "object":
            return self._object(plain, depth)
        if kind == "array":
            return self._array(plain, depth)
        if kind == "string":
            return scalars.text(plain, self.rng, self.attempt)
        if kind in ("number", "integer"):
            return scalars.number(plain, kind == "integer", self.rng, self.attempt)
        return None if kind == "null" else bool(not self.attempt or self.rng.random() < 0.5)

    def _kind(self, plain: Any) -> str:
        kinds = plain.get("type")
        if isinstance(kinds, list) and kinds:
            kinds = self._first(kinds)
        if isinstance(kinds, str):
            return kinds
        return next((kind for name, kind in _IMPLIED.items() if name in plain), "string")

    def _first(self, choices: list[Any]) -> Any:
        return self.rng.choice(choices) if self.attempt else choices[0]

    def _branch(self, branches: list[Any], depth: int) -> Any:
        """Choose among schemas; deep down rather one that leads no deeper."""
        if depth >= _DEEP:
            flat = [each for each in branches if not _leads_on(each)]
            branches = flat or branches
        return self._first(branches)

    def _object(self, plain: Any, depth: int) -> dict[str, Any]:
        properties = plain.get("properties", {})
        needed = list(plain.get("required", []))
        for name, others in (plain.get("dependentRequired") or {}).items():
            needed += others if name in needed or not self.attempt else []
        names = [name for name in properties if name in needed or self._wants(depth)]
        names += [name for name in dict.fromkeys(needed) if name not in properties]
        most = plain.get("maxProperties", len(names))
        while len(names) > max(most, 0) and any(name not in needed for name in names):
            names.remove(next(name for name in reversed(names) if name not in needed))
        made: dict[str, Any] = {}
        for name in names:
            try:
                made[name] = self._value(self._schema_of(name, plain), depth + 1)
            except ImpossibleError:
                if name in needed:
                    raise
        for _ in range(_TRIES * 2):
            if len(made) >= min(plain.get("minProperties", 0), _MOST_ITEMS):
                break
            name = self._new_name(plain, len(made))
            if name in made:  # a pattern that is not anchored lets anything follow
                name += str(len(made))
            made[name] = self._value(self._schema_of(name, plain), depth + 1)
        return made

    def _wants(self, depth: int) -> bool:
        return depth < _DEEP and (self.attempt < 2 or self.rng.random() < 0.5)

    def _schema_of(self, name: str, plain: Any) -> Any:
        found = plain.get("properties", {}).get(name)
        wanted = [] if found is None else [found]
        by_pattern = plain.get("patternProperties", {})
        wanted += [each for one, each in by_pattern.items() if patterns.matches(one, name)]
        if wanted:
            return {"allOf": wanted}
        return plain.get("additionalProperties", True)

    def _new_name(self, plain: Any, position: int) -> str:
        named = list(plain.get("patternProperties", {}))
        if named and plain.get("additionalProperties", True) is False:
            return scalars.text({"pattern": self.rng.choice(named)}, self.rng, position + 1)
        if isinstance(plain.get("propertyNames"), dict):
            namer = Sampler(plain["propertyNames"], self.rng, position + 1, self.budget)
            return str(namer.value())
        return f"property{position + 1}"

    def _array(self, plain: Any, depth: int) -> list[Any]:
        listed = plain.get("prefixItems")
        items = plain.get("items", True)
        if isinstance(items, list):  # how drafts up to 7 write it
            listed, items = items, plain.get("additionalItems", True)
        listed = listed if isinstance(listed, list) else []
        least = plain.get("minItems", 0)
        length = max(least, len(listed) or (1 if depth < _DEEP or "minItems" in plain else 0))
        if items is False:
            length = len(listed)
        contains = plain.get("contains")
        wanted = plain.get("minContains", 1) if contains is not None else 0
        length = max(length, wanted)
        if self.attempt:
            length += self.rng.randint(-1, 2)
        length = int(min(max(length, least), plain.get("maxItems", length), _MOST_ITEMS))
        made: list[Any] = []
        for position in range(max(length, 0)):
            schema = listed[position] if position < len(listed) else items
            if position >= length - wanted:
                schema = {"allOf": [schema, contains]}
            made.append(self._item(schema, depth + 1, made if plain.get("uniqueItems") else []))
        return made

    def _item(self, schema: Any, depth: int, others: list[Any]) -> Any:
        made = self._value(schema, depth)
        for attempt in range(1, _TRIES):
            if made not in others:
                break
            varied = Sampler(self.root, self.rng, self.attempt + attempt, self.budget)
            made = varied._value(schema, depth)
        return made


_IMPLIED = {
    **dict.fromkeys(("properties", "required", "minProperties", "patternProperties"), "object"),
    **dict.fromkeys(("propertyNames", "additionalProperties", "dependentRequired"), "object"),
    **dict.fromkeys(("items", "prefixItems", "minItems", "contains", "uniqueItems"), "array"),
    **dict.fromkeys(("minimum", "maximum", "multipleOf", "exclusiveMinimum"), "number"),
}


def _leads_on(schema: Any) -> bool:
    """Tell whether a schema holds others."""
    below = ("$ref", "properties", "items", "prefixItems", "anyOf", "oneOf", "allOf")
    return isinstance(schema, dict) and any(name in schema for name in below)
