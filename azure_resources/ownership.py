"""Whose is it? What decides is the lab's random id, never a name's form or a tag alone.

A resource is the lab's where its tag holds the id *and* its name ends with it: a tag alone may have
been inherited from the resource group, as many organisations make Azure Policy do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Optional

TAG = ("lab", "response-streaming")  # to be found by in the portal; says nothing about whose it is
ID_TAG = "lab-id"
OWNER_TAG = "lab-owner"  # of the group: whom to ask

Tags = Optional[dict[str, str]]


def id_of(tags: Tags) -> str:
    """Return the lab's id in some tags; empty where there is none. Azure ignores a tag's case."""
    found = {name.lower(): value for name, value in (tags or {}).items()}
    return found.get(ID_TAG, "")


def owner_of(tags: Tags) -> str:
    """Return who deployed the lab of a group; empty where the group does not tell."""
    return (tags or {}).get(OWNER_TAG, "")


def carries(name: str, lab_id: str) -> bool:
    """Tell whether a resource's name ends with a lab's id, as the template makes it."""
    return bool(lab_id) and name.lower().endswith(f"-{lab_id}")


def is_ours(item: dict[str, Any], ids: Iterable[str]) -> bool:
    """Tell whether a resource, as Azure lists it, is one of the labs with these ids."""
    lab_id = id_of(item.get("tags"))
    return lab_id in set(ids) and carries(item["name"], lab_id)
