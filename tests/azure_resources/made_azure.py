"""Things of all owners in an Azure that answers the commands of a clean-up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from azure_resources.az import Completed
from azure_resources.inventory import ACCOUNT, APIM
from azure_resources.ownership import Owner

LAB, FORMER, FOREIGN = "k3v7q2xd", "c2c2c2c2", "m5m5m5m5"
UPSTREAM = "abcdefghijklm"  # the lab this one comes from has uniqueString's letters in its names
GROUP, ELSEWHERE, OTHERS = "team", "team-2", "another"
HOME = {LAB: GROUP, FORMER: ELSEWHERE}  # the group of each lab of this folder
OWNER = Owner(
    name="the lab",
    tag=("lab", "response-streaming"),
    id_tag="lab-id",
    owner_tag="lab-owner",
    inside=r"inference|openai\d+",
)
SITE, STORAGE = "Microsoft.Web/sites", "Microsoft.Storage/storageAccounts"
PROJECT = f"{ACCOUNT}/projects"  # part of an account, and listed like a resource of its own
SOFT = (APIM, ACCOUNT)
# What somebody may have put into a gateway or an account: the collection, and one's name.
GUESTS = {
    APIM: (("apis", "shop"), ("products", "gold"), ("namedValues", "url"), ("backends", "shop")),
    ACCOUNT: (("deployments", "theirs"),),
}


@dataclass
class Thing:
    """Hold one thing in Azure: `tag` is its lab-id, `guest` what somebody else put into it."""

    kind: str
    name: str
    tag: str
    group: str = GROUP
    locked: bool = False
    stuck: bool = False  # its deletion is accepted, and given up
    guest: Optional[tuple[str, str]] = None
    gone: bool = False

    @property
    def id(self) -> str:
        provider, *kinds = self.kind.split("/")
        steps = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, self.name.split("/")))
        return f"/subscriptions/s/resourceGroups/{self.group}/providers/{provider}/{steps}"

    def shown(self) -> dict[str, Any]:
        tags = {"lab": "response-streaming", "Lab-Id": self.tag} if self.tag else None
        base = {"name": self.name, "location": "north", "tags": tags, "type": self.kind}
        if not self.gone:
            return {**base, "id": self.id, "provisioningState": "Succeeded"}
        where = {"serviceId": self.id} if self.kind == APIM else {}
        if self.kind == APIM:
            del base["tags"]  # Azure does not show them
        return {**base, "id": self.id.replace("/accounts/", "/deletedAccounts/"), **where}

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what no two have in common: a gateway's name is its alone in all of Azure."""
        return self.kind, self.name, "" if self.kind == APIM else self.group

    @property
    def is_the_labs(self) -> bool:
        """Tell it without the code under test.

        Tag and name carry an id of this folder. A deleted service shows no tags: there the name
        and the group decide, and no tag of another lab may speak against it.
        """
        for lab, home in HOME.items():
            named = self.name.endswith(f"-{lab}")
            if self.gone:
                tagged = self.kind == APIM or self.tag in ("", lab)
                if named and tagged and self.group == home:
                    return True
            elif named and self.tag == lab and self.group == GROUP:
                return True
        return False


@dataclass
class Azure:
    """Answer the commands of a clean-up; remember what was deleted or purged."""

    things: list[Thing]
    group_tag: str
    group_locked: bool = False
    may_list_deleted: bool = True
    may_purge: bool = True
    touched: list[Thing] = field(default_factory=list)
    group: bool = True

    def __call__(self, words: Sequence[str], seconds: float) -> Completed:
        command = " ".join(words)
        option = dict(zip(words, words[1:]))
        live = [thing for thing in self.things if not thing.gone]
        here = [thing for thing in live if thing.group == GROUP]
        soft = [thing for thing in self.things if thing.gone]
        if command.startswith("group show"):
            tags = {"lab-id": self.group_tag} if self.group_tag else None
            state = {"provisioningState": "Succeeded"}
            group = {"name": GROUP, "location": "north", "tags": tags, "properties": state}
            return _data(group) if self.group else _missing()
        if command.startswith("resource list"):
            return _data([thing.shown() for thing in here])
        if command.startswith("group delete"):
            return self._delete_group(here)
        if command.startswith("resource delete"):
            return self._delete([t for t in live if t.id == option["--ids"]])
        if command.startswith("rest --method get"):
            return self._collection(option["--url"], live)
        if command.startswith("cognitiveservices account deployment list"):
            guests = [t.guest for t in here if _named(t, option) and t.kind == ACCOUNT and t.guest]
            return _data([{"name": name, "tags": None} for _, name in guests])
        for kind, what in ((APIM, "apim deletedservice"), (ACCOUNT, "cognitiveservices account")):
            if command.startswith((f"{what} list", f"{what} list-deleted")):
                listed = [thing.shown() for thing in soft if thing.kind == kind]
                return _data(listed) if self.may_list_deleted else _forbidden("deleted/read")
            if command.startswith(f"{what} purge"):
                return self._purge([t for t in soft if t.kind == kind and _named(t, option)])
        return _missing()

    def _collection(self, url: str, live: list[Thing]) -> Completed:
        path, _, collection = url.partition("?")[0].rpartition("/")
        own = {"apis": ["inference", "echo-api"], "backends": ["inference", "openai1"]}
        names = own.get(collection, [])
        for thing in live:
            if thing.id == path and thing.guest and thing.guest[0] == collection:
                names = [*names, thing.guest[1]]
        return _data({"value": [{"name": name, "properties": {}} for name in names]})

    def _delete_group(self, inside: list[Thing]) -> Completed:
        if self.group_locked or any(thing.locked for thing in inside):
            return _refused("ScopeLocked", "a lock is on it")
        for thing in [thing for thing in inside if not thing.stuck]:
            self._gone(thing)
        self.group = any(thing.stuck for thing in inside)
        return Completed(0, "", "")

    def _delete(self, found: list[Thing]) -> Completed:
        for thing in found:
            if self.group_locked or thing.locked:
                return _refused("ScopeLocked", "a lock is on it")
            if thing.stuck:
                return _refused("Conflict", "it is being updated")
            self._gone(thing)
        return Completed(0, "", "")

    def _gone(self, thing: Thing) -> None:
        self.touched.append(thing)
        for part in [t for t in self.things if t.id.startswith(f"{thing.id}/") and not t.gone]:
            self._gone(part)
        if thing.kind in SOFT:
            thing.gone = True
        else:
            self.things.remove(thing)

    def _purge(self, found: list[Thing]) -> Completed:
        if found and not self.may_purge:
            return _forbidden("deletedservices/delete")
        for thing in found:
            self.touched.append(thing)
            self.things.remove(thing)
        return Completed(0, "", "") if found else _missing()


def _named(thing: Thing, option: dict[str, str]) -> bool:
    name = option.get("--service-name") or option.get("--name")
    group = option.get("--resource-group", thing.group)
    return thing.name == name and thing.group.lower() == group.lower()


def _data(data: Any) -> Completed:
    return Completed(0, json.dumps(data), "")


def _missing() -> Completed:
    return Completed(3, "", "ERROR: (ResourceNotFound) not there")


def _refused(code: str, message: str) -> Completed:
    return Completed(1, "", f"ERROR: ({code}) {message}")


def _forbidden(action: str) -> Completed:
    return _refused("AuthorizationFailed", f"no authorization to perform action '{action}'")
