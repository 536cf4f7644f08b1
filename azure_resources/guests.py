"""What others have put into one's own services, and would lose with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from .az import Az
from .errors import AzError
from .inventory import ACCOUNT, APIM, Resource, short
from .ownership import Owner

# What a tier brings: https://learn.microsoft.com/azure/api-management/get-started-create-service-instance
_SAMPLES = r"echo-api|starter|unlimited|master"
_OF_A_LOGGER = "Logger-Credentials-"  # begins the name of the secret that a logger keeps
_ADMINISTRATOR = "/users/1"  # owns the subscriptions that the sample products bring
# Path below the service, and what to call one of these.
_COLLECTIONS = (
    ("apis", "API"),
    ("products", "product"),
    ("backends", "backend"),
    ("namedValues", "named value"),
    ("policyFragments", "policy fragment"),
    ("subscriptions", "subscription"),
)
_VERSION = "2024-05-01"
# What a service says that has no such collection, in its tier; `az rest` ends with 1 for a 404 too.
_NO_COLLECTION = r"\w*NotFound|MethodNotAllowedInPricingTier|NotSupported\w*|NotImplemented"
_BEING_MADE = ("Accepted", "Activating", "Created", "Creating")  # nobody could put anything in


def held(
    az: Az, group: str, service: Resource, others: Sequence[Resource], owner: Owner
) -> list[str]:
    """Return what one of the owner's resources holds that is not the owner's.

    `others` are the resources of the group that are not the owner's: some are part of it. Raises
    AzError where that cannot be seen.
    """
    start = f"{service.id}/".lower()
    found = [
        f"{short(item.kind)} {item.name}" for item in others if item.id.lower().startswith(start)
    ]
    try:
        if service.state not in _BEING_MADE:
            found += _inside(az, group, service, owner)
    except AzError:
        if service.state != "Failed":  # one that never came to be cannot be looked into
            raise
    return found


def _inside(az: Az, group: str, service: Resource, owner: Owner) -> Iterator[str]:
    """Yield what somebody has put into a gateway or an account."""
    if service.kind == APIM:
        for collection, noun in _COLLECTIONS:
            for item in _foreign(az, service, collection, owner.inside):
                yield f"{noun} {item['name']}"
    if service.kind == ACCOUNT:
        where = ("--resource-group", group, "--name", service.name)
        for item in az.json("cognitiveservices", "account", "deployment", "list", *where):
            if owner.id_of(item.get("tags")) not in owner.ids:
                yield f"model deployment {item['name']}"


def _foreign(az: Az, service: Resource, collection: str, own: str) -> Iterator[dict[str, Any]]:
    """Yield what somebody has put into a collection; one page of it tells whether anybody has.

    `own` is a pattern of the owner's names.
    """
    url = f"{service.id}/{collection}?api-version={_VERSION}"
    try:
        listed = az.json("rest", "--method", "get", "--url", url)["value"]
    except AzError as error:
        if error.not_found or re.fullmatch(_NO_COLLECTION, error.code):
            return
        raise
    for item in listed:
        if not re.fullmatch(f"{own}|{_SAMPLES}", item["name"]) and not _is_brought(item):
            yield item


def _is_brought(item: dict[str, Any]) -> bool:
    """Tell whether API Management has made it by itself, beside a logger or a sample product."""
    properties = item.get("properties") or {}
    names = (item["name"], str(properties.get("displayName") or ""))
    sample = re.search(rf"/products/({_SAMPLES})$", str(properties.get("scope") or ""))
    owner = str(properties.get("ownerId") or "")
    return any(name.startswith(_OF_A_LOGGER) for name in names) or (
        bool(sample) and owner.endswith(_ADMINISTRATOR)
    )
