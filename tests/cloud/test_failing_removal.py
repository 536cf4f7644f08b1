"""A deletion or purge that Azure refuses, or accepts and then gives up, is told at once and why."""

from __future__ import annotations

import pytest

from azure_resources.inventory import ACCOUNT, APIM
from lab_utils.cloud.target import AzureTarget
from lab_utils.errors import DeployError
from tests.arm.errors import ArmError
from tests.cloud.bench import Bench

CONFLICT = ArmError(409, "Conflict", "the service is being updated")


def id_of(bench: Bench, kind: str) -> str:
    (found,) = [item["id"] for item in bench.cloud.resources.tracked() if item["type"] == kind]
    return str(found)


def nothing_is_left(bench: Bench) -> bool:
    cloud = bench.cloud
    return not (cloud.groups.by_name or cloud.apim.deleted or cloud.cognitive.deleted)


def test_a_deletion_that_azure_gives_up_is_told_at_once(bench: Bench) -> None:
    """Azure accepts it, gives up and shows the group as before: Azure/azure-cli#11277, #28931."""
    target = bench.deploy()
    bench.cloud.resources.stuck[APIM] = CONFLICT
    with pytest.raises(DeployError) as caught:
        target.remove(bench.group)
    told = str(caught.value)
    assert "Azure gave up deleting it, it is Succeeded" in told
    assert "ApiManagement/service apim-" in told
    assert "Conflict: the service is being updated" in told
    assert "wait some minutes and run the cell again" in told
    assert bench.clock.seconds < 600
    assert "ApiManagement/service  apim-" in target.resources()[1]
    assert not any("ccounts" in item["type"] for item in bench.cloud.resources.tracked())
    bench.cloud.resources.stuck.clear()
    target.remove(bench.group)
    assert nothing_is_left(bench)


@pytest.mark.parametrize("into", ["the group", "the gateway"])
def test_what_somebody_adds_while_azure_tries_is_not_taken_along(bench: Bench, into: str) -> None:
    target = bench.deploy()
    bench.cloud.resources.stuck[ACCOUNT] = CONFLICT
    gateway = id_of(bench, APIM)
    group, kind = gateway.partition("/providers/")[0], "Microsoft.Storage/storageAccounts"
    theirs = {"id": f"{group}/providers/{kind}/x", "type": kind, "name": "x", "location": "north"}
    if into == "the gateway":
        bench.cloud.resources.stuck[APIM] = CONFLICT
        theirs = {"id": f"{gateway}/apis/shop", "type": f"{APIM}/apis", "name": "shop"}

    def add(line: str) -> None:
        bench.said.append(line)
        if "trying its resources one by one" in line:
            bench.cloud.resources.stuck.clear()
            bench.cloud.resources.add(theirs)

    again = AzureTarget(bench.settings(), add, bench.run, bench.clock)
    if into == "the group":
        again.remove(bench.group)
        assert f"resource group {bench.group} stays, with what is not the lab's in it" in bench.said
    else:
        with pytest.raises(DeployError, match="it holds what is not the lab's: API shop"):
            again.remove(bench.group)
    assert bench.cloud.resources.find(theirs["id"])
    assert len(target.resources()) == (0 if into == "the group" else 1)


@pytest.mark.parametrize("locked", ["group", APIM, ACCOUNT])
def test_a_lock_is_named_with_the_way_to_take_it_off(bench: Bench, locked: str) -> None:
    target = bench.deploy()
    place = bench.cloud.groups.get(bench.group)["id"] if locked == "group" else id_of(bench, locked)
    bench.cloud.resources.locks.add(place)
    with pytest.raises(DeployError) as caught:
        target.remove(bench.group)
    told = str(caught.value)
    assert "ScopeLocked" in told
    assert f"locked: '{place}'" in told
    assert "az lock list --output table" in told
    assert not told.startswith(": ")
    assert "run with `--verbose`" not in told
    kinds = [item["type"] for item in bench.cloud.resources.tracked()]
    assert sorted(kinds) == sorted([APIM, ACCOUNT] if locked == "group" else [locked])
    for kind in kinds:  # what is left is in the message, with its cost
        assert any(kind.rpartition(".")[2] in line for line in told.splitlines())
    bench.cloud.resources.locks.clear()
    target.remove(bench.group)
    assert nothing_is_left(bench)


def test_a_purge_that_is_done_though_its_result_may_not_be_read_is_done(bench: Bench) -> None:
    """Reading the result of an operation is a right of its own: Azure/azure-cli#29069."""
    target = bench.deploy()
    bench.az.run("group", "delete", "--name", bench.group, "--yes")
    action = "Microsoft.ApiManagement/locations/operationsStatuses/read"
    bench.cloud.forbid("GET", "/operationresults/", action)
    target.remove(bench.group)
    assert nothing_is_left(bench)
    assert bench.said[-1] == "nothing of the lab is left"
    assert not any("could not be purged" in line for line in bench.said)
