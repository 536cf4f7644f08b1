"""Removal that does not go as it should; test_target.py has the one that does."""

from __future__ import annotations

from typing import Optional

import pytest

from lab_utils.errors import DeployError
from tests.arm.cloud import SUBSCRIPTION
from tests.arm.errors import ArmError
from tests.arm.messages import Answer
from tests.cloud.bench import Bench

GROUP = "team"  # of others, who let the lab in


def nothing_is_left(bench: Bench) -> bool:
    cloud = bench.cloud
    return not (cloud.groups.by_name or cloud.apim.deleted or cloud.cognitive.deleted)


def put_stranger(bench: Bench, tags: Optional[dict[str, str]] = None) -> None:
    """Put a resource of somebody else into the group."""
    kind = "Microsoft.Storage/storageAccounts"
    resource_id = f"{bench.cloud.groups.get(bench.group)['id']}/providers/{kind}/x"
    place = {"id": resource_id, "location": "westeurope", "apiVersion": "2024-05-01"}
    bench.cloud.resources.put({**place, "name": "x", "type": kind, "tags": tags})


def test_there_may_be_nothing_to_remove(bench: Bench) -> None:
    bench.target(resource_group=GROUP).remove(GROUP)
    assert "nothing to remove here" in bench.said[-1]
    assert not any("left" in line for line in bench.said[:-1])


def test_half_a_deployment_is_removed(bench: Bench) -> None:
    error = ArmError(400, "InsufficientQuota", "none left")
    bench.cloud.resources.rejections["Microsoft.CognitiveServices/accounts/deployments"] = error
    with pytest.raises(DeployError):
        bench.deploy()
    target = bench.target()
    assert len(target.resources()) == 3
    target.remove(bench.group)
    assert nothing_is_left(bench)


def test_a_group_in_deletion_is_waited_for(bench: Bench) -> None:
    target = bench.deploy()
    bench.az.run("group", "delete", "--name", bench.group, "--yes", "--no-wait")
    target.remove(bench.group)
    assert nothing_is_left(bench)
    deletions = [path for method, path in bench.cloud.requests if method == "DELETE"]
    assert len([path for path in deletions if path.endswith(bench.group)]) == 1


def test_in_an_adopted_group_only_the_labs_resources_go(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", GROUP, "--location", "westeurope")
    bench.remember(GROUP)
    put_stranger(bench)
    target = bench.deploy(resource_group=GROUP, adopt_group=True)
    assert not any("storageAccounts" in line for line in target.resources())
    assert any(line.startswith("not the lab's, will be left: ") for line in bench.said)
    target.remove(GROUP)
    assert any(line.startswith("not the lab's, left alone: ") for line in bench.said)
    assert f"resource group {GROUP} stays, with what is not the lab's in it" in bench.said
    assert list(bench.cloud.groups.by_name) == [GROUP]
    assert [item["name"] for item in bench.cloud.resources.tracked()] == ["x"]
    assert target.resources() == []


def test_a_running_deployment_is_cancelled_before_its_resources_go(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", GROUP, "--location", "westeurope")

    def interrupt() -> None:
        raise KeyboardInterrupt

    bench.cloud.deployments.pace = 5
    bench.clock.on_pause = interrupt
    target = bench.target(resource_group=GROUP, adopt_group=True)
    with pytest.raises(KeyboardInterrupt):
        target.deploy()
    bench.clock.on_pause = lambda: None
    target.remove(GROUP)
    assert "a deployment is running: cancelling it" in bench.said
    assert bench.cloud.resources.tracked() == []


def test_a_stranger_in_the_labs_own_group_keeps_the_group(bench: Bench) -> None:
    target = bench.deploy()
    put_stranger(bench)
    target.remove(bench.group)
    assert f"resource group {bench.group} stays, with what is not the lab's in it" in bench.said
    assert [item["name"] for item in bench.cloud.resources.tracked()] == ["x"]
    assert list(bench.cloud.groups.by_name) == [bench.group]


def test_an_inherited_tag_makes_nothing_the_labs(bench: Bench) -> None:
    """Many organisations let resources inherit the tags of their group."""
    target = bench.deploy()
    put_stranger(bench, tags={"lab": "response-streaming", "lab-id": bench.lab.id})
    target.remove(bench.group)
    assert [item["name"] for item in bench.cloud.resources.tracked()] == ["x"]


def test_an_api_of_somebody_else_keeps_the_service(bench: Bench) -> None:
    target = bench.deploy()
    service = next(iter(bench.cloud.apim.gateways))
    kind = "Microsoft.ApiManagement/service/apis"
    bench.cloud.resources.put({"id": f"{service}/apis/shop", "name": "shop", "type": kind})
    with pytest.raises(DeployError, match="it holds what is not the lab's: API shop"):
        target.remove(bench.group)
    assert bench.cloud.resources.find(f"{service}/apis/shop")
    assert not any("ccounts" in item["type"] for item in bench.cloud.resources.tracked())


def test_companions_of_application_insights_go_with_it(bench: Bench) -> None:
    target = bench.deploy(monitoring=True)
    group = bench.cloud.groups.get(bench.group)["id"]
    suffix = next(iter(bench.cloud.apim.gateways)).rpartition("-")[2]
    for kind, name in (
        ("microsoft.insights/actiongroups", "Application Insights Smart Detection"),
        (
            "microsoft.alertsmanagement/smartDetectorAlertRules",
            f"failure anomalies - appi-{suffix}",
        ),
    ):
        place = {"id": f"{group}/providers/{kind}/{name}", "location": "global"}
        bench.cloud.resources.put({**place, "name": name, "type": kind})
    target.remove(bench.group)
    assert nothing_is_left(bench)


def test_a_missing_right_to_purge_leaves_the_command_to_run(bench: Bench) -> None:
    target = bench.deploy()
    action = "Microsoft.ApiManagement/locations/deletedservices/delete"
    bench.cloud.forbid("DELETE", "/deletedservices/", action)
    target.remove(bench.group)
    (name,) = bench.cloud.apim.deleted
    purge = f"az apim deletedservice purge --service-name {name} --location swedencentral"
    (told,) = [line for line in bench.said if line.startswith("soft-deleted, without cost")]
    assert f"ApiManagement/service {name}; it could not be purged: " in told
    assert action in told
    assert "Azure purges it by itself 48 hours after its deletion" in told
    assert "Contributor of the subscription" in told
    assert told.endswith(f"{purge} --subscription {SUBSCRIPTION}")
    assert bench.said[-1] == "nothing of the lab that costs is left"
    assert not bench.cloud.cognitive.deleted  # the rest was done
    bench.cloud.faults.clear()
    target.remove(bench.group)
    assert nothing_is_left(bench)


def test_a_missing_right_to_delete_leaves_the_command_to_run(bench: Bench) -> None:
    target = bench.deploy()
    action = "Microsoft.Resources/subscriptions/resourcegroups/delete"
    bench.cloud.forbid("DELETE", "/resourcegroups/[^/]*$", action)
    with pytest.raises(DeployError, match=f"run: az group delete --name {bench.group} --yes"):
        target.remove(bench.group)


def test_a_listing_that_is_forbidden_is_a_line_and_no_end(bench: Bench) -> None:
    target = bench.deploy()
    for path in ("/deletedservices$", "/deletedAccounts$"):
        bench.cloud.forbid("GET", path, "Microsoft.Whatever/read")
    assert len(target.resources()) == 3
    assert len([line for line in bench.said if line.startswith("could not look for soft-")]) == 2
    target.remove(bench.group)
    assert not bench.cloud.groups.by_name


def test_throttling_while_waiting_is_survived(bench: Bench) -> None:
    target = bench.deploy()

    def throttle_once() -> None:
        bench.cloud.throttle("GET", f"{bench.group}$", times=4)
        bench.clock.on_pause = lambda: None

    bench.cloud.operations.slowness = 5
    bench.clock.on_pause = throttle_once
    target.remove(bench.group)
    assert any(line.startswith("no answer from Azure") for line in bench.said)
    assert nothing_is_left(bench)


def test_a_listing_that_is_late_is_asked_again(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", GROUP, "--location", "westeurope")
    target = bench.deploy(resource_group=GROUP, adopt_group=True)
    late = {"value": bench.cloud.resources.tracked()}
    bench.cloud.fail("GET", "/resources$", Answer(200, late), times=2)  # before and after
    before = bench.clock.pauses
    target.remove(GROUP)
    assert bench.said[-1] == "nothing of the lab is left"
    assert bench.clock.pauses == before + 1


def test_a_name_that_is_not_listed_yet_is_purged_all_the_same(bench: Bench) -> None:
    target = bench.deploy()
    for path in ("/deletedservices$", "/deletedAccounts$"):
        bench.cloud.fail("GET", path, Answer(200, {"value": []}))
    target.remove(bench.group)
    assert nothing_is_left(bench)
