"""Among own, foreign, tagged, untagged, deleted and locked things, the clean-up takes its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lab_utils.cloud.az import Az, Completed
from lab_utils.cloud.cleanup import Cleanup
from lab_utils.cloud.deployment import Deployer
from lab_utils.cloud.inventory import ACCOUNT, APIM
from lab_utils.cloud.ownership import carries, is_ours
from lab_utils.cloud.state import Record
from lab_utils.errors import DeployError
from lab_utils.settings import Settings
from tests.cloud.bench import FakeClock

LAB, FORMER, FOREIGN = "k3v7q2xd", "c2c2c2c2", "m5m5m5m5"
GROUP, ELSEWHERE = "team", "another"
SITE = "Microsoft.Web/sites"
IDS = {LAB, FORMER}


@dataclass
class Thing:
    """Hold one thing in Azure: `tag` is its lab-id, `guest` what somebody else put into it."""

    kind: str
    name: str
    tag: str
    group: str = GROUP
    locked: bool = False
    guest: bool = False
    gone: bool = False

    @property
    def id(self) -> str:
        return f"/subscriptions/s/resourceGroups/{self.group}/providers/{self.kind}/{self.name}"

    def shown(self) -> dict[str, Any]:
        tags = {"lab": "response-streaming", "lab-id": self.tag} if self.tag else None
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
        """Tell it without the code under test: tag and name carry an id of this folder."""
        return any(self.tag == lab and self.name.endswith(f"-{lab}") for lab in IDS)


@dataclass
class Azure:
    """Answer the commands of a clean-up; remember what was deleted or purged."""

    things: list[Thing]
    group_tag: str
    touched: list[Thing] = field(default_factory=list)
    group: bool = True

    def __call__(self, words: Sequence[str], seconds: float) -> Completed:
        command = " ".join(words)
        option = dict(zip(words, words[1:]))
        live = [thing for thing in self.things if not thing.gone]
        soft = [thing for thing in self.things if thing.gone]
        if command.startswith("group show"):
            tags = {"lab-id": self.group_tag} if self.group_tag else None
            state = {"provisioningState": "Succeeded"}
            group = {"name": GROUP, "location": "north", "tags": tags, "properties": state}
            return _data(group) if self.group else _missing()
        if command.startswith("resource list"):
            return _data([t.shown() for t in live if t.group == GROUP])
        if command.startswith("group delete"):
            return self._delete_group([t for t in live if t.group == GROUP])
        if command.startswith("resource delete"):
            return self._delete([t for t in live if t.id == option["--ids"]])
        if command.startswith("apim api list"):
            return _data([{"name": "shop"} for t in live if _named(t, option) and t.guest])
        if command.startswith("cognitiveservices account deployment list"):
            listed = [{"name": "m", "tags": None} for t in live if _named(t, option) and t.guest]
            return _data(listed)
        for kind, what in ((APIM, "apim deletedservice"), (ACCOUNT, "cognitiveservices account")):
            if command.startswith((f"{what} list", f"{what} list-deleted")):
                return _data([thing.shown() for thing in soft if thing.kind == kind])
            if command.startswith(f"{what} purge"):
                return self._purge([t for t in soft if t.kind == kind and _named(t, option)])
        return _missing()

    def _delete_group(self, inside: list[Thing]) -> Completed:
        if any(thing.locked for thing in inside):
            return _locked()
        self._delete(inside)
        self.group = False
        return Completed(0, "", "")

    def _delete(self, found: list[Thing]) -> Completed:
        if any(thing.locked for thing in found):
            return _locked()
        for thing in found:
            self.touched.append(thing)
            if thing.kind == SITE:
                self.things.remove(thing)
            thing.gone = True
        return Completed(0, "", "")

    def _purge(self, found: list[Thing]) -> Completed:
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


def _locked() -> Completed:
    return Completed(1, "", "ERROR: (ScopeLocked) a lock is on it")


NAMES = st.sampled_from(
    [f"x-{LAB}", f"x-{FORMER}", f"x-{FOREIGN}", f"x{LAB}", f"{LAB}-x", "shop", "apim-abcdefghijklm"]
)
THINGS = st.builds(
    Thing,
    kind=st.sampled_from([APIM, ACCOUNT, SITE]),
    name=NAMES,
    tag=st.sampled_from(["", LAB, FORMER, FOREIGN]),
    group=st.sampled_from([GROUP, GROUP, ELSEWHERE]),
    locked=st.booleans(),
    guest=st.booleans(),
    gone=st.booleans(),
).filter(lambda thing: not (thing.gone and thing.kind == SITE))


def clean(azure: Azure) -> list[str]:
    said: list[str] = []
    lab, az, clock = Record(LAB, "s", GROUP), Az(azure, said.append), FakeClock()
    deployer = Deployer(az, Settings(target="azure"), lab, said.append, clock)
    cleanup = Cleanup(az, deployer, lab, {LAB: GROUP, FORMER: GROUP}, said.append, clock)
    cleanup.listing()
    with suppress(DeployError):
        cleanup.remove()
    return said


@settings(max_examples=300, deadline=None)
@given(
    st.lists(THINGS, max_size=8, unique_by=lambda thing: thing.key),
    st.sampled_from(["", LAB, FOREIGN]),
)
def test_nothing_of_others_is_touched(things: list[Thing], group_tag: str) -> None:
    before = {id(thing): (thing.gone, thing.is_the_labs) for thing in things}
    azure = Azure(list(things), group_tag)
    clean(azure)
    for thing in azure.touched:
        was_gone, ours = before[id(thing)]
        # A deleted service shows no tags: there the id in the name and the group decide.
        named = was_gone and thing.kind == APIM and thing.name.endswith((f"-{LAB}", f"-{FORMER}"))
        untagged = was_gone and thing.tag == "" and thing.name.endswith((f"-{LAB}", f"-{FORMER}"))
        assert ours or named or untagged, thing
        assert thing.group == GROUP, thing
        assert was_gone or not thing.guest or thing.kind == SITE, thing
    if not azure.group:
        assert group_tag == LAB
        assert all(ours for gone, ours in _in_group(things, before) if not gone)


def _in_group(things: list[Thing], before: dict[int, tuple[bool, bool]]) -> list[tuple[bool, bool]]:
    return [before[id(thing)] for thing in things if thing.group == GROUP]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from([APIM, ACCOUNT, SITE]), unique=True, min_size=1))
def test_what_is_the_labs_goes_for_good(kinds: list[str]) -> None:
    azure = Azure([Thing(kind, f"x-{LAB}", LAB) for kind in kinds], LAB)
    said = clean(azure)
    assert (azure.things, azure.group) == ([], False)
    assert said[-1] == "nothing of the lab is left"


def test_a_name_carries_an_id_only_at_its_end_and_after_a_hyphen() -> None:
    assert carries(f"apim-{LAB}", LAB)
    for name in (f"apim{LAB}", f"apim-{LAB}-2", LAB, f"apim-{LAB}x"):
        assert not carries(name, LAB)
    assert not carries("apim-", "")
    assert not is_ours({"name": "apim-", "tags": {"lab-id": ""}}, [""])
