"""The resource group that holds the lab, and whether it is the lab's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable, Optional

from azure_resources import inventory
from azure_resources.az import Az
from azure_resources.errors import AzError
from azure_resources.inventory import Group
from azure_resources.ownership import Owner

from ..errors import DeployError
from ..settings import Settings
from .owner import LAB
from .state import Record

_ASK_FOR_ONE = (
    "let a Contributor of the subscription create a resource group and make you Contributor of it, "
    "then set LAB_RESOURCE_GROUP to its name and LAB_ADOPT_GROUP=true; docs/azure.md, Rights"
)


def find(az: Az, settings: Settings, lab: Record, owner: Owner) -> Optional[str]:
    """Return the region of the group, or None where there is none yet.

    `owner` has the ids of this folder's labs. Raises DeployError where the group is being deleted,
    and where it is not the lab's and LAB_ADOPT_GROUP does not allow its use.
    """
    with _asked_for():
        group = inventory.group(az, lab.group)
    if group is None:
        return None
    if group["properties"]["provisioningState"] == "Deleting":
        raise DeployError(f"resource group {lab.group} is being deleted: wait until it is gone")
    if owner.id_of(group["tags"]) not in owner.ids and not settings.adopt_group:
        raise DeployError(whose(group))
    return str(group["location"])


def whose(group: Group) -> str:
    """Return what to tell of a group that is not this lab's."""
    name, lab_id, owner = group["name"], LAB.id_of(group["tags"]), LAB.person(group["tags"])
    if lab_id:
        by = f", deployed by {owner}" if owner else ""
        return (
            f"resource group {name} holds another lab: its id is {lab_id}{by}.\n"
            "Next: choose another LAB_RESOURCE_GROUP, or none, for a lab of your own; if that one "
            f"is yours, deployed from another folder or machine, set LAB_ID={lab_id}."
        )
    return (
        f"resource group {name} exists and is not this lab's, it has no tag {LAB.id_tag}.\n"
        "Next: choose another LAB_RESOURCE_GROUP, or none, for one of the lab's own; or set "
        "LAB_ADOPT_GROUP=true to deploy into it beside what is there."
    )


def create(az: Az, settings: Settings, lab: Record, user: str, say: Callable[[str], None]) -> None:
    """Create the group with the lab's tags."""
    tags = ["=".join(LAB.tag), f"{LAB.id_tag}={lab.id}"]
    if re.fullmatch(r"[\w.@-]+", user):
        tags.append(f"{LAB.owner_tag}={user}")
    where = ("--name", lab.group, "--location", settings.location)
    with _asked_for():
        az.json("group", "create", *where, "--tags", *tags)
    say(f"resource group {lab.group} created in {settings.location}")


@contextmanager
def _asked_for() -> Iterator[None]:
    """Tell who may not see or create groups how to get one."""
    try:
        yield
    except AzError as error:
        if error.code != "AuthorizationFailed":
            raise
        raise AzError(error.command, error.code, error.message, _ASK_FOR_ONE) from error


def other_labs(az: Az, owner: Owner) -> list[str]:
    """Return a line for each lab in the subscription that is not `owner`'s.

    Raises AzError where groups may not be listed.
    """
    listed = az.json("group", "list", "--tag", "=".join(owner.tag))
    return [
        f"resource group {group['name']}, lab {owner.id_of(group['tags']) or 'without an id'}"
        + (f", deployed by {owner.person(group['tags'])}" if owner.person(group["tags"]) else "")
        for group in listed
        if owner.id_of(group["tags"]) not in owner.ids
    ]
