"""Purges what a deletion leaves behind soft-deleted, where that is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable

from . import inventory
from .az import Az
from .clock import Clock, breathing
from .errors import AzError
from .inventory import Deleted, short
from .ownership import Owner
from .patience import Patience

SECONDS = 3600.0
NOTICED = 120.0  # within so many seconds listings forget what was deleted or purged
BY_ITSELF = "48 hours after its deletion"  # what Azure purges without being asked


class Purge:
    """Purge what carries an id of the owner, and what was deleted just now."""

    def __init__(self, az: Az, owner: Owner, say: Callable[[str], None], clock: Clock) -> None:
        self._az = az
        self._owner = owner
        self._say = say
        self._clock = clock

    def purge(self, gone: Sequence[Deleted]) -> list[Deleted]:
        """Return what stays soft-deleted, each told with who can purge it and how.

        `gone` was deleted just now: Azure may take a while to list it, so its names do.
        """
        listed, problems = inventory.deleted(self._az, self._owner)
        for problem in problems:
            self._say(problem)
        just_deleted = {item.key for item in gone}
        wanted = [item for item in listed if item.ours or item.key in just_deleted]
        for item in listed:
            if item not in wanted:
                self._say(f"not {self._owner.name}'s, left alone: {item}")
        known = {item.key for item in wanted}
        wanted += [item for item in gone if item.key not in known]
        return [item for item in wanted if not self._purged(item)]

    def _purged(self, item: Deleted) -> bool:
        started = self._clock.now()
        what = f"{short(item.kind)} {item.name}"
        try:
            with breathing(self._say, f"purging {what}"):
                self._az.run(*item.purge, seconds=SECONDS)
        except AzError as error:
            if not error.not_found and not self._gone_all_the_same(item, error):
                self._say(
                    f"soft-deleted, without cost, and its name taken: {what}; it could not be "
                    f"purged: {error.reason}\n  Azure purges it by itself {BY_ITSELF}; earlier, "
                    "somebody who is Contributor of the subscription can run:\n"
                    f"  {self._az.text(*item.purge)}"
                )
                return False
        self._say(f"purged {what}  {self._clock.now() - started:.2f} s")
        return True

    def _gone_all_the_same(self, item: Deleted, error: AzError) -> bool:
        """Tell whether the purge was done though az failed: its result may not be readable.

        https://github.com/Azure/azure-cli/issues/29069
        """
        if "/delete'" in error.message:  # the purge itself is forbidden
            return False
        patience = Patience(self._say, self._clock, f"purging {item.name}")
        while patience.seconds <= NOTICED:
            try:
                self._az.json(*item.show)
            except AzError as look:
                if look.not_found:
                    return True
                if look.code == "AuthorizationFailed":
                    return False
            patience.pause()
        return False
