"""The resources there are, by id; resource providers add what only they know."""

from __future__ import annotations

from typing import Any, Callable, Optional

from .errors import ArmError
from .messages import Answer, Request, Routes
from .operations import Operations
from .rights import Rights

# Azure lists some types otherwise than templates have them.
LISTED_AS = {"Microsoft.Web/serverfarms": "Microsoft.Web/serverFarms"}
# Parts of another resource that a listing shows like a resource of their own.
LISTED_PARTS = ("microsoft.cognitiveservices/accounts/projects", "microsoft.web/sites/slots")

Resource = dict[str, Any]
Hook = Callable[[Resource, Optional[Resource]], None]  # the resource, what it was before


class Resources:
    """Keep resources; compare ids without regard to case, as Azure does.

    `rejections` makes a resource provider refuse a type, or the one resource whose name is given.
    `stuck` does so for deletions: they are accepted, and fail later. `locks` holds the ids, of
    resources or groups, that may not be deleted.
    """

    def __init__(self, subscription: str, operations: Operations, rights: Rights) -> None:
        self.by_id: dict[str, Resource] = {}
        self.rejections: dict[str, ArmError] = {}
        self.stuck: dict[str, ArmError] = {}
        self.locks: set[str] = set()
        self._kinds: set[str] = set()  # a provider has them though there is none left
        self._rights = rights
        self._root = f"/subscriptions/{subscription}"
        self._operations = operations
        self._on_put: dict[str, Hook] = {}
        self._on_delete: dict[str, Callable[[Resource], None]] = {}

    def on_put(self, kind: str, hook: Hook) -> None:
        """Let a resource provider complete, or refuse, each resource of a type."""
        self._on_put[kind.lower()] = hook

    def on_delete(self, kind: str, hook: Callable[[Resource], None]) -> None:
        """Tell a resource provider that one of its resources is gone."""
        self._on_delete[kind.lower()] = hook

    def put(self, resource: Resource) -> Resource:
        """Create or replace a resource, as a template does."""
        self._rights.check(f"{resource['type']}/write", resource["id"])
        return self.add(resource)

    def add(self, resource: Resource) -> Resource:
        """Create or replace a resource, whoever does it."""
        kind, name = resource["type"], resource["name"]
        for key in (kind, name):
            if key in self.rejections:
                raise self.rejections[key]
        before = self.by_id.get(resource["id"].lower())
        places = [item.get("location") for item in (before or {}, resource)]
        if before and all(places) and len({_region(str(place)) for place in places}) == 2:
            raise ArmError(
                409,
                "InvalidResourceLocation",
                f"The resource '{name}' already exists in location '{places[0]}'. A resource with "
                f"the same name cannot be created in location '{places[1]}'. Please select a new "
                "resource name.",
            )
        properties = {**resource.get("properties", {}), "provisioningState": "Succeeded"}
        made = {**resource, "name": name.split("/")[-1], "properties": properties}
        hook = self._on_put.get(kind.lower())
        if hook:
            hook(made, before)
        self.by_id[resource["id"].lower()] = made
        self._kinds.add(kind)
        return made

    def get(self, resource_id: str) -> Resource:
        """Return a resource, or raise 404."""
        found = self.by_id.get(resource_id.lower())
        if found is None:
            provider, _, name = resource_id.partition("/providers/")[2].rpartition("/")
            raise ArmError(
                404, "ResourceNotFound", f"The Resource '{provider}/{name}' was not found."
            )
        return found

    def find(self, resource_id: str) -> Optional[Resource]:
        """Return a resource, or None."""
        return self.by_id.get(resource_id.lower())

    def children(self, parent: str, kind: str) -> list[Resource]:
        """Return the resources right below `parent` in its collection `kind`."""
        start = f"{parent}/{kind}/".lower()
        return [
            item
            for key, item in self.by_id.items()
            if key.startswith(start) and "/" not in key[len(start) :]
        ]

    def tracked(self, group: str = "") -> list[Resource]:
        """Return the resources that a listing shows: those that are not part of another.

        Projects of an account and slots of a site are both.
        """
        start = f"{self._root}/resourcegroups/{group}/".lower() if group else ""
        return [
            item
            for key, item in self.by_id.items()
            if key.startswith(start)
            and (key.count("/") == 8 or item["type"].lower() in LISTED_PARTS)
        ]

    def delete(self, resource_id: str) -> None:
        """Remove a resource with all that belongs to it; what is gone already is fine."""
        key = resource_id.lower()
        found = self.by_id.pop(key, None)
        for child in [child for child in self.by_id if child.startswith(key + "/")]:
            self.delete(child)
        hook = self._on_delete.get(found["type"].lower()) if found else None
        if found and hook:
            hook(found)

    def check_locks(self, resource_id: str) -> None:
        """Raise ArmError 409 where a lock, on it, above or below, forbids its deletion."""
        wanted = f"{resource_id.lower()}/"
        for lock in self.locks:
            held = f"{lock.lower()}/"
            if wanted.startswith(held) or held.startswith(wanted):
                raise ArmError(
                    409,
                    "ScopeLocked",
                    f"The scope '{resource_id}' cannot perform delete operation because following "
                    f"scope(s) are locked: '{lock}'. Please remove the lock and try again.",
                )

    def stuck_by(self, resource: Resource) -> Optional[ArmError]:
        """Return what makes a deletion fail after it was accepted."""
        return self.stuck.get(resource["type"]) or self.stuck.get(resource["name"])

    def routes(self, routes: Routes) -> None:
        """Add listing, reading and deleting of any resource; providers' own routes go first."""
        group = self._root + "/resourcegroups/{group}"
        routes.add("GET", f"{self._root}/resources", self._list)
        routes.add("GET", group + "/resources", self._list)
        routes.add("GET", f"{self._root}/providers/{{namespace}}", self._provider)
        routes.add("GET", group + "/providers/{rest*}", self._get)
        routes.add("HEAD", group + "/providers/{rest*}", self._get)
        routes.add("DELETE", group + "/providers/{rest*}", self._delete)

    def _list(self, request: Request, group: str = "") -> Answer:
        wanted = request.query.get("$filter", "")
        if not group and "resourceGroup eq '" in wanted:
            group = wanted.partition("resourceGroup eq '")[2].partition("'")[0]
        expanded = "$expand" in request.query
        created = {"createdTime": "2026-01-01T02:03:04Z"} if expanded else {}
        seen = [item for item in self.tracked(group) if self._rights.sees(item["id"])]
        return Answer(200, {"value": [{**item, **created, **_shown(item)} for item in seen]})

    def _provider(self, request: Request, namespace: str) -> Answer:
        kinds = {kind.partition("/")[2] for kind in self._kinds}
        types = [{"resourceType": kind, "apiVersions": ["2024-05-01"]} for kind in sorted(kinds)]
        return Answer(
            200,
            {"namespace": namespace, "registrationState": "Registered", "resourceTypes": types},
        )

    def _get(self, request: Request, group: str, rest: str) -> Answer:
        resource_id = request.path.rstrip("/")
        found = self.find(resource_id)
        if found:
            return Answer(200, found, {"ETag": '"1"'})
        parent, _, kind = resource_id.rpartition("/")
        if rest.count("/") % 2:  # provider/type or provider/type/name/type: a collection
            value = self.children(parent, kind)
            return Answer(200, {"value": value, "count": len(value)})
        self.get(resource_id)
        return Answer(200)

    def _delete(self, request: Request, group: str, rest: str) -> Answer:
        resource_id = request.path.rstrip("/")
        found = self.find(resource_id)
        if not found:
            return Answer(204)
        self.check_locks(resource_id)
        parts = [item["id"] for item in self.tracked() if item["id"].startswith(f"{found['id']}/")]
        if parts:
            raise ArmError(
                409,
                "CannotDeleteResource",
                f"Can not delete resource before nested resources are deleted: {', '.join(parts)}.",
            )

        def finish() -> None:
            error = self.stuck_by(found)
            if error:
                raise error
            self.delete(resource_id)

        return self._operations.begin(request, finish)


def _shown(item: Resource) -> dict[str, Any]:
    """Return what only a listing shows: the state beside the properties, and its own spelling."""
    state = item["properties"].get("provisioningState")
    shown = {"type": LISTED_AS.get(item["type"], item["type"])}
    return {**shown, "provisioningState": state} if state else shown


def _region(location: str) -> str:
    return location.replace(" ", "").lower()
