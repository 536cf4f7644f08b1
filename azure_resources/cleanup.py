"""Removes what a project has in Azure, for good: resources first, then what stays soft-deleted.

Only what carries the project's id is ever deleted; the resource group only when nothing else is in
it.
"""

from __future__ import annotations

from typing import Any, Callable, Optional

from . import guests, inventory
from .az import Az
from .clock import Clock, breathing
from .errors import AzError, AzureError
from .inventory import Deleted, Resource, short
from .ownership import Owner, carries
from .patience import Patience
from .purging import NOTICED, Purge

SECONDS = 3 * 3600.0  # a classic API Management tier takes most of an hour to go
_SOFT_DELETED = (inventory.APIM, inventory.ACCOUNT)  # kinds that stay behind when deleted


class Cleanup:
    """List and remove what there is of `owner` in the resource group `group`.

    Soft-deleted, it may be of any id of the owner, each in its group. `cancel` ends a deployment
    that may be running; what it raises as AzError is told.
    """

    def __init__(
        self,
        az: Az,
        owner: Owner,
        group: str,
        cancel: Callable[[], None],
        say: Callable[[str], None],
        clock: Clock,
    ) -> None:
        self._az = az
        self._owner = owner
        self._whose = f"{owner.name}'s"
        self._group = group
        self._cancel = cancel
        self._say = say
        self._clock = clock

    def listing(self) -> list[str]:
        """Return a line for all that is the owner's; say what is not, and will be left."""
        lines, others = self._live()
        deleted, problems = inventory.deleted(self._az, self._owner)
        others += [str(item) for item in deleted if not item.ours]
        for line in others:
            self._say(f"not {self._whose}, will be left: {line}")
        for problem in problems:
            self._say(problem)
        return lines + [str(item) for item in deleted if item.ours]

    def remove(self) -> None:
        """Delete, wait and purge; what is gone already counts as done.

        Raises AzureError, with reasons and what to do, where something that may cost stays.
        """
        gone, problems = self._delete()
        left = Purge(self._az, self._owner, self._say, self._clock).purge(gone)
        live = self._still_live(bool(problems))
        if live or problems:
            raise AzureError(
                "\n".join([f"something of {self._owner.name} is left:", *live, *problems])
            )
        what = f"{self._owner.name} that costs" if left else self._owner.name
        self._say(f"nothing of {what} is left")

    def _live(self) -> tuple[list[str], list[str]]:
        """Return a line for each thing that is not soft-deleted: the owner's, and others."""
        group = inventory.group(self._az, self._group)
        if group is None:
            return [], []
        ours, strangers = self._resources()
        lines = [str(resource) for resource in ours]
        others = [self._stranger(resource) for resource in strangers]
        for service, (held, unseen) in self._guests(ours, strangers).items():
            what = f"{short(service.kind)} {service.name}"
            others += [f"{guest}, in {what}" for guest in held]
            if unseen:
                self._say(f"could not look into {what}: {unseen}")
        if self._is_ours(group) and not others:
            lines.insert(0, f"resource group  {self._group}  {group['location']}")
        return lines, others

    def _resources(self) -> tuple[list[Resource], list[Resource]]:
        """Return what is the owner's and what is somebody else's; what Azure made is nobody's."""
        found = inventory.resources(self._az, self._group, self._owner)
        ours = [resource for resource in found if resource.ours]
        return ours, [item for item in found if not (item.ours or item.by_azure)]

    def _stranger(self, resource: Resource) -> str:
        """Return a line for what is not the owner's, and for what may be but has lost its tag."""
        named = [own_id for own_id in self._owner.ids if carries(resource.name, own_id)]
        if not named or resource.tagged:
            return str(resource)
        return (
            f"{resource}  (its name has {self._whose} id, its tags do not: where it is "
            f"{self._whose}, put the tag {self._owner.id_tag}={named[0]} on it)"
        )

    def _is_ours(self, group: dict[str, Any]) -> bool:
        return self._owner.id_of(group["tags"]) in self._owner.ids

    def _still_live(self, expected: bool) -> list[str]:
        """List what is left; where that should be nothing, give Azure a while to notice."""
        patience = Patience(self._say, self._clock, "Azure's listing")
        while True:
            group = inventory.group(self._az, self._group)
            lines = [str(resource) for resource in self._resources()[0]] if group else []
            if not lines or expected or patience.seconds > NOTICED:
                return lines
            patience.pause()

    def _delete(self) -> tuple[list[Deleted], list[str]]:
        """Delete the resources; return what is then soft-deleted, and what could not be done."""
        group = inventory.group(self._az, self._group)
        if group is None:
            self._say(f"resource group {self._group}: not there")
            return [], []
        ours, others = self._resources()
        kept = self._with_guests(ours, others)
        for resource in others:
            self._say(f"not {self._whose}, left alone: {self._stranger(resource)}")
        for resource in ours:
            if resource not in kept:
                self._say(f"to be deleted: {resource}")
        if not self._is_ours(group) or others or kept:
            self._say(self._stays)
            deleted, problems = self._delete_each([item for item in ours if item not in kept])
            return self._soft(deleted), [*kept.values(), *problems]
        failure = self._delete_group(group["properties"]["provisioningState"])
        if not failure:
            return self._soft(ours), []
        self._say(f"{failure}\ntrying its resources one by one")
        kept = self._with_guests(*self._resources())  # minutes may have passed
        deleted, problems = self._delete_each([item for item in ours if item not in kept])
        problems = [*kept.values(), *problems]
        if not problems:  # what had kept the group is gone now
            if self._resources()[1]:
                self._say(self._stays)
                return self._soft(deleted), []
            failure = self._delete_group("")
        return self._soft(deleted), [failure, *problems] if failure else []

    @property
    def _stays(self) -> str:
        return f"resource group {self._group} stays, with what is not {self._whose} in it"

    def _soft(self, resources: list[Resource]) -> list[Deleted]:
        return [
            Deleted(item.kind, item.name, self._group, item.location, since="")
            for item in resources
            if item.kind in _SOFT_DELETED
        ]

    def _guests(
        self, ours: list[Resource], others: list[Resource]
    ) -> dict[Resource, tuple[list[str], str]]:
        """Return what each service of the owner holds of others, or why that cannot be seen."""
        found = {}
        for service in ours:
            try:
                held = guests.held(self._az, self._group, service, others, self._owner), ""
            except AzError as error:
                held = [], "" if error.not_found else error.reason
            if any(held):
                found[service] = held
        return found

    def _with_guests(self, ours: list[Resource], others: list[Resource]) -> dict[Resource, str]:
        """Return the owner's services that are not to be deleted, and what to tell of each."""
        kept = {}
        for service, (held, unseen) in self._guests(ours, others).items():
            reason = (
                f"it holds what is not {self._whose}: {', '.join(held)}.\nNext: let whoever put "
                "that there take it out, in the portal for instance, and run this again."
                if held
                else f"whether it holds what is not {self._whose} cannot be seen: {unseen}.\nNext: "
                "run this again."
            )
            kept[service] = f"{short(service.kind)} {service.name} was not deleted, {reason}"
        return kept

    def _delete_group(self, state: str) -> str:
        """Delete the group and wait; return why it stays, or nothing when it is gone."""
        patience = Patience(self._say, self._clock, f"resource group {self._group}: deletion")
        try:
            if state != "Deleting":
                self._az.run("group", "delete", "--name", self._group, "--yes", "--no-wait")
            patience.tell(
                f"resource group {self._group}: being deleted, API Management takes its time; "
                "Azure goes on when this cell is interrupted"
            )
            while (now := patience.ask(self._group_state)) != "gone":
                if now not in (None, "Deleting"):
                    return f"resource group {self._group}: Azure gave up deleting it, it is {now}"
                if patience.seconds > SECONDS:
                    return f"resource group {self._group}: still being deleted; run this again"
                patience.pause()
        except AzError as error:
            return f"resource group {self._group}: {_told(error)}"
        self._say(f"resource group {self._group}: gone  {patience.seconds:.2f} s")
        return ""

    def _group_state(self) -> str:
        group = inventory.group(self._az, self._group)
        return str(group["properties"]["provisioningState"]) if group else "gone"

    def _delete_each(self, ours: list[Resource]) -> tuple[list[Resource], list[str]]:
        """Delete one by one, again as long as that brings any further: some hang on others."""
        if not ours:
            self._say(
                f"resource group {self._group}: nothing of {self._owner.name} in it to delete"
            )
            return [], []
        try:
            self._cancel()
        except AzError as error:
            self._say(f"could not look for a running deployment: {error.reason}")
        deleted: list[Resource] = []
        while True:
            reasons = {item: self._delete_one(item) for item in ours if item not in deleted}
            deleted += [item for item, reason in reasons.items() if reason is None]
            left = [reason for reason in reasons.values() if reason is not None]
            if not left or len(left) == len(reasons):
                return deleted, left

    def _delete_one(self, resource: Resource) -> Optional[str]:
        what = f"{short(resource.kind)} {resource.name}"
        self._say(f"deleting {what}")
        started = self._clock.now()
        try:
            with breathing(self._say, f"deleting {what}"):
                command = ("resource", "delete", "--ids", resource.id)
                # Without --verbose az does not tell why it could not.
                self._az.run(*command, "--verbose", seconds=SECONDS, chatty=True)
        except AzError as error:
            if not error.not_found:
                return f"{what}: {_told(error)}"
        self._say(f"deleted {what}  {self._clock.now() - started:.2f} s")
        return None


def _told(error: AzError) -> str:
    advice = f"\nNext: {error.next_step}; then run this again" if error.next_step else ""
    return f"{error.reason}{advice}, or run: {error.command}"
