"""Makes one plain schema of one that refers to others, joins them or offers a choice."""

from __future__ import annotations

from typing import Any, Callable, Optional
from urllib.parse import unquote

Choose = Callable[[list[Any]], Any]  # one of several schemas

_MOST = 60  # references and joins in a row
_JOINED = ("allOf",)
_CHOSEN = ("anyOf", "oneOf")
_TAKEN = {"$ref", "$dynamicRef", *_JOINED, *_CHOSEN, "if", "then", "else"}
_HIGHEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties", "minContains")
_LOWEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_NUMERIC = {"integer", "number"}


class ImpossibleError(Exception):
    """Tell that nothing is valid for a schema, or not on the way that was chosen."""


def plain(schema: Any, root: Any, choose: Choose, level: int = 0) -> dict[str, Any]:
    """Return a schema without references, joins and choices. Raises ImpossibleError."""
    if schema is False or level > _MOST:
        raise ImpossibleError
    if not isinstance(schema, dict):
        return {}
    found = {name: each for name, each in schema.items() if name not in _TAKEN}
    parts: list[Any] = []
    reference = schema.get("$ref", schema.get("$dynamicRef"))
    if isinstance(reference, str):
        parts.append(_referred(reference, root))
    for name in _JOINED:
        parts += schema.get(name, []) if isinstance(schema.get(name), list) else []
    for name in _CHOSEN:
        offered = schema.get(name)
        if isinstance(offered, list) and offered:
            parts.append(choose(offered))
    if "if" in schema:
        met = {"allOf": [schema["if"], schema.get("then", True)]}
        parts.append(choose([met, schema.get("else", True)]))
    for part in parts:
        found = _merged(found, plain(part, root, choose, level + 1))
    return found


def _referred(reference: str, root: Any) -> Any:
    """Return what a reference within the document points to; others allow all."""
    if not reference.startswith("#"):
        return True
    at = root
    for step in filter(None, reference[1:].split("/")):
        name = unquote(step).replace("~1", "/").replace("~0", "~")
        if isinstance(at, dict) and name in at:
            at = at[name]
        elif isinstance(at, list) and name.isdigit() and int(name) < len(at):
            at = at[int(name)]
        else:
            return True
    return at


def _merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Join two plain schemas. Raises ImpossibleError where they exclude each other."""
    joined = {**one, **other}
    for name in set(one) & set(other):
        joined[name] = _both(name, one[name], other[name])
    return joined


def _both(name: str, one: Any, other: Any) -> Any:
    if name == "type":
        return _kinds(one, other)
    if name == "enum" and isinstance(one, list) and isinstance(other, list):
        return [each for each in one if each in other] or _impossible()
    if name == "const" and one != other:
        _impossible()
    if name == "required" and isinstance(one, list) and isinstance(other, list):
        return list(dict.fromkeys([*one, *other]))
    if name in ("properties", "patternProperties") and _maps(one, other):
        shared = {key: {"allOf": [one[key], other[key]]} for key in one if key in other}
        return {**one, **other, **shared}
    if name in ("items", "additionalProperties", "contains", "propertyNames"):
        return {"allOf": [one, other]}
    if name in _HIGHEST and _numbers(one, other):
        return max(one, other)
    if name in _LOWEST and _numbers(one, other):
        return min(one, other)
    return other


def _kinds(one: Any, other: Any) -> Any:
    first, second = ([each] if isinstance(each, str) else each for each in (one, other))
    if not isinstance(first, list) or not isinstance(second, list):
        return other
    both = [kind for kind in first if kind in second]
    if _NUMERIC & set(first) and _NUMERIC & set(second) and not _NUMERIC & set(both):
        both.append("integer")
    return both or _impossible()


def _maps(one: Any, other: Any) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)


def _numbers(one: Any, other: Any) -> bool:
    return all(isinstance(each, (int, float)) for each in (one, other))


def _impossible() -> Optional[Any]:
    raise ImpossibleError
