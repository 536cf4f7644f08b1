"""Among own, foreign, tagged, untagged, deleted and locked things, the clean-up takes its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hypothesis import event, given
from hypothesis import strategies as st

from azure_resources.az import Az
from azure_resources.cleanup import Cleanup
from azure_resources.errors import AzureError
from azure_resources.inventory import ACCOUNT, APIM
from azure_resources.ownership import carries
from tests.azure_resources.clocks import FakeClock
from tests.azure_resources.made_azure import (
    ELSEWHERE,
    FOREIGN,
    FORMER,
    GROUP,
    GUESTS,
    HOME,
    LAB,
    OTHERS,
    OWNER,
    PROJECT,
    SITE,
    SOFT,
    STORAGE,
    UPSTREAM,
    Azure,
    Thing,
)
from tests.made_up import examples


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
    az = Az(azure, said.append)
    cleanup = Cleanup(az, OWNER.of(HOME), GROUP, lambda: None, said.append, FakeClock())
    listed = "\n".join(cleanup.listing())
    named, said[:] = "\n".join(said), []
    try:
        cleanup.remove()
    except AzureError as error:
        return Cleaned(listed, named, "\n".join(said), str(error))
    return Cleaned(listed, named, "\n".join(said), "")


def is_told(thing: Thing, text: str) -> bool:
    return f" {thing.name} " in f"{text} ".replace("\n", " \n ")


@examples(300)
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
    assert not OWNER.of({"": GROUP}).owns({"name": "apim-", "tags": {"lab-id": ""}})
