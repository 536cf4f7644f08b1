"""Among own, foreign, tagged, untagged, deleted and locked things, the clean-up takes its own."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from hypothesis import event, given, settings
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
UPSTREAM = "abcdefghijklm"  # the lab this one comes from has uniqueString's letters in its names
GROUP, ELSEWHERE, OTHERS = "team", "team-2", "another"
HOME = {LAB: GROUP, FORMER: ELSEWHERE}  # the group of each lab of this folder
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


def kinds_with_guest(kind: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, None, None, *GUESTS.get(kind, ())])


STARTS = ("apim", "openai1", "mock", "x", "shop")
ENDS = (LAB, LAB, FORMER, FOREIGN, UPSTREAM)
NAMES = st.one_of(
    st.builds("{}-{}".format, st.sampled_from(STARTS), st.sampled_from(ENDS)),
    st.sampled_from([f"x{LAB}", f"{LAB}-x", f"apim-{LAB}-2", "shop", LAB]),
)


@st.composite
def things(draw: st.DrawFn) -> Thing:
    kind = draw(st.sampled_from([APIM, ACCOUNT, APIM, ACCOUNT, SITE, STORAGE]))
    name, tag = draw(NAMES), draw(st.sampled_from(["", LAB, LAB, FORMER, FOREIGN]))
    group = draw(st.sampled_from([GROUP, GROUP, GROUP, ELSEWHERE, OTHERS]))
    if draw(st.booleans()):  # as the template makes it
        name, tag, group = f"{draw(st.sampled_from(STARTS))}-{LAB}", LAB, GROUP
    return Thing(
        kind,
        name,
        tag,
        group,
        locked=draw(st.sampled_from([False, False, False, True])),
        stuck=draw(st.sampled_from([False, False, False, True])),
        guest=draw(kinds_with_guest(kind)),
        gone=kind in SOFT and draw(st.sampled_from([False, False, True])),
    )


@st.composite
def several(draw: st.DrawFn) -> list[Thing]:
    """Draw things and, of some accounts, a part that is listed beside them."""
    found = draw(st.lists(things(), max_size=6, unique_by=lambda thing: thing.key))
    for account in [thing for thing in found if thing.kind == ACCOUNT and not thing.gone]:
        if draw(st.sampled_from([False, False, True])):
            tag = draw(st.sampled_from(["", LAB, FOREIGN]))
            found.append(Thing(PROJECT, f"{account.name}/research", tag, account.group))
    return found


WORLDS = st.builds(
    Azure,
    several(),
    group_tag=st.sampled_from(["", LAB, LAB, FORMER, FOREIGN]),
    group_locked=st.sampled_from([False, False, False, True]),
    may_list_deleted=st.sampled_from([True, True, False]),
    may_purge=st.sampled_from([True, True, False]),
)


@dataclass
class Cleaned:
    """Hold what the clean-up listed, said and raised."""

    listed: str
    named: str  # what the listing said is not the lab's, or cannot be seen
    said: str
    raised: str


def clean(azure: Azure) -> Cleaned:
    said: list[str] = []
    lab, az, clock = Record(LAB, "s", GROUP), Az(azure, said.append), FakeClock()
    deployer = Deployer(az, Settings(target="azure"), lab, said.append, clock)
    cleanup = Cleanup(az, deployer, lab, HOME, said.append, clock)
    listed = "\n".join(cleanup.listing())
    named, said[:] = "\n".join(said), []
    try:
        cleanup.remove()
    except DeployError as error:
        return Cleaned(listed, named, "\n".join(said), str(error))
    return Cleaned(listed, named, "\n".join(said), "")


def is_told(thing: Thing, text: str) -> bool:
    return f" {thing.name} " in f"{text} ".replace("\n", " \n ")


@settings(max_examples=300, deadline=None)
@given(WORLDS)
def test_nothing_of_others_is_touched_and_all_that_is_left_is_named(azure: Azure) -> None:
    before = list(azure.things)
    ours = {id(thing) for thing in before if thing.is_the_labs}
    deleted = {id(thing) for thing in before if thing.gone}
    with_part = {
        id(thing)
        for thing in before
        for part in before
        if part.id.startswith(f"{thing.id}/") and id(part) not in ours and not part.gone
    }
    inside = [thing for thing in before if thing.group == GROUP and id(thing) not in deleted]
    done = clean(azure)

    # 1. nothing of others is touched, and nothing that holds what is theirs
    for thing in azure.touched:
        assert id(thing) in ours, thing
        assert id(thing) in deleted or thing.guest is None, thing
        assert id(thing) not in with_part, thing
    if not azure.group:
        assert azure.group_tag in HOME
        assert all(id(thing) in ours and thing.guest is None for thing in inside)

    # 2. the listing names, before anything is done, what is the lab's and what is not
    for thing in inside:
        assert is_told(thing, done.listed if id(thing) in ours else done.named), thing
        if id(thing) in ours and thing.guest:
            assert is_told(thing, done.named), thing
            assert thing.guest[1] in done.named, thing
    for thing in before:
        if id(thing) in deleted and thing.group in HOME.values() and azure.may_list_deleted:
            assert is_told(thing, done.listed if id(thing) in ours else done.named), thing

    # 3. what is left of the lab is named, with what costs as an error
    left = [thing for thing in azure.things if id(thing) in ours]
    for thing in left:
        if not thing.gone:
            assert is_told(thing, done.raised), thing
            assert thing.guest is None or thing.guest[1] in done.raised, thing
        elif azure.may_list_deleted or id(thing) not in deleted:
            assert is_told(thing, done.said), thing
    if azure.may_purge:
        assert not [thing for thing in left if thing.gone and id(thing) not in deleted]
    if not done.raised:
        assert not [thing for thing in left if not thing.gone]
    event("something of the lab is left" if left else "nothing of the lab is left")

    # 4. no command is offered that takes anything of others
    for command in re.findall(r"az [a-z][^\n]*", f"{done.said}\n{done.raised}"):
        if " group delete " in command:
            assert all(id(thing) in ours and thing.guest is None for thing in inside), command
        if " resource delete " in command or " purge " in command:
            named = [t for t in before if t.id in command or f" {t.name} " in f"{command} "]
            assert any(id(thing) in ours for thing in named), command


def test_what_is_the_labs_goes_for_good() -> None:
    for kinds in ([APIM], [ACCOUNT, SITE], [APIM, ACCOUNT, SITE]):
        azure = Azure([Thing(kind, f"x-{LAB}", LAB) for kind in kinds], LAB)
        done = clean(azure)
        assert (azure.things, azure.group, done.raised) == ([], False, "")
        assert done.said.splitlines()[-1] == "nothing of the lab is left"


def test_a_name_carries_an_id_only_at_its_end_and_after_a_hyphen() -> None:
    assert carries(f"apim-{LAB}", LAB)
    for name in (f"apim{LAB}", f"apim-{LAB}-2", LAB, f"apim-{LAB}x"):
        assert not carries(name, LAB)
    assert not carries("apim-", "")
    assert not is_ours({"name": "apim-", "tags": {"lab-id": ""}}, [""])
