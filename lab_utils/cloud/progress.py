"""A deployment's operations as lines to read while it runs."""

from __future__ import annotations

from typing import Any

from .inventory import short

NESTED = "Microsoft.Resources/deployments"


class Progress:
    """Turn what Azure lists into one line for each resource whose state has changed."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self._ended: set[str] = set()  # nested deployments that need no further look

    def lines(self, operations: list[dict[str, Any]], seconds: float) -> list[str]:
        """Return what is new, oldest first; `seconds` have passed since the deployment began."""
        new = []
        for operation in sorted(operations, key=lambda item: str(item["properties"]["timestamp"])):
            state = operation["properties"]["provisioningState"]
            target = operation["properties"].get("targetResource")
            if not target or target["resourceType"] == NESTED:
                continue
            if self._seen.get(target["id"]) != state:
                self._seen[target["id"]] = state
                kind = short(target["resourceType"])
                name = "/".join(target["resourceName"].split("/")[-2:])
                new.append(f"{state:<9}  {kind}  {name}  {seconds:.2f} s")
        return new

    def nested(self, operations: list[dict[str, Any]]) -> list[str]:
        """Return the names of the nested deployments that may have something new to tell."""
        names = []
        for operation in operations:
            target = operation["properties"].get("targetResource")
            if not target or target["resourceType"] != NESTED or target["id"] in self._ended:
                continue
            names.append(target["resourceName"])
            if operation["properties"]["provisioningState"] in ENDED:
                self._ended.add(target["id"])
        return names


ENDED = ("Succeeded", "Failed", "Canceled")


def failures(operations: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """Return each resource that failed and the error object Azure gives for it."""
    return [
        (
            f"{operation['properties']['targetResource']['resourceType']} "
            f"{operation['properties']['targetResource']['resourceName']}",
            (operation["properties"].get("statusMessage") or {}).get("error"),
        )
        for operation in operations
        if operation["properties"]["provisioningState"] == "Failed"
        and operation["properties"].get("targetResource")
        and operation["properties"]["targetResource"]["resourceType"] != NESTED
    ]
