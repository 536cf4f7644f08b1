"""What would make a deployment fail after minutes, found in seconds, before anything is paid for.

Each look may be forbidden, or its provider ill: then a line tells what was not looked at, and the
deployment goes on, because Azure says it too, only later.
"""

from __future__ import annotations

from functools import partial
from typing import Callable

from azure_resources import inventory
from azure_resources.az import Az
from azure_resources.errors import AzError
from azure_resources.ownership import Owner, carries

from ..errors import DeployError
from ..settings import Settings
from . import models, permissions
from .parameters import backends, regions
from .state import Record

Say = Callable[[str], None]


def check(az: Az, settings: Settings, lab: Record, owner: Owner, say: Say) -> None:
    """Raise DeployError for what Azure would refuse, or what is not this lab's to write over."""
    standing = inventory.resources(az, lab.group, owner)
    _check_standing(standing, lab)
    _check_places(standing, settings)
    known = {resource.name for resource in standing if resource.ours}
    looks = {
        "the rights on the group": partial(permissions.check, az, settings, lab.group),
        "soft-deleted names": partial(_check_deleted, az, settings, lab, owner, say),
    }
    if f"apim-{lab.id}" not in known:
        looks["the name of the gateway"] = partial(_check_name, az, lab)
        looks["the tier of the gateway"] = partial(_check_tier, az, lab, settings)
    accounts = list(zip(backends(settings), regions(settings)))  # none for the mock
    for region in dict.fromkeys(regions(settings)):
        new = [name for name, at in accounts if at == region and f"{name}-{lab.id}" not in known]
        look = partial(models.check, az, settings, region, len(new), say)
        looks[f"the model in {region}"] = look
    for what, look in looks.items():
        try:
            look()
        except AzError as error:
            say(f"not checked beforehand: {what} ({error.reason.splitlines()[0]})")


def _check_standing(standing: list[inventory.Resource], lab: Record) -> None:
    strange = [item for item in standing if not item.ours and carries(item.name, lab.id)]
    if strange:
        listed = "\n".join(f"  {item}" for item in strange)
        raise DeployError(
            f"resource group {lab.group} holds what this lab would write over, and it does not "
            f"carry the lab's tag:\n{listed}\nNext: choose another LAB_RESOURCE_GROUP, or none."
        )


def _check_places(standing: list[inventory.Resource], settings: Settings) -> None:
    """Raise DeployError where something stands in another region: nothing can move."""
    places = dict(zip(backends(settings), regions(settings)))
    moved = []
    for item in standing:
        first = item.name.partition("-")[0]
        wanted = places.get(first, settings.location)
        known = item.kind in (inventory.APIM, inventory.ACCOUNT) and item.ours
        if (
            known
            and (first in places or first == "apim")
            and _region(item.location) != _region(wanted)
        ):
            moved.append(f"  {item.name} stands in {item.location}, {wanted} is asked for")
    if moved:
        raise DeployError(
            "what stands cannot move to another region:\n" + "\n".join(moved) + "\nNext: set "
            "LAB_LOCATION and LAB_OPENAI_LOCATIONS as they were, or remove the lab first."
        )


def _region(location: str) -> str:
    return location.replace(" ", "").lower()


def _check_deleted(az: Az, settings: Settings, lab: Record, owner: Owner, say: Say) -> None:
    found, problems = inventory.deleted(az, owner.of({lab.id: lab.group}))
    for problem in problems:
        say(problem)
    names = {f"{name}-{lab.id}" for name in ("apim", *backends(settings))}
    blocking = [item for item in found if item.ours and item.name in names]
    if blocking:
        listed = "\n".join(f"  {item}\n    {az.text(*item.purge)}" for item in blocking)
        raise DeployError(
            f"soft-deleted resources of this lab block the names it needs:\n{listed}\n"
            "Next: purge them with these commands, or run lab.remove(confirm=...), which does, or, "
            "where you may not purge, lets the next deployment take new names."
        )


def _check_name(az: Az, lab: Record) -> None:
    told = az.json("apim", "check-name", "--name", f"apim-{lab.id}")
    if told.get("nameAvailable") is False and told.get("reason") == "AlreadyExists":
        raise DeployError(
            f"API Management has a service apim-{lab.id} already, living or soft-deleted, that is "
            "not in this lab's group.\nNext: leave LAB_ID empty, so that the lab gets an id, and "
            "names, of its own."
        )


def _check_tier(az: Az, lab: Record, settings: Settings) -> None:
    path = f"/subscriptions/{lab.subscription}/providers/Microsoft.ApiManagement/skus"
    listed = az.json("rest", "--method", "get", "--url", f"{path}?api-version=2022-08-01")
    offered = {
        _region(place)
        for item in listed["value"]
        if item.get("name") == settings.apim_sku and item.get("resourceType") == "service"
        for place in item.get("locations") or []
    }
    if offered and settings.location not in offered:  # a tier that is not listed is not known
        raise DeployError(
            f"API Management {settings.apim_sku} is not offered in {settings.location}, but in "
            f"{', '.join(sorted(offered)[:8])}.\nNext: set LAB_LOCATION to one of these, or "
            "LAB_APIM_SKU to another tier."
        )
