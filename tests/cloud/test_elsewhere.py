"""That nothing is left is said only where the lab has been, and where else it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab_utils.cloud.state import Memory, Record
from lab_utils.errors import DeployError
from tests.cloud.bench import LAB, Bench

OTHER = "00000000-0000-0000-0000-000000000bad"


def test_never_deployed_is_not_nothing_left(bench: Bench) -> None:
    target = bench.target()
    assert target.resources() == []
    target.remove("lab-response-streaming")
    assert "nothing of the lab is left" not in bench.text
    assert "this folder never deployed to Azure in subscription Lab subscription" in bench.text


@pytest.mark.parametrize("elsewhere", ["subscription", "group"])
def test_a_lab_in_another_place_is_named_and_is_no_success(bench: Bench, elsewhere: str) -> None:
    """After `az account set`, or with another group, API Management goes on costing."""
    if elsewhere == "subscription":
        Memory(bench.folder).keep(Record(LAB, OTHER, f"lab-response-streaming-{LAB}"))
        stands = f"lab-response-streaming-{LAB} in subscription {OTHER}, lab {LAB}"
        target = bench.target()
    else:
        bench.deploy()
        stands = f"{bench.group} in subscription {bench.lab.subscription}, lab {bench.lab.id}"
        target = bench.target(resource_group="another")
    listed = target.resources()
    assert listed == [f"a lab of this folder stands elsewhere: resource group {stands}"]
    with pytest.raises(DeployError, match="a lab of this folder is left:") as caught:
        target.remove("another" if elsewhere == "group" else "lab-response-streaming")
    assert stands in str(caught.value)
    assert "nothing of the lab is left" not in bench.text


def test_a_deployment_tells_that_another_lab_stands(bench: Bench) -> None:
    bench.deploy()
    group = bench.group
    bench.deploy(resource_group="second")
    assert any(f"stands elsewhere: resource group {group} " in line for line in bench.said)
    assert set(bench.cloud.groups.by_name) == {group, "second"}


def test_another_lab_of_this_folder_in_the_same_group_stays(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", "team", "--location", "swedencentral")
    chosen: dict[str, Any] = {"resource_group": "team", "adopt_group": True}
    bench.deploy(**chosen, lab_id="aaaa2222")
    target = bench.deploy(**chosen, lab_id=LAB)
    assert not [line for line in target.resources()[:-1] if "aaaa2222" in line]
    with pytest.raises(DeployError, match="a lab of this folder is left"):
        target.remove("team")
    names = sorted(item["name"] for item in bench.cloud.resources.tracked())
    assert names == ["apim-aaaa2222", "openai1-aaaa2222"]
    assert bench.cloud.apim.deleted == bench.cloud.cognitive.deleted == {}
    bench.target(**chosen, lab_id="aaaa2222").remove("team")
    assert bench.cloud.resources.tracked() == []


def test_a_lab_of_another_folder_is_reached_by_its_id(bench: Bench, tmp_path: Path) -> None:
    bench.deploy()
    other = Bench(bench.loopback, bench.run, tmp_path / "other machine")
    target = other.target(lab_id=bench.lab.id)
    assert len(target.resources()) == 3
    target.remove(bench.group)
    assert bench.cloud.groups.by_name == {}
    assert other.said[-1] == "nothing of the lab is left"


def test_after_a_restart_the_outputs_are_enough(bench: Bench) -> None:
    deployment = bench.target().deploy()
    asked = len(bench.cloud.requests)
    assert bench.target().reach() == deployment
    assert {method for method, _ in bench.cloud.requests[asked:]} <= {"GET", "POST"}
    assert not [path for method, path in bench.cloud.requests[asked:] if "validate" in path]


def test_before_any_deployment_reaching_tells_to_deploy(bench: Bench) -> None:
    with pytest.raises(DeployError, match=r"lab\.deploy"):
        bench.target().reach()
