"""Whose is it? What decides is a random id, never a name's form or a tag alone.

A project deploys, maybe more than once, each time under an id of its own. A resource is the
project's where its tag holds such an id *and* its name ends with it: a tag alone may have been
inherited from the resource group, as many organisations make Azure Policy do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Optional

Tags = Optional[Mapping[str, str]]


@dataclass(frozen=True)
class Owner:
    """Hold how a project marks what is its own, and where that is, or was."""

    name: str  # what messages call it, with its article
    tag: tuple[str, str]  # to be found by in the portal; says nothing about whose it is
    id_tag: str
    owner_tag: str  # of a group: whom to ask
    inside: str  # pattern of every name that it gives within API Management
    groups: Mapping[str, str] = field(default_factory=dict)  # each id's resource group

    def of(self, groups: Mapping[str, str]) -> Owner:
        """Return the owner of what was deployed under these ids, each in its group."""
        return replace(self, groups=groups)

    @property
    def ids(self) -> frozenset[str]:
        """Return the ids."""
        return frozenset(self.groups)

    def id_of(self, tags: Tags) -> str:
        """Return the id in some tags; empty where there is none. Azure ignores a tag's case."""
        found = {name.lower(): value for name, value in (tags or {}).items()}
        return found.get(self.id_tag, "")

    def person(self, tags: Tags) -> str:
        """Return who deployed into a group; empty where the group does not tell."""
        return (tags or {}).get(self.owner_tag, "")

    def owns(self, item: Mapping[str, Any]) -> bool:
        """Tell whether a resource, as Azure lists it, is the project's, under one of the ids."""
        own_id = self.id_of(item.get("tags"))
        return own_id in self.ids and carries(item["name"], own_id)


def carries(name: str, own_id: str) -> bool:
    """Tell whether a resource's name ends with an id, after a hyphen."""
    return bool(own_id) and name.lower().endswith(f"-{own_id}")
