"""Values that a JSON schema asks for: what the model puts into the arguments of a call."""

from __future__ import annotations

from typing import Any

_DEEPEST = 8  # levels; below, an object is empty
_BY_TYPE = {"string": "example", "integer": 1, "number": 1.5, "boolean": True, "null": None}


def sample(schema: Any, depth: int = 0) -> Any:
    """Return a plausible value for a schema, the same one each time; odd schemas give `example`."""
    if not isinstance(schema, dict):
        return "example"
    for name in ("enum", "examples"):
        if isinstance(schema.get(name), list) and schema[name]:
            return schema[name][0]
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    kind = schema.get("type")
    if kind == "object" or isinstance(schema.get("properties"), dict):
        return _sample_object(schema, depth)
    if kind == "array":
        return [sample(schema.get("items"), depth + 1)] if depth < _DEEPEST else []
    return _BY_TYPE.get(kind, "example") if isinstance(kind, str) else "example"


def _sample_object(schema: dict[str, Any], depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or depth >= _DEEPEST:
        return {}
    return {name: sample(each, depth + 1) for name, each in properties.items()}
