"""The resource group that holds the lab, and whether it is the lab's own."""

from __future__ import annotations

from typing import Any, Callable, Optional

from ..errors import AzError, DeployError
from ..settings import Settings
from .az import Az

TAG = ("lab", "response-streaming")  # infra/main.bicep gives it to every resource


def is_ours(tags: Optional[dict[str, str]]) -> bool:
    """Tell whether something carries the lab's tag."""
    return (tags or {}).get(TAG[0]) == TAG[1]


def show(az: Az, name: str) -> Optional[dict[str, Any]]:
    """Return the group as Azure shows it, or None where there is none."""
    try:
        group: dict[str, Any] = az.json("group", "show", "--name", name)
    except AzError as error:
        if error.not_found:
            return None
        raise
    return group


def find(az: Az, settings: Settings) -> Optional[str]:
    """Return the region of the group, or None where there is none yet.

    Raises DeployError where it is being deleted, and where it is not the lab's and LAB_ADOPT_GROUP
    does not allow its use.
    """
    name = settings.resource_group
    group = show(az, name)
    if group is None:
        return None
    if group["properties"]["provisioningState"] == "Deleting":
        raise DeployError(f"resource group {name} is being deleted: wait until it is gone")
    if not is_ours(group["tags"]) and not settings.adopt_group:
        raise DeployError(
            f"resource group {name} exists and is not this lab's, it has no tag "
            f"{'='.join(TAG)}: choose another LAB_RESOURCE_GROUP, or set LAB_ADOPT_GROUP=true to "
            "deploy into it all the same"
        )
    return str(group["location"])


def create(az: Az, settings: Settings, say: Callable[[str], None]) -> None:
    """Create the group with the lab's tag."""
    where = ("--name", settings.resource_group, "--location", settings.location)
    az.json("group", "create", *where, "--tags", "=".join(TAG))
    say(f"resource group {settings.resource_group} created in {settings.location}")
