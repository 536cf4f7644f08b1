"""Removal that does not go as it should; test_target.py has the one that does."""

from __future__ import annotations

import pytest

from lab_utils.errors import DeployError
from tests.arm.cloud import SUBSCRIPTION
from tests.arm.errors import ArmError
from tests.arm.messages import Answer
from tests.cloud.bench import Bench

GROUP = "lab-response-streaming"


def nothing_is_left(bench: Bench) -> bool:
    cloud = bench.cloud
    return not (cloud.groups.by_name or cloud.apim.deleted or cloud.cognitive.deleted)


def put_stranger(bench: Bench) -> None:
    """Put a resource of somebody else into the group."""
    kind = "Microsoft.Storage/storageAccounts"
    resource_id = f"{bench.cloud.groups.get(GROUP)['id']}/providers/{kind}/x"
    place = {"id": resource_id, "location": "westeurope", "apiVersion": "2024-05-01"}
    bench.cloud.resources.put({**place, "name": "x", "type": kind})


def test_there_may_be_nothing_to_remove(bench: Bench) -> None:
    bench.target().remove(GROUP)
    assert bench.said[-1] == "nothing of the lab is left"


def test_half_a_deployment_is_removed(bench: Bench) -> None:
    error = ArmError(400, "InsufficientQuota", "none left")
    bench.cloud.resources.rejections["Microsoft.CognitiveServices/accounts/deployments"] = error
    with pytest.raises(DeployError):
        bench.deploy()
    target = bench.target()
    assert len(target.resources()) == 3
    target.remove(GROUP)
    assert nothing_is_left(bench)


def test_a_group_in_deletion_is_waited_for(bench: Bench) -> None:
    target = bench.deploy()
    bench.az.run("group", "delete", "--name", GROUP, "--yes", "--no-wait")
    target.remove(GROUP)
    assert nothing_is_left(bench)
    deletions = [path for method, path in bench.cloud.requests if method == "DELETE"]
    assert len([path for path in deletions if path.endswith(GROUP)]) == 1


def test_what_is_not_the_labs_stays(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", GROUP, "--location", "westeurope")
    put_stranger(bench)
    target = bench.deploy(adopt_group=True)
    assert not any("storageAccounts" in line for line in target.resources())
    target.remove(GROUP)
    assert any(line.startswith("left alone, not the lab's: ") for line in bench.said)
    assert list(bench.cloud.groups.by_name) == [GROUP]
    assert [item["name"] for item in bench.cloud.resources.tracked()] == ["x"]
    assert target.resources() == []


def test_a_running_deployment_is_cancelled_before_its_resources_go(bench: Bench) -> None:
    bench.az.json("group", "create", "--name", GROUP, "--location", "westeurope")

    def interrupt() -> None:
        raise KeyboardInterrupt

    bench.on_pause = interrupt
    target = bench.target(adopt_group=True)
    with pytest.raises(KeyboardInterrupt):
        target.deploy()
    bench.on_pause = lambda: None
    target.remove(GROUP)
    assert "a deployment is running: cancelling it" in bench.said
    assert bench.cloud.resources.tracked() == []


def test_a_stranger_in_the_labs_own_group_keeps_the_group(bench: Bench) -> None:
    target = bench.deploy()
    put_stranger(bench)
    with pytest.raises(DeployError) as caught:
        target.remove(GROUP)
    assert f"resource group  {GROUP}" in str(caught.value)
    assert f"az group delete --name {GROUP}" in str(caught.value)
    assert [item["name"] for item in bench.cloud.resources.tracked()] == ["x"]


def test_companions_of_application_insights_go_with_it(bench: Bench) -> None:
    target = bench.deploy(monitoring=True)
    group = bench.cloud.groups.get(GROUP)["id"]
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
    target.remove(GROUP)
    assert nothing_is_left(bench)


def test_a_missing_right_to_purge_leaves_the_command_to_run(bench: Bench) -> None:
    target = bench.deploy()
    action = "Microsoft.ApiManagement/locations/deletedservices/delete"
    bench.cloud.forbid("DELETE", "/deletedservices/", action)
    with pytest.raises(DeployError) as caught:
        target.remove(GROUP)
    told = str(caught.value).splitlines()
    (name,) = bench.cloud.apim.deleted
    assert told[0] == "something of the lab is left:"
    assert told[1].startswith(f"ApiManagement/service  {name}  swedencentral  soft-deleted since ")
    purge = f"az apim deletedservice purge --service-name {name} --location swedencentral"
    assert told[-1] == f"run: {purge} --subscription {SUBSCRIPTION}"
    assert not bench.cloud.cognitive.deleted  # the rest was done
    bench.cloud.faults.clear()
    target.remove(GROUP)
    assert nothing_is_left(bench)


def test_a_missing_right_to_delete_leaves_the_command_to_run(bench: Bench) -> None:
    target = bench.deploy()
    action = "Microsoft.Resources/subscriptions/resourcegroups/delete"
    bench.cloud.forbid("DELETE", "/resourcegroups/", action)
    with pytest.raises(DeployError, match=f"run: az group delete --name {GROUP} --yes"):
        target.remove(GROUP)


def test_throttling_while_waiting_is_survived(bench: Bench) -> None:
    target = bench.target()
    target.create_resource_group()
    bench.cloud.throttle("HEAD", GROUP, times=4)
    target.remove(GROUP)
    assert any(line.startswith("no answer from Azure") for line in bench.said)
    assert nothing_is_left(bench)


def test_a_listing_that_is_late_is_asked_again(bench: Bench) -> None:
    target = bench.deploy()
    bench.az.run("group", "delete", "--name", GROUP, "--yes")
    late = {"value": list(bench.cloud.apim.deleted.values())}
    bench.cloud.fail("GET", "/deletedservices$", Answer(200, late), times=3)
    target.remove(GROUP)
    assert bench.said[-1] == "nothing of the lab is left"
    assert bench.pauses >= 1


def test_a_name_that_is_not_listed_yet_is_purged_all_the_same(bench: Bench) -> None:
    target = bench.deploy()
    for path in ("/deletedservices$", "/deletedAccounts$"):
        bench.cloud.fail("GET", path, Answer(200, {"value": []}))
    target.remove(GROUP)
    assert nothing_is_left(bench)
