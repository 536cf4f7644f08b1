"""Removes the lab from Azure, for good: resources first, then what stays soft-deleted."""

from __future__ import annotations

import time
from typing import Callable

from ..errors import AzError, ConfigError, DeployError
from ..settings import Settings
from . import group as groups
from . import inventory
from .az import Az
from .deployment import Deployer
from .inventory import Deleted, Resource
from .patience import Patience

SECONDS = 3 * 3600.0  # a classic API Management tier takes most of an hour to go
NOTICED = 120.0  # within so many seconds Azure's listings forget what was purged
_SOFT_DELETED = (inventory.APIM, inventory.ACCOUNT)  # kinds that stay behind when deleted


class Cleanup:
    """List and remove what there is of one lab; only what carries its tag is ever deleted."""

    def __init__(
        self,
        az: Az,
        settings: Settings,
        say: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._az = az
        self._settings = settings
        self._group = settings.resource_group
        self._say = say
        self._sleep = sleep

    def listing(self) -> list[str]:
        """Return one line for everything that is left; empty when nothing is."""
        lines = []
        group = groups.show(self._az, self._group)
        if group is not None:
            resources = inventory.resources(self._az, self._group)
            lines = [str(resource) for resource in resources if resource.ours]
            if groups.is_ours(group["tags"]):
                lines.insert(0, f"resource group  {self._group}  {group['location']}")
        return lines + [str(item) for item in inventory.deleted(self._az, self._group)]

    def remove(self, confirm: str) -> None:
        """Delete, wait and purge; what is gone already counts as done.

        Raises ConfigError unless `confirm` is the group's name, and DeployError with the exact
        commands left to run where something stays.
        """
        if confirm != self._group:
            raise ConfigError(
                f"nothing was removed: write lab.remove(confirm={self._group!r}), the name of the "
                "resource group, to delete the lab's resources in it for good"
            )
        gone, problems = self._delete()
        # Azure may take a while to list what was deleted just now: purge that by its name as well.
        listed = inventory.deleted(self._az, self._group)
        known = {(item.kind, item.name) for item in listed}
        for item in [*listed, *(item for item in gone if (item.kind, item.name) not in known)]:
            problems += self._purge(item)
        left = self._left(bool(problems))
        if left or problems:
            raise DeployError("\n".join(["something of the lab is left:", *left, *problems]))
        self._say("nothing of the lab is left")

    def _left(self, expected: bool) -> list[str]:
        """List what is left; where that should be nothing, give Azure a while to notice."""
        patience = Patience(self._say, self._sleep)
        while True:
            left = self.listing()
            if not left or expected or patience.seconds > NOTICED:
                return left
            patience.pause()

    def _delete(self) -> tuple[list[Deleted], list[str]]:
        """Delete the resources; return what stays soft-deleted, and what is left to do by hand."""
        group = groups.show(self._az, self._group)
        if group is None:
            self._say(f"resource group {self._group}: not there")
            return [], []
        resources = inventory.resources(self._az, self._group)
        ours = [resource for resource in resources if resource.ours]
        others = [resource for resource in resources if not resource.ours]
        try:
            if groups.is_ours(group["tags"]) and not others:
                self._delete_group(group["properties"]["provisioningState"])
            else:
                self._delete_resources(ours, others)
        except AzError as error:
            return [], [f"{error.code}: {error.message}", f"run: {error.command}"]
        gone = [_deleted(self._group, item) for item in ours if item.kind in _SOFT_DELETED]
        if not groups.is_ours(group["tags"]) or not others:
            return gone, []
        command = self._az.text("group", "delete", "--name", self._group)
        return gone, [f"to delete the group with all that is in it, run: {command}"]

    def _delete_group(self, state: str) -> None:
        patience = Patience(self._say, self._sleep)
        if state != "Deleting":
            self._az.run("group", "delete", "--name", self._group, "--yes", "--no-wait")
        self._say(
            f"resource group {self._group}: being deleted, API Management takes its time; Azure "
            "goes on when this cell is interrupted"
        )
        while patience.ask(self._is_there) is not False:
            if patience.seconds > SECONDS:
                raise DeployError(f"resource group {self._group} is still there; run this again")
            patience.pause()
        self._say(f"resource group {self._group}: gone  {patience.seconds:.2f} s")

    def _is_there(self) -> bool:
        return bool(self._az.json("group", "exists", "--name", self._group))

    def _delete_resources(self, ours: list[Resource], others: list[Resource]) -> None:
        for resource in others:
            self._say(f"left alone, not the lab's: {resource}")
        if not ours:
            self._say(f"resource group {self._group}: nothing of the lab in it")
            return
        Deployer(self._az, self._settings, self._say, self._sleep).cancel()
        for resource in ours:
            self._say(f"deleting {resource.kind} {resource.name}")
        ids = [resource.id for resource in ours]
        self._az.run("resource", "delete", "--ids", *ids, seconds=SECONDS)

    def _purge(self, item: Deleted) -> list[str]:
        started = time.monotonic()
        try:
            self._az.run(*item.purge, seconds=SECONDS)
        except AzError as error:
            if not error.not_found:
                return [f"{error.code}: {error.message}", f"run: {error.command}"]
        self._say(f"purged {item.kind} {item.name}  {time.monotonic() - started:.2f} s")
        return []


def _deleted(group: str, resource: Resource) -> Deleted:
    return Deleted(resource.kind, resource.name, group, resource.location, since="")
