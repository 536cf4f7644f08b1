"""Whose resource group is it?"""

from __future__ import annotations

from pathlib import Path

import pytest

from lab_utils.errors import AzError, DeployError
from tests.cloud.bench import Bench

GROUP = "team"


def test_a_group_of_the_lab_is_found_again(bench: Bench) -> None:
    target = bench.target()
    target.create_resource_group()
    target.create_resource_group()
    assert bench.said[-2:] == [
        f"resource group {bench.group} created in swedencentral",
        f"resource group {bench.group} found in swedencentral",
    ]
    assert bench.cloud.groups.get(bench.group)["tags"]["lab-id"] == bench.lab.id


def test_two_people_in_one_subscription_get_a_lab_each(bench: Bench, tmp_path: Path) -> None:
    bench.target().create_resource_group()
    colleague = Bench(bench.loopback, bench.run, tmp_path / "colleague")
    colleague.target().create_resource_group()
    assert bench.group != colleague.group
    with pytest.raises(DeployError) as caught:
        colleague.target(resource_group=bench.group).create_resource_group()
    assert f"holds another lab: its id is {bench.lab.id}, deployed by " in str(caught.value)
    assert f"set LAB_ID={bench.lab.id}" in str(caught.value)


def test_a_group_of_somebody_else_is_left_alone(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", GROUP, "--location", "westeurope")
    with pytest.raises(DeployError, match="LAB_ADOPT_GROUP=true"):
        bench.target(resource_group=GROUP).create_resource_group()
    assert bench.cloud.groups.get(GROUP)["tags"] is None


def test_deploy_asks_whose_group_it_is_as_well(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", GROUP, "--location", "westeurope")
    with pytest.raises(DeployError, match="is not this lab's"):
        bench.target(resource_group=GROUP).deploy()
    assert bench.cloud.deployments.bodies == []


def test_such_a_group_can_be_adopted(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", GROUP, "--location", "westeurope")
    bench.target(resource_group=GROUP, adopt_group=True).create_resource_group()
    assert bench.said[-1] == f"resource group {GROUP} found in westeurope"
    assert bench.cloud.groups.get(GROUP)["tags"] is None


def test_a_group_that_is_being_deleted_is_not_deployed_to(bench: Bench) -> None:
    bench.target().create_resource_group()
    bench.cloud.operations.slowness = 1000
    bench.az.run("group", "delete", "--name", bench.group, "--yes", "--no-wait")
    with pytest.raises(DeployError, match="is being deleted"):
        bench.target().create_resource_group()


def test_no_right_to_create_a_group_is_told(bench: Bench) -> None:
    action = "Microsoft.Resources/subscriptions/resourcegroups/write"
    bench.cloud.forbid("PUT", "/resourcegroups/", action)
    with pytest.raises(AzError) as caught:
        bench.target().create_resource_group()
    assert caught.value.code == "AuthorizationFailed"
    assert action in str(caught.value)
    assert "Contributor" in str(caught.value)


def test_a_preview_without_a_group_tells_how_to_get_one(bench: Bench) -> None:
    with pytest.raises(AzError, match=r"Next: run lab\.create_resource_group\(\) first"):
        bench.target().preview()
