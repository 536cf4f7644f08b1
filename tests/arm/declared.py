"""An API with its pool, as the loopback gateway's --api takes it."""

from __future__ import annotations

from typing import Any

from .resources import Resource, Resources

_API = ("displayName", "path", "subscriptionKeyParameterNames")
_OPERATION = ("displayName", "method", "urlTemplate")


def declared(
    resources: Resources, service: str, api: Resource
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the declaration of an API whose pool's name begins with its own, and the members."""
    (pool,) = [
        item
        for item in resources.children(service, "backends")
        if item["properties"].get("type") == "Pool" and item["name"].startswith(api["name"])
    ]
    members = pool["properties"]["pool"]["services"]
    first = resources.get(members[0]["id"])
    (rule,) = first["properties"]["circuitBreaker"]["rules"]
    definition = {
        "name": api["name"],
        **{key: api["properties"][key] for key in _API},
        "operations": [
            {"name": item["name"], **{key: item["properties"][key] for key in _OPERATION}}
            for item in resources.children(api["id"], "operations")
        ],
        "backend": {"name": pool["name"], "circuitBreakerRule": rule},
    }
    return definition, members
