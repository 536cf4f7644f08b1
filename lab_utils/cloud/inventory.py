"""What there is of the lab in Azure: resources, and what is soft-deleted and blocks a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .az import Az
from .group import is_ours

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
_SUFFIX = r"-[a-z2-7]{13}"  # what infra/main.bicep's uniqueString makes
# Application Insights creates these two by itself, without tags, beside a component of the lab's.
_COMPANIONS = re.compile(
    r"microsoft\.insights/actiongroups/Application Insights Smart Detection"
    rf"|microsoft\.alertsmanagement/smartDetectorAlertRules/failure anomalies - appi{_SUFFIX}",
    re.IGNORECASE,
)


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

    def __str__(self) -> str:
        parts = [short(self.kind), self.name, self.location, self.sku]
        parts.append(f"since {self.since}" if self.since else "")
        parts.append(COSTS.get((self.kind, self.sku), ""))
        parts.append("" if self.ours else "not the lab's")
        return "  ".join(part for part in parts if part)


@dataclass(frozen=True)
class Deleted:
    """Hold one soft-deleted resource: it costs nothing and blocks its name until it is purged."""

    kind: str
    name: str
    group: str
    location: str
    since: str

    def __str__(self) -> str:
        since = f"since {self.since}" if self.since else "now"
        return f"{short(self.kind)}  {self.name}  {self.location}  soft-deleted {since}, no cost"

    @property
    def purge(self) -> tuple[str, ...]:
        """Return az's arguments that purge it."""
        place = ("--location", self.location)
        if self.kind == APIM:
            return ("apim", "deletedservice", "purge", "--service-name", self.name, *place)
        account = ("--name", self.name, "--resource-group", self.group)
        return ("cognitiveservices", "account", "purge", *account, *place)


def short(kind: str) -> str:
    """Return a resource type without the provider's vendor."""
    return kind[len("Microsoft.") :] if kind.startswith("Microsoft.") else kind


def resources(az: Az, group: str) -> list[Resource]:
    """List the resources of a group that exists, the lab's and others."""
    return [
        Resource(
            id=item["id"],
            kind=item["type"],
            name=item["name"],
            location=item["location"],
            sku=(item.get("sku") or {}).get("name") or "",
            since=_moment(item.get("createdTime")),
            ours=is_ours(item.get("tags")) or _is_companion(item),
        )
        for item in az.json("resource", "list", "--resource-group", group)
    ]


def deleted(az: Az, group: str) -> list[Deleted]:
    """List the lab's soft-deleted resources that were in a group of this name.

    A soft-deleted API Management service shows no tags: it counts as the lab's where both its
    group and its name are as the lab makes them.
    """
    found = [
        Deleted(
            kind=APIM,
            name=item["name"],
            group=_group(item["serviceId"]),
            location=item["location"],
            since=_moment(item.get("deletionDate")),
        )
        for item in az.json("apim", "deletedservice", "list")
        if re.fullmatch(f"apim{_SUFFIX}", item["name"])
    ]
    found += [
        Deleted(
            kind=ACCOUNT,
            name=item["name"],
            group=_group(item["id"]),
            location=item["location"],
            since=_moment(item["properties"].get("deletionDate")),
        )
        for item in az.json("cognitiveservices", "account", "list-deleted")
        if is_ours(item.get("tags")) or _is_named_as_ours(item)
    ]
    return [item for item in found if item.group.lower() == group.lower()]


def _is_companion(item: dict[str, Any]) -> bool:
    return bool(_COMPANIONS.fullmatch(f"{item['type']}/{item['name']}"))


def _is_named_as_ours(item: dict[str, Any]) -> bool:
    return not item.get("tags") and bool(re.fullmatch(f"openai[0-9]+{_SUFFIX}", item["name"]))


def _group(resource_id: str) -> str:
    match = re.search("/resourceGroups/([^/]+)", resource_id, re.IGNORECASE)
    return match[1] if match else ""


def _moment(text: Any) -> str:
    return str(text)[:16].replace("T", " ") if text else ""
