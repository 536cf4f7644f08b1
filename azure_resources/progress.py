"""A deployment's operations as lines to read while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .inventory import short

NESTED = "Microsoft.Resources/deployments"
ENDED = ("Succeeded", "Failed", "Canceled")


class Progress:
    """Turn what Azure lists into one line for each resource whose state has changed."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self._ended: set[str] = set()  # nested deployments that need no further look

    def lines(self, operations: list[dict[str, Any]], seconds: float) -> list[str]:
        """Return what is new, oldest first; `seconds` have passed since the deployment began.

        `operations` are those of the deployment and of all that `nested` names.
        """
        new = []
        for operation in sorted(operations, key=lambda item: str(item["properties"]["timestamp"])):
            state = operation["properties"]["provisioningState"]
            target = operation["properties"].get("targetResource")
            if not target:
                continue
            if target["resourceType"] == NESTED:
                if state in ENDED:
                    self._ended.add(target["id"])
                continue
            if self._seen.get(target["id"]) != state:
                self._seen[target["id"]] = state
                kind = short(target["resourceType"])
                name = "/".join(target["resourceName"].split("/")[-2:])
                new.append(f"{state:<9}  {kind}  {name}  {seconds:.2f} s")
        return new

    def nested(self, operations: list[dict[str, Any]]) -> list[str]:
        """Return the names of the nested deployments that may have something new to tell."""
        targets = [operation["properties"].get("targetResource") for operation in operations]
        return [
            target["resourceName"]
            for target in targets
            if target and target["resourceType"] == NESTED and target["id"] not in self._ended
        ]


def failed_modules(operations: list[dict[str, Any]]) -> list[str]:
    """Return the names of the nested deployments that failed."""
    return [target["resourceName"] for target, _ in _failed(operations, nested=True)]


def failures(operations: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """Return each resource that failed and the error object Azure gives for it."""
    return [
        (f"{target['resourceType']} {target['resourceName']}", error)
        for target, error in _failed(operations, nested=False)
    ]


def _failed(operations: list[dict[str, Any]], nested: bool) -> Iterator[tuple[Any, Any]]:
    for operation in operations:
        properties = operation["properties"]
        target = properties.get("targetResource")
        if properties["provisioningState"] != "Failed" or not target:
            continue
        if (target["resourceType"] == NESTED) == nested:
            yield target, (properties.get("statusMessage") or {}).get("error")
