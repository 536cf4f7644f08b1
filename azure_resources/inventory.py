"""What there is in a resource group, and what is soft-deleted and blocks a name; whose it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Optional

from .az import Az
from .errors import AzError
from .ownership import Owner, carries

APIM = "Microsoft.ApiManagement/service"
ACCOUNT = "Microsoft.CognitiveServices/accounts"
# Orders of magnitude in US dollars, list prices of 2026: docs/azure.md says where to look.
COSTS = {
    (APIM, "Developer"): "about 0.07 USD an hour",
    (APIM, "Basic"): "about 0.2 USD an hour",
    (APIM, "BasicV2"): "about 0.2 USD an hour",
    (APIM, "Standard"): "about 1 USD an hour",
    (APIM, "StandardV2"): "about 1 USD an hour",
    (APIM, "Premium"): "about 4 USD an hour",
    (ACCOUNT, "S0"): "by the token, nothing while idle",
    ("Microsoft.Web/serverfarms", "B1"): "about 0.02 USD an hour",
}
Group = dict[str, Any]
_KNOWN = {kind.lower(): kind for kind, _ in COSTS}  # Azure lists Microsoft.Web/serverFarms
# Application Insights makes these by itself, without tags: a group, which all components of the
# resource group share, and a rule for each component, here one that is called appi and an id.
_ALERT_GROUP = "microsoft.insights/actiongroups/application insights smart detection"
_ALERT_RULE = "microsoft.alertsmanagement/smartdetectoralertrules/failure anomalies - appi"


@dataclass(frozen=True)
class Resource:
    """Hold one resource of the group."""

    id: str
    kind: str
    name: str
    location: str
    sku: str
    since: str  # date and time of its creation, as Azure tells them; may be empty
    ours: bool
    state: str = "Succeeded"  # as its provider tells it
    tagged: str = ""  # the id in its tag
    by_azure: bool = False  # made by Azure beside others: nobody's, worth nothing without them

    def __str__(self) -> str:
        parts = [short(self.kind), self.name, self.location, self.sku]
        parts.append(f"since {self.since}" if self.since else "")
        parts.append(COSTS.get((self.kind, self.sku), ""))
        return "  ".join(part for part in parts if part)


@dataclass(frozen=True)
class Deleted:
    """Hold one soft-deleted resource: it costs nothing and blocks its name until it is purged."""

    kind: str
    name: str
    group: str
    location: str
    since: str
    ours: bool = True

    def __str__(self) -> str:
        since = f"since {self.since}" if self.since else "now"
        return f"{short(self.kind)}  {self.name}  {self.location}  soft-deleted {since}, no cost"

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what tells it from every other; Azure ignores the case of names."""
        return self.kind, self.name.lower(), self.group.lower()

    @property
    def purge(self) -> tuple[str, ...]:
        """Return az's arguments that purge it."""
        return self._command("deletedservice purge", "account purge")

    @property
    def show(self) -> tuple[str, ...]:
        """Return az's arguments that show whether it is still there."""
        return self._command("deletedservice show", "account show-deleted")

    def _command(self, apim: str, account: str) -> tuple[str, ...]:
        place = ("--location", self.location)
        if self.kind == APIM:
            return ("apim", *apim.split(), "--service-name", self.name, *place)
        named = ("--name", self.name, "--resource-group", self.group)
        return ("cognitiveservices", *account.split(), *named, *place)


def short(kind: str) -> str:
    """Return a resource type without the provider's vendor."""
    return kind[len("Microsoft.") :] if kind.startswith("Microsoft.") else kind


def group(az: Az, name: str) -> Optional[Group]:
    """Return a resource group as Azure shows it, or None where there is none."""
    try:
        found: Group = az.json("group", "show", "--name", name)
    except AzError as error:
        if error.not_found:
            return None
        raise
    return found


def resources(az: Az, group: str, owner: Owner) -> list[Resource]:
    """List the resources of a group that exists, those of `owner` and others."""
    return [
        Resource(
            id=item["id"],
            kind=_KNOWN.get(item["type"].lower(), item["type"]),
            name=item["name"],
            location=item["location"],
            sku=(item.get("sku") or {}).get("name") or "",
            since=_moment(item.get("createdTime")),
            ours=owner.owns(item) or _is_alert_rule(item, owner),
            state=item.get("provisioningState") or "Succeeded",
            tagged=owner.id_of(item.get("tags")),
            by_azure=f"{item['type']}/{item['name']}".lower() == _ALERT_GROUP,
        )
        for item in az.json("resource", "list", "--resource-group", group)
    ]


def deleted(az: Az, owner: Owner) -> tuple[list[Deleted], list[str]]:
    """List what is soft-deleted of `owner`, and of others in the same groups.

    Of what Azure does not let see, a line in the second list tells.
    """
    found: list[Deleted] = []
    problems = []
    for kind, command in (
        (APIM, ("apim", "deletedservice", "list")),
        (ACCOUNT, ("cognitiveservices", "account", "list-deleted")),
    ):
        try:
            listed = az.json(*command)
        except AzError as error:
            problems.append(f"could not look for soft-deleted {short(kind)}: {error.reason}")
            continue
        found += [item for item in (_deleted(kind, entry, owner) for entry in listed) if item]
    return found, problems


def _deleted(kind: str, item: dict[str, Any], owner: Owner) -> Optional[Deleted]:
    """Return a soft-deleted resource of one of the groups, or None for any other.

    API Management shows no tags of what is deleted: there the name carries the id, and the group
    it was in must be that id's. A tag with another id outweighs a name.
    """
    group = _group(item["serviceId"] if kind == APIM else item["id"])
    when = item.get("deletionDate") or (item.get("properties") or {}).get("deletionDate")
    here = {own_id for own_id, name in owner.groups.items() if name.lower() == group.lower()}
    if not here:
        return None
    tagged = owner.id_of(item.get("tags"))
    ours = any(carries(item["name"], own_id) and tagged in ("", own_id) for own_id in here)
    return Deleted(kind, item["name"], group, item["location"], _moment(when), ours)


def _is_alert_rule(item: dict[str, Any], owner: Owner) -> bool:
    name = f"{item['type']}/{item['name']}".lower()
    return any(name == f"{_ALERT_RULE}-{own_id}" for own_id in owner.ids)


def _group(resource_id: str) -> str:
    match = re.search("/resourceGroups/([^/]+)", resource_id, re.IGNORECASE)
    return match[1] if match else ""


def _moment(text: Any) -> str:
    return str(text)[:16].replace("T", " ") if text else ""
