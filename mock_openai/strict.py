"""Checks a JSON schema as Azure does before it lets a model write by it.

A strict schema may use part of JSON Schema only; the messages are those of the service. Source:
https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from .errors import RefusedError

_FORBIDDEN = (
    *("allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas"),
    *("patternProperties", "unevaluatedProperties", "propertyNames", "minProperties"),
    *("maxProperties", "contains", "prefixItems", "uniqueItems", "unevaluatedItems"),
)
_DEEPEST = 5  # levels of objects, by Azure's documentation
_MOST = 100  # properties in all
_BELOW_MAPS = ("properties", "$defs", "definitions")
_BELOW_LISTS = ("anyOf",)
_BELOW = ("items",)


def check(schema: Any, strictly: bool, where: str, param: str, kind: str) -> None:
    """Check a schema; `where` is how Azure calls it. Raises RefusedError of a kind."""
    from . import schema_validation  # see there why not above

    def refuse(message: str) -> NoReturn:
        raise RefusedError(kind, message=f"Invalid schema for {where}: {message}", param=param)

    fault = schema_validation.fault(schema)
    if fault:
        refuse(f"{fault}.")
    if not strictly:
        return
    if schema.get("type") != "object":
        shown = json.dumps(schema.get("type"))
        refuse(f"schema must be a JSON Schema of 'type: \"object\"', got 'type: {shown}'.")
    total = 0
    for path, depth, each in _levels(schema, (), 0):
        context = f"In context={_context(path)}, "
        for name in _FORBIDDEN:
            if name in each:
                refuse(f"{context}'{name}' is not permitted.")
        if _is_object(each):
            properties = each.get("properties", {})
            total += len(properties)
            _check_object(each, properties, context, refuse)
        if depth > _DEEPEST:
            refuse(f"{depth} levels of nesting exceeds limit of {_DEEPEST}.")
    if total > _MOST:
        refuse(f"{total} total object properties exceeds limit of {_MOST}.")


def _check_object(each: Any, properties: Any, context: str, refuse: Any) -> None:
    if each.get("additionalProperties") is not False:
        refuse(f"{context}'additionalProperties' is required to be supplied and to be false.")
    required = each.get("required")
    missing = next((name for name in properties if name not in (required or ())), None)
    if missing is not None or required is None:
        told = "" if missing is None else f" Missing '{missing}'."
        refuse(
            f"{context}'required' is required to be supplied and to be an array including every"
            f" key in properties.{told}"
        )


def _is_object(schema: Any) -> bool:
    kinds = schema.get("type")
    return kinds == "object" or (isinstance(kinds, list) and "object" in kinds)


def _levels(schema: Any, path: tuple[str, ...], depth: int) -> Iterator[tuple[Any, int, Any]]:
    """Yield each schema inside a schema with its path and how many objects it lies in."""
    if not isinstance(schema, dict):
        return
    inside = depth + _is_object(schema)
    yield path, inside, schema
    for name in _BELOW_MAPS:
        start = inside if name == "properties" else 0
        for key, each in schema.get(name, {}).items():
            yield from _levels(each, (*path, name, key), start)
    for name in _BELOW_LISTS:
        for position, each in enumerate(schema.get(name, [])):
            yield from _levels(each, (*path, name, str(position)), inside)
    for name in _BELOW:
        yield from _levels(schema.get(name), (*path, name), inside)


def _context(path: tuple[str, ...]) -> str:
    """Write a path as the service does, which writes a tuple of Python: ('properties', 'a')."""
    inner = ", ".join(f"'{each}'" for each in path)
    return f"({inner},)" if len(path) == 1 else f"({inner})"
