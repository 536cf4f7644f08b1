"""The resource group that holds the lab, and whether it is the lab's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from contextlib import contextmanager
from typing import Any, Callable, Optional

from azure_resources.az import Az
from azure_resources.ownership import ID_TAG, OWNER_TAG, TAG, id_of, owner_of

from ..errors import AzError, DeployError
from ..settings import Settings
from .state import Record

Group = dict[str, Any]
_ASK_FOR_ONE = (
    "let a Contributor of the subscription create a resource group and make you Contributor of it, "
    "then set LAB_RESOURCE_GROUP to its name and LAB_ADOPT_GROUP=true; docs/azure.md, Rights"
)


def show(az: Az, name: str) -> Optional[Group]:
    """Return the group as Azure shows it, or None where there is none."""
    try:
        group: Group = az.json("group", "show", "--name", name)
    except AzError as error:
        if error.not_found:
            return None
        raise
    return group


def find(az: Az, settings: Settings, lab: Record, ids: Set[str]) -> Optional[str]:
    """Return the region of the group, or None where there is none yet.

    `ids` are those of this folder's labs. Raises DeployError where the group is being deleted, and
    where it is not the lab's and LAB_ADOPT_GROUP does not allow its use.
    """
    with _asked_for():
        group = show(az, lab.group)
    if group is None:
        return None
    if group["properties"]["provisioningState"] == "Deleting":
        raise DeployError(f"resource group {lab.group} is being deleted: wait until it is gone")
    if id_of(group["tags"]) not in ids and not settings.adopt_group:
        raise DeployError(whose(group))
    return str(group["location"])


def whose(group: Group) -> str:
    """Return what to tell of a group that is not this lab's."""
    name, lab_id, owner = group["name"], id_of(group["tags"]), owner_of(group["tags"])
    if lab_id:
        by = f", deployed by {owner}" if owner else ""
        return (
            f"resource group {name} holds another lab: its id is {lab_id}{by}.\n"
            "Next: choose another LAB_RESOURCE_GROUP, or none, for a lab of your own; if that one "
            f"is yours, deployed from another folder or machine, set LAB_ID={lab_id}."
        )
    return (
        f"resource group {name} exists and is not this lab's, it has no tag {ID_TAG}.\n"
        "Next: choose another LAB_RESOURCE_GROUP, or none, for one of the lab's own; or set "
        "LAB_ADOPT_GROUP=true to deploy into it beside what is there."
    )


def create(az: Az, settings: Settings, lab: Record, user: str, say: Callable[[str], None]) -> None:
    """Create the group with the lab's tags."""
    tags = ["=".join(TAG), f"{ID_TAG}={lab.id}"]
    if re.fullmatch(r"[\w.@-]+", user):
        tags.append(f"{OWNER_TAG}={user}")
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


def other_labs(az: Az, ids: Set[str]) -> list[str]:
    """Return a line for each lab in the subscription that this folder does not know.

    Raises AzError where groups may not be listed.
    """
    listed = az.json("group", "list", "--tag", "=".join(TAG))
    return [
        f"resource group {group['name']}, lab {id_of(group['tags']) or 'without an id'}"
        + (f", deployed by {owner_of(group['tags'])}" if owner_of(group["tags"]) else "")
        for group in listed
        if id_of(group["tags"]) not in ids
    ]
