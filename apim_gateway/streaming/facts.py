"""What decides beside the policy: the tier, and diagnostics that log bodies, read from a template.

Read are ARM templates (JSON) as Bicep compiles them, with their nested deployments. A value that
is known only when the template is deployed counts as not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

SERVICE = "microsoft.apimanagement/service"
CONSUMPTION = "Consumption"
_PARAMETER = re.compile(r"\[(parameters|variables)\('([^']+)'\)\]")


@dataclass(frozen=True)
class Facts:
    """Hold what is known: an empty `sku` is not; `body_bytes` are logged, by diagnostic."""

    sku: str = ""
    body_bytes: Mapping[str, int] = field(default_factory=dict)


def facts(template: Mapping[str, Any]) -> Facts:
    """Return what a template says of API Management services and their diagnostics."""
    sku, body_bytes = "", {}
    for resource, values in _resources(template, {}):
        kind = str(resource.get("type", "")).lower()
        if kind == SERVICE:
            sku = _known(_inside(resource, "sku", "name"), values) or sku
        elif kind.startswith(SERVICE) and kind.endswith("/diagnostics"):
            name = _known(resource.get("name"), values) or str(resource.get("name"))
            logged = (
                _known(_inside(resource, "properties", side, "response", "body", "bytes"), values)
                for side in ("frontend", "backend")
            )
            body_bytes[name] = max((size for size in logged if isinstance(size, int)), default=0)
    return Facts(sku if isinstance(sku, str) else "", body_bytes)


def _resources(
    template: Mapping[str, Any], outer: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Yield every resource, nested deployments' too, with the values that are in force there."""
    values = {**_defaults(template), **outer}
    listed = template.get("resources")
    if isinstance(listed, Mapping):  # by symbolic name
        listed = list(listed.values())
    for resource in listed if isinstance(listed, list) else ():
        if not isinstance(resource, Mapping):
            continue
        yield resource, values
        inner = _inside(resource, "properties", "template")
        if isinstance(inner, Mapping):
            given = _mapping(_inside(resource, "properties", "parameters"))
            passed = {
                f"parameters {name}": _known(item.get("value"), values)
                for name, item in given.items()
                if isinstance(item, Mapping) and "value" in item
            }
            yield from _resources(inner, {k: v for k, v in passed.items() if v is not None})


def _defaults(template: Mapping[str, Any]) -> dict[str, Any]:
    values = {
        f"parameters {name}": item["defaultValue"]
        for name, item in _mapping(template.get("parameters")).items()
        if isinstance(item, Mapping) and "defaultValue" in item
    }
    values.update(
        (f"variables {name}", value) for name, value in _mapping(template.get("variables")).items()
    )
    return values


def _known(value: Any, values: Mapping[str, Any]) -> Any:
    """Return a value that stands in the template, by its parameter's default where it has one."""
    for _ in range(8):  # a variable may name a parameter; templates forbid circles
        if not isinstance(value, str):
            return value
        named = _PARAMETER.fullmatch(value)
        if not named:
            return None if value.startswith("[") and not value.startswith("[[") else value
        value = values.get(f"{named[1]} {named[2]}")
    return None


def _mapping(item: Any) -> Mapping[str, Any]:
    return item if isinstance(item, Mapping) else {}


def _inside(item: Any, *keys: str) -> Optional[Any]:
    for key in keys:
        item = item.get(key) if isinstance(item, Mapping) else None
    return item
