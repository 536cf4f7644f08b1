"""What others have put into the lab's own services keeps them, and is named before."""

from __future__ import annotations

from typing import Any

import pytest

from azure_resources.inventory import ACCOUNT, APIM
from lab_utils.errors import DeployError
from tests.arm.errors import ArmError
from tests.arm.messages import refused
from tests.cloud.bench import Bench


def put(bench: Bench, path: str, kind: str, **more: Any) -> str:
    """Put something of somebody else into the lab's gateway."""
    service = next(iter(bench.cloud.apim.gateways))
    resource_id = f"{service}/{path}"
    name = path.rpartition("/")[2]
    bench.cloud.resources.add({"id": resource_id, "name": name, "type": f"{APIM}/{kind}", **more})
    return resource_id


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("apis/shop", "API shop"),
        ("products/gold", "product gold"),
        ("backends/warehouse", "backend warehouse"),
        ("namedValues/warehouse-url", "named value warehouse-url"),
        ("policyFragments/limits", "policy fragment limits"),
        ("subscriptions/shop", "subscription shop"),
    ],
)
def test_what_somebody_else_put_into_the_gateway_keeps_it_and_is_listed_first(
    bench: Bench, path: str, told: str
) -> None:
    target = bench.deploy()
    kind = path.partition("/")[0]
    resource_id = put(bench, path, kind, properties={"scope": "/apis", "displayName": "x"})
    target.resources()
    (line,) = [line for line in bench.said if line.startswith("not the lab's, ")]
    assert told in line
    assert f"apim-{bench.lab.id}" in line
    with pytest.raises(DeployError) as caught:
        target.remove(bench.group)
    assert f"it holds what is not the lab's: {told}" in str(caught.value)
    assert "az resource delete" not in str(caught.value)  # would take the stranger's with it
    assert "az group delete" not in str(caught.value)
    assert bench.cloud.resources.find(resource_id)
    assert not any("ccounts" in item["type"] for item in bench.cloud.resources.tracked())
    bench.cloud.resources.delete(resource_id)
    target.remove(bench.group)
    assert bench.said[-1] == "nothing of the lab is left"
    assert target.resources() == []


@pytest.mark.parametrize("state", ["Updating", "Failed"])
def test_a_service_whose_update_runs_or_failed_is_looked_into(bench: Bench, state: str) -> None:
    target = bench.deploy()
    resource_id = put(bench, "apis/shop", "apis")
    bench.cloud.resources.get(next(iter(bench.cloud.apim.gateways)))["properties"][
        "provisioningState"
    ] = state
    with pytest.raises(DeployError, match="it holds what is not the lab's: API shop"):
        target.remove(bench.group)
    assert bench.cloud.resources.find(resource_id)


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "ResourceNotFound"), (400, "MethodNotAllowedInPricingTier"), (501, "NotSupported")],
)
def test_a_tier_without_a_collection_has_nobody_in_it(bench: Bench, status: int, code: str) -> None:
    target = bench.deploy()
    for collection in ("products", "policyFragments"):
        answer = refused(ArmError(status, code, "not here"))
        bench.cloud.fail("GET", f"/service/[^/]*/{collection}$", answer, times=99)
    target.remove(bench.group)
    assert bench.said[-1] == "nothing of the lab is left"


@pytest.mark.parametrize("state", ["Succeeded", "Failed"])
def test_a_service_that_cannot_be_looked_into_is_kept_unless_it_never_came_to_be(
    bench: Bench, state: str
) -> None:
    target = bench.deploy()
    bench.cloud.ill("/service/[^/]*/apis$")
    bench.cloud.resources.get(next(iter(bench.cloud.apim.gateways)))["properties"][
        "provisioningState"
    ] = state
    if state == "Failed":
        target.remove(bench.group)
        assert bench.said[-1] == "nothing of the lab is left"
        return
    target.resources()
    assert any(line.startswith("could not look into ApiManagement/service ") for line in bench.said)
    with pytest.raises(DeployError, match=r"cannot be seen: (?s:.*)Next: run this again\."):
        target.remove(bench.group)
    assert bench.cloud.apim.gateways


def test_what_a_tier_brings_is_nobodys(bench: Bench) -> None:
    target = bench.deploy(monitoring=True)
    brought = ("apis/echo-api", "products/starter", "products/unlimited", "subscriptions/master")
    made = ("namedValues/Logger-Credentials--65f1", "subscriptions/65f0", "apis/inference;rev=2")
    for path in (*brought, *made):
        kind = path.partition("/")[0]
        secret = {"displayName": "Logger-Credentials--65f1"} if kind == "namedValues" else {}
        sample = {"scope": "/products/starter", "ownerId": "/users/1"}
        put(bench, path, kind, properties={**secret, **sample})
    assert target.resources()[0].startswith("resource group  ")
    assert not [line for line in bench.said if line.startswith("not the lab's")]
    target.remove(bench.group)
    assert bench.said[-1] == "nothing of the lab is left"


def test_a_model_of_somebody_else_keeps_the_account(bench: Bench) -> None:
    target = bench.deploy()
    (account,) = [item["id"] for item in bench.cloud.resources.tracked() if item["type"] == ACCOUNT]
    theirs = bench.cloud.resources.add(
        {
            "id": f"{account}/deployments/theirs",
            "name": "theirs",
            "type": f"{ACCOUNT}/deployments",
            "sku": {"name": "Standard", "capacity": 1},
            "properties": {"model": {"name": "gpt-5-mini", "version": "2025-08-07"}},
        }
    )
    target.resources()
    assert any("model deployment theirs" in line for line in bench.said)
    with pytest.raises(DeployError, match="it holds what is not the lab's: model deployment their"):
        target.remove(bench.group)
    assert bench.cloud.resources.find(theirs["id"])
    assert not bench.cloud.apim.gateways


def test_a_stranger_below_one_of_the_labs_resources_keeps_it(bench: Bench) -> None:
    """A project in a Foundry account, a slot of a web app: listed beside what holds it."""
    target = bench.deploy(account_kind="AIServices")
    (account,) = [item["id"] for item in bench.cloud.resources.tracked() if item["type"] == ACCOUNT]
    kind, name = f"{ACCOUNT}/projects", f"openai1-{bench.lab.id}/research"
    project = {"id": f"{account}/projects/research", "type": kind, "name": name}
    bench.cloud.resources.by_id[project["id"].lower()] = {
        **project,
        "location": "swedencentral",
        "properties": {},
    }
    with pytest.raises(DeployError, match=r"it holds what is not the lab's: .*research"):
        target.remove(bench.group)
    assert bench.cloud.resources.find(project["id"])
    assert bench.cloud.resources.find(account)
    assert not bench.cloud.apim.gateways
