"""The API as api.json declares it: path, key names, operations, pool and breaker rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

from apim_gateway.reading import fields, openapi
from apim_gateway.reading.entities import rule
from apim_gateway.reading.fields import Fields
from apim_gateway.reading.operations import Operation, most_specific_first, operation
from apim_gateway.running.backends import BreakerRule

# First segments of paths that belong to the management surface, not to an API.
RESERVED = ("apis", "gateways", "policies", "status-0123456789abcdef", "subscriptions")


@dataclass(frozen=True)
class Keys:
    """Hold where an API's subscription key stands in a request, and whether it is needed."""

    header: str = "Ocp-Apim-Subscription-Key"
    query: str = "subscription-key"
    as_bearer: bool = False  # it may come as Authorization: Bearer, too
    needed: bool = True


@dataclass(frozen=True)
class Api:
    """Hold what the gateway must know of an API."""

    name: str
    display_name: str
    path: str  # without slashes at either end; the API at the root has none
    keys: Keys
    operations: tuple[Operation, ...]  # the most specific template first
    backend: str = ""  # where its requests go unless a policy says; without one to nobody
    rule: Optional[BreakerRule] = None  # of the servers that --backend names
    revision: str = "1"
    version: str = ""

    def suffix(self, path: str) -> Optional[str]:
        """Return what follows the API's path in `path`, or None where another API begins."""
        prefix = f"/{self.path}" if self.path else ""
        head, rest = path[: len(prefix)], path[len(prefix) :]
        if head.lower() != prefix.lower() or (rest and not rest.startswith("/")):
            return None
        return rest or "/"

    def match(self, method: str, path: str) -> Optional[tuple[Operation, dict[str, str]]]:
        """Find the operation of a request; `path` is the part after the API's path."""
        for each in self.operations:
            parameters = each.match(method, path)
            if parameters is not None:
                return each, parameters
        return None


def load(file: Path, specification: Optional[Path] = None) -> Api:
    """Read `file`, the API's declaration; operations may come from an OpenAPI document instead.

    Raises ConfigError that names the key at fault.
    """
    declared = parse(fields.load(file).value, str(file), needs_operations=specification is None)
    if specification is None:
        return declared
    return replace(declared, operations=most_specific_first(openapi.load(specification)))


def parse(document: object, file: str, needs_operations: bool = True) -> Api:
    """Build the API from the parsed `document`; `file` is for messages. Raises ConfigError."""
    root = Fields(document, file)
    root.at("subscriptionKeyParameterNames")
    backend = root.at("backend")
    listed = root.items("operations")
    if needs_operations and root.get("operations") is None:
        root.refuse("operations", "a list is wanted, or --openapi FILE")
    broken = backend.get("circuitBreakerRule")
    return Api(
        name=root.text("name"),
        display_name=root.text("displayName"),
        path=free_path(root),
        keys=keys(root),
        operations=most_specific_first(map(_operation, listed)),
        backend=backend.text("name"),
        rule=None if broken is None else rule(backend.at("circuitBreakerRule")),
    )


def free_path(item: Fields, root: bool = False) -> str:
    """Return the API's path, which must not be the management surface's. Raises ConfigError.

    With `root`, it may be empty.
    """
    path = item.text("path", "" if root else None).strip("/")
    if not (path or root) or path.split("/")[0].lower() in RESERVED:
        item.refuse("path", f"{path!r} cannot be an API's path; {', '.join(RESERVED)} are taken")
    return path


def keys(item: Fields) -> Keys:
    """Return where the key stands, API Management's own names unless told. Raises ConfigError."""
    names = item.maybe("subscriptionKeyParameterNames")
    return Keys(
        names.text("header", "") or Keys.header,
        names.text("query", "") or Keys.query,
        names.get("bearer") == "enabled",
        item.flag("subscriptionRequired", True),
    )


def _operation(item: Fields) -> Operation:
    name, shown, method = item.text("name"), item.text("displayName"), item.text("method")
    try:
        return operation(name, shown, method, item.text("urlTemplate"))
    except ValueError as error:
        item.refuse("urlTemplate", str(error))
