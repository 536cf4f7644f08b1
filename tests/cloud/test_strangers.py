"""What is not the lab's, in the lab's way, group or service, is not touched and is named."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Optional

import pytest

from azure_resources.inventory import ACCOUNT, APIM
from lab_utils.cloud.state import GROUP
from lab_utils.errors import DeployError
from tests.arm.cloud import SUBSCRIPTION
from tests.cloud.bench import LAB, Bench

UPSTREAM = "abcdefghijklm"  # what uniqueString makes; the lab this one comes from names things so
TAGS = {"lab": "response-streaming", "lab-id": LAB}


def thing(group: str, kind: str, name: str, tags: Optional[dict[str, str]] = None) -> Any:
    place = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/{kind}/{name}"
    return {
        "id": place,
        "type": kind,
        "name": name,
        "location": "swedencentral",
        "sku": {"name": "BasicV2" if kind == APIM else "S0"},
        "tags": tags,
        "properties": {},
    }


def upstream_lab(bench: Bench, group: str = GROUP) -> list[Any]:
    """Let somebody have deployed the lab this one comes from; return what there is of it."""
    bench.az.json("group", "create", "--name", group, "--location", "swedencentral")
    return [
        bench.cloud.resources.add(thing(group, APIM, f"apim-{UPSTREAM}")),
        bench.cloud.resources.add(thing(group, ACCOUNT, f"openai1-{UPSTREAM}")),
    ]


def test_the_upstream_lab_is_not_met_by_default_names(bench: Bench) -> None:
    theirs = upstream_lab(bench)
    before = copy.deepcopy(theirs)
    target = bench.deploy()
    assert bench.group != GROUP
    target.remove(GROUP)
    assert bench.cloud.resources.tracked() == theirs == before
    assert list(bench.cloud.groups.by_name) == [GROUP]


def test_in_an_adopted_group_the_upstream_lab_stays_as_it_is(bench: Bench) -> None:
    theirs = upstream_lab(bench)
    before = copy.deepcopy(theirs)
    with pytest.raises(DeployError, match="is not this lab's, it has no tag lab-id"):
        bench.target(resource_group=GROUP).deploy()
    chosen: dict[str, Any] = {"resource_group": GROUP, "adopt_group": True}
    target = bench.deploy(**chosen)
    assert not [line for line in target.preview() if UPSTREAM in line]
    assert not [line for line in target.resources() if UPSTREAM in line]
    named = [line for line in bench.said if line.startswith("not the lab's, will be left: ")]
    assert [name for name in (f"apim-{UPSTREAM}", f"openai1-{UPSTREAM}") if name in str(named)] == [
        f"apim-{UPSTREAM}",
        f"openai1-{UPSTREAM}",
    ]
    target.remove(GROUP)
    assert bench.cloud.resources.tracked() == theirs == before
    assert bench.cloud.groups.get(GROUP)["tags"] is None


@pytest.mark.parametrize("tags", [None, {"lab-id": "m5m5m5m5"}], ids=["untagged", "another lab's"])
@pytest.mark.parametrize(
    ("kind", "name", "backend"),
    [
        (APIM, f"apim-{LAB}", "openai"),
        (ACCOUNT, f"openai1-{LAB}", "openai"),
        ("Microsoft.Web/sites", f"mock-{LAB}", "mock"),
    ],
)
def test_a_resource_of_the_same_name_is_not_written_over(
    bench: Bench, kind: str, name: str, backend: str, tags: Optional[dict[str, str]]
) -> None:
    bench.az.json("group", "create", "--name", "team", "--location", "swedencentral")
    theirs = bench.cloud.resources.add(thing("team", kind, name, tags))
    before = copy.deepcopy(theirs)
    bench.remember("team")
    with pytest.raises(DeployError, match=f"would write over.*\n.*{name}"):
        bench.target(resource_group="team", adopt_group=True, backend=backend).deploy()
    assert bench.cloud.deployments.bodies == []
    assert bench.cloud.resources.get(theirs["id"]) == before


def test_a_living_gateway_of_the_same_name_elsewhere_is_told(bench: Bench) -> None:
    bench.cloud.apim.taken.add(f"apim-{LAB}")
    with pytest.raises(DeployError, match="leave LAB_ID empty") as caught:
        bench.target(lab_id=LAB).deploy()
    assert "purge" not in str(caught.value)
    assert bench.cloud.deployments.bodies == []


def soft_deleted(bench: Bench, group: str, name: str, tags: Optional[dict[str, str]]) -> None:
    bench.cloud.apim.soft_delete(thing(group, APIM, f"apim-{name}"))
    bench.cloud.cognitive.soft_delete(thing(group, ACCOUNT, f"openai1-{name}", tags))


def test_who_never_deployed_purges_nothing_of_others(bench: Bench) -> None:
    soft_deleted(bench, GROUP, UPSTREAM, None)
    soft_deleted(bench, f"{GROUP}-{LAB}", LAB, TAGS)
    before = {**bench.cloud.apim.deleted}, {**bench.cloud.cognitive.deleted}
    target = bench.target(resource_group=GROUP)
    assert target.resources() == []
    target.remove(GROUP)
    assert (bench.cloud.apim.deleted, bench.cloud.cognitive.deleted) == before
    assert "nothing to remove here" in bench.said[-1]


def test_soft_deleted_services_of_others_are_left_and_named(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", GROUP, "--location", "swedencentral")
    chosen: dict[str, Any] = {"resource_group": GROUP, "adopt_group": True}
    target = bench.deploy(**chosen)
    soft_deleted(bench, GROUP, UPSTREAM, None)
    soft_deleted(bench, GROUP, "m5m5m5m5", {"lab-id": "m5m5m5m5"})
    soft_deleted(bench, GROUP, "shop", {"lab-id": bench.lab.id})  # a tag inherited of the group
    soft_deleted(bench, "another", f"x-{bench.lab.id}", None)  # the id in the name, elsewhere
    before = {*bench.cloud.apim.deleted}, {*bench.cloud.cognitive.deleted}
    target.resources()
    target.remove(GROUP)
    assert ({*bench.cloud.apim.deleted}, {*bench.cloud.cognitive.deleted}) == before
    for name in (UPSTREAM, "m5m5m5m5", "shop"):
        for kind in ("apim", "openai1"):
            for told in ("not the lab's, will be left: ", "not the lab's, left alone: "):
                lines = [line for line in bench.said if line.startswith(told)]
                assert [line for line in lines if f"  {kind}-{name}  " in line], (told, name)


def test_a_second_person_touches_nothing_of_the_first(bench: Bench, tmp_path: Path) -> None:
    bench.deploy()
    before = copy.deepcopy(bench.cloud.resources.by_id)
    colleague = Bench(bench.loopback, bench.run, tmp_path / "colleague")
    for group in ("", bench.group):
        target = colleague.target(resource_group=group)
        target.resources()
        target.remove(group or GROUP) if group else None
    assert any(
        line.startswith(f"not this folder's, will be left: resource group {bench.group}, lab ")
        for line in colleague.said
    )
    colleague.deploy().remove(GROUP)
    assert bench.cloud.resources.by_id == before
    assert list(bench.cloud.groups.by_name) == [bench.group]
    assert not bench.cloud.apim.deleted


def test_what_has_lost_its_tag_is_left_with_the_way_to_give_it_back(bench: Bench) -> None:
    target = bench.deploy()
    (account,) = [item for item in bench.cloud.resources.tracked() if item["type"] == ACCOUNT]
    account["tags"] = None
    target.resources()
    (line,) = [line for line in bench.said if line.startswith("not the lab's, will be left: ")]
    assert f"where it is the lab's, put the tag lab-id={bench.lab.id} on it" in line
    target.remove(bench.group)
    assert bench.cloud.resources.tracked() == [account]
    account["tags"] = {"lab-id": bench.lab.id}
    bench.target(lab_id=bench.lab.id).remove(bench.group)
    assert bench.said[-1] == "nothing of the lab is left"
    assert bench.cloud.groups.by_name == {}
