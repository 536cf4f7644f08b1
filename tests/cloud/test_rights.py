"""Who may do what: roles on one group are enough, and what is missing is told before it costs."""

from __future__ import annotations

from typing import Any

import pytest

from lab_utils.cloud import ready
from lab_utils.errors import DeployError
from tests.arm.cloud import SUBSCRIPTION
from tests.arm.rights import CONTRIBUTOR, READER, ROLES, Role
from tests.cloud.bench import Bench

GROUP = "team"


def given_a_group(bench: Bench, *roles: Role) -> None:
    """Let somebody create a group, and give these roles on it and nothing else."""
    bench.az.json("group", "create", "--name", GROUP, "--location", "swedencentral")
    bench.cloud.rights.only(*((GROUP, role) for role in roles))


@pytest.mark.parametrize(
    ("backend", "roles", "resources"),
    [("openai", (CONTRIBUTOR, ROLES), 2), ("mock", (CONTRIBUTOR,), 3)],
)
def test_rights_on_one_group_suffice_from_deployment_to_clean_up(
    bench: Bench, backend: str, roles: tuple[Role, ...], resources: int
) -> None:
    given_a_group(bench, *roles)
    target = bench.target(resource_group=GROUP, adopt_group=True, backend=backend)
    target.create_resource_group()
    assert target.deploy().gateway_url
    unseen = [line for line in bench.said if line.startswith("could not look for soft-deleted ")]
    assert [line.split(": ")[0].rpartition(" ")[2] for line in unseen] == [
        "ApiManagement/service",
        "CognitiveServices/accounts",
    ]
    assert len([line for line in target.resources() if bench.lab.id in line]) == resources
    target.remove(GROUP)
    assert bench.cloud.resources.tracked() == []
    assert bench.said[-1] == "nothing of the lab that costs is left"


def test_who_may_not_purge_is_told_who_can_and_deploys_again_under_new_names(bench: Bench) -> None:
    given_a_group(bench, CONTRIBUTOR, ROLES)
    chosen: dict[str, Any] = {"resource_group": GROUP, "adopt_group": True}
    target = bench.deploy(**chosen)
    first = bench.lab.id
    target.remove(GROUP)
    told = [line for line in bench.said if line.startswith("soft-deleted, without cost")]
    assert len(told) == 2
    for line, command in zip(
        told,
        (
            f"az apim deletedservice purge --service-name apim-{first} --location swedencentral",
            f"az cognitiveservices account purge --name openai1-{first} --resource-group {GROUP}",
        ),
    ):
        assert command in line
        assert f"--subscription {SUBSCRIPTION}" in line
        assert "somebody who is Contributor of the subscription can run" in line
        assert "Azure purges it by itself 48 hours after" in line
    bench.cloud.alive = True
    assert bench.target(**chosen).deploy().gateway_url
    assert bench.lab.id != first


@pytest.mark.parametrize(
    ("backend", "roles", "told"),
    [
        ("openai", (CONTRIBUTOR,), "Role Based Access Control Administrator on the group, or set "),
        ("openai", (READER,), "Contributor and Role Based Access Control Administrator"),
        ("mock", (READER,), "ask for the role Contributor on the group; a role given a moment ago"),
    ],
)
def test_a_missing_right_is_told_before_anything_is_created(
    bench: Bench, backend: str, roles: tuple[Role, ...], told: str
) -> None:
    given_a_group(bench, *roles)
    with pytest.raises(DeployError, match="you have no right to Microsoft") as caught:
        bench.target(resource_group=GROUP, adopt_group=True, backend=backend).deploy()
    assert told in str(caught.value)
    assert bench.cloud.deployments.bodies == []


def test_without_a_group_and_the_right_to_create_one_the_way_is_told(bench: Bench) -> None:
    bench.cloud.rights.only(("of-others", CONTRIBUTOR))
    with pytest.raises(DeployError) as caught:
        bench.target().create_resource_group()
    assert "LAB_RESOURCE_GROUP" in str(caught.value)
    assert "LAB_ADOPT_GROUP=true" in str(caught.value)


def test_a_gateway_without_its_role_is_waited_for_and_told(bench: Bench) -> None:
    deployment = bench.target().deploy()
    resources = bench.cloud.resources
    for key in [key for key in resources.by_id if "/roleassignments/" in key]:
        resources.delete(key)
    bench.cloud.apim.start()
    path = f"deployments/{deployment.deployment}/chat/completions?api-version=2024-10-21"
    url = f"{deployment.gateway_url}/openai/{path}"
    with pytest.raises(DeployError, match="needs Cognitive Services OpenAI User"):
        ready.wait(url, deployment.api_key, bench.said.append, bench.clock, seconds=90)
    assert any(line.startswith("waiting for the gateway: 401 for now: the") for line in bench.said)


@pytest.mark.parametrize("provider", ["ApiManagement", "CognitiveServices"])
def test_an_ill_provider_is_a_line_and_no_end(bench: Bench, provider: str) -> None:
    """One region's provider that answers 502 made the whole list fail: Azure/azure-cli#29080."""
    bench.cloud.ill(rf"/subscriptions/[^/]*/providers/Microsoft\.{provider}/")
    target = bench.target()
    target.create_resource_group()
    assert target.deploy().gateway_url
    assert any(provider in line for line in bench.said if line.startswith("could not look for "))
    assert any(line.startswith("not checked beforehand: ") for line in bench.said)
    assert len(target.resources()) == 3
    target.remove(bench.group)
    assert bench.cloud.groups.by_name == {}
    # what was deleted just now is purged by its name, listed or not
    assert bench.cloud.apim.deleted == bench.cloud.cognitive.deleted == {}
    assert bench.said[-1] == "nothing of the lab is left"
