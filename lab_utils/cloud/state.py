"""What this folder remembers of its labs in Azure: whose something is there hangs on it.

A lab has a random id. It is a tag of its resource group and of all its resources and the end of
their names; who does not hold it here, in LAB_STATE_DIR, or in LAB_ID has a lab of another id.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..errors import DeployError
from ..settings import Settings

FILE = "azure.json"
GROUP = "lab-response-streaming"  # the default group's name is this, a hyphen and the id
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_LENGTH = 8  # 40 bits: two labs that meet have two ids


@dataclass(frozen=True)
class Record:
    """Hold one lab: its id and where it is, or was until it was removed."""

    id: str
    subscription: str
    group: str
    removed: bool = False

    def __str__(self) -> str:
        return f"resource group {self.group} in subscription {self.subscription}, lab {self.id}"


class Memory:
    """Read and write the labs that this folder knows, oldest first."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def records(self) -> list[Record]:
        """Return every lab there is or was. Raises DeployError for a damaged file."""
        try:
            listed = json.loads(self.path.read_text(encoding="utf-8"))["labs"]
            return [Record(**record) for record in listed]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError, KeyError) as error:
            raise DeployError(
                f"{self.path} cannot be read as the lab wrote it: remove it and set LAB_ID to the "
                "lab-id tag of your resource group"
            ) from error

    def keep(self, record: Record) -> None:
        """Remember a lab, in place of what was known of the same id and group."""
        others = [known for known in self.records() if not _same(known, record)]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"labs": [asdict(item) for item in (*others, record)]}, indent=1)
        draft = self.path.with_suffix(".new")
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, self.path)  # noqa: PTH105 - a reader sees the old file or the new one

    def forget(self, record: Record) -> None:
        """Remember that a lab was removed; what is soft-deleted of it is still known by its id."""
        self.keep(replace(record, removed=True))


def choose(settings: Settings, subscription: str, known: Sequence[Record]) -> Record:
    """Return the lab that the settings mean: one that stands, or a new one with a new id."""
    here = [item for item in known if _is_meant(item, settings, subscription)]
    if here and (settings.lab_id or not here[-1].removed):
        return replace(here[-1], removed=False)
    lab_id = settings.lab_id or "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    return Record(lab_id, subscription, settings.resource_group or default_group(lab_id))


def formerly(settings: Settings, subscription: str, known: Sequence[Record]) -> list[Record]:
    """Return the labs that were, or are, where the settings look."""
    return [item for item in known if _is_meant(item, settings, subscription)]


def elsewhere(known: Sequence[Record], meant: Record) -> list[Record]:
    """Return the labs of this folder that stand, but for the one that is meant."""
    return [item for item in known if not item.removed and not _same(item, meant)]


def default_group(lab_id: str) -> str:
    """Return the name of a lab's group where LAB_RESOURCE_GROUP gives none."""
    return f"{GROUP}-{lab_id}"


def _is_meant(record: Record, settings: Settings, subscription: str) -> bool:
    group = settings.resource_group or default_group(record.id)
    return (
        record.subscription == subscription
        and record.group.lower() == group.lower()
        and settings.lab_id in ("", record.id)
    )


def _same(one: Record, other: Record) -> bool:
    return (one.id, one.subscription, one.group.lower()) == (
        other.id,
        other.subscription,
        other.group.lower(),
    )
