"""Resource groups."""

from __future__ import annotations

import re
from typing import Any, Callable

from .errors import ArmError
from .messages import Answer, Request, Routes
from .operations import Operations
from .resources import Resources
from .rights import Rights


class Groups:
    """Keep resource groups; one that is deleted takes its resources with it."""

    def __init__(
        self, subscription: str, resources: Resources, operations: Operations, rights: Rights
    ) -> None:
        self.by_name: dict[str, dict[str, Any]] = {}
        self.on_delete: list[Callable[[str], None]] = []  # told the name of a group that is gone
        self._root = f"/subscriptions/{subscription}"
        self._rights = rights
        self._resources = resources
        self._operations = operations

    def routes(self, routes: Routes) -> None:
        """Add the routes of groups."""
        path = self._root + "/resourcegroups/{name}"
        routes.add("GET", self._root + "/resourcegroups", self._list)
        routes.add("HEAD", path, lambda request, name: Answer(204 if self.has(name) else 404))
        routes.add("GET", path, lambda request, name: Answer(200, self.get(name)))
        routes.add("PUT", path, self._put)
        routes.add("DELETE", path, self._delete)

    def has(self, name: str) -> bool:
        """Tell whether there is such a group."""
        return name.lower() in self.by_name

    def get(self, name: str) -> dict[str, Any]:
        """Return a group, or raise 404."""
        if not self.has(name):
            raise ArmError(
                404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found."
            )
        return self.by_name[name.lower()]

    def _list(self, request: Request) -> Answer:
        tag = dict(re.findall(r"(tagName|tagValue) eq '([^']*)'", request.query.get("$filter", "")))
        seen = [
            group
            for group in self.by_name.values()
            if self._rights.sees(group["id"])
            and (not tag or (group["tags"] or {}).get(tag["tagName"]) == tag["tagValue"])
        ]
        return Answer(200, {"value": seen})

    def _put(self, request: Request, name: str) -> Answer:
        location = request.json["location"]
        before = self.by_name.get(name.lower())
        if before and before["location"] != location:
            raise ArmError(
                409,
                "InvalidResourceGroupLocation",
                f"Invalid resource group location '{location}'. The Resource group already exists "
                f"in location '{before['location']}'.",
            )
        group = {
            "id": f"{self._root}/resourceGroups/{name}",
            "name": name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": location,
            "tags": request.json.get("tags"),
            "properties": {"provisioningState": "Succeeded"},
        }
        self.by_name[name.lower()] = group
        return Answer(200 if before else 201, group)

    def _delete(self, request: Request, name: str) -> Answer:
        group = self.get(name)
        self._resources.check_locks(group["id"])
        group["properties"]["provisioningState"] = "Deleting"

        def finish() -> None:
            stays = None
            for resource in self._resources.tracked(name):
                error = self._resources.stuck_by(resource)
                if error:
                    stays = error
                else:
                    self._resources.delete(resource["id"])
            if stays:  # Azure gives up and goes on as if nothing had been
                group["properties"]["provisioningState"] = "Succeeded"
                raise stays
            self.by_name.pop(name.lower(), None)
            for hook in self.on_delete:
                hook(name)

        return self._operations.begin(request, finish)
