"""Faults that are found before anything is created."""

from __future__ import annotations

from typing import Any

import pytest

from lab_utils.errors import DeployError
from tests.cloud.bench import Bench


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"model": "gpt-4o-mini"}, "what is: gpt-5.4-mini 2026-03-17, gpt-5-mini 2025-08-07"),
        ({"model_version": "2020-01-01"}, "its versions there are 2026-03-17"),
        ({"model_sku": "DataZoneStandard"}, "it is as GlobalStandard, Standard"),
        ({"location": "antarctica"}, "is not offered in antarctica, but in eastus2, francecentral"),
        ({"openai_locations": ("swedencentral", "antarctica")}, "not offered in antarctica"),
    ],
    ids=["retired model", "wrong version", "wrong sku", "wrong region", "wrong second region"],
)
def test_what_no_region_offers_is_told_with_what_it_does(
    bench: Bench, settings: dict[str, Any], told: str
) -> None:
    with pytest.raises(DeployError) as caught:
        bench.target(**settings).deploy()
    assert told in str(caught.value)
    assert "\nNext: set LAB_" in str(caught.value)
    assert bench.cloud.deployments.bodies == []


def test_the_mock_needs_no_model(bench: Bench) -> None:
    bench.cloud.cognitive.offered.clear()
    bench.target(backend="mock").create_resource_group()
    assert bench.target(backend="mock").preview()


def left_behind(bench: Bench) -> list[str]:
    """Deploy and delete the group by hand, as people do; return what stays soft-deleted."""
    bench.deploy()
    bench.az.run("group", "delete", "--name", bench.group, "--yes")
    return [*bench.cloud.apim.deleted, *bench.cloud.cognitive.deleted]


def test_soft_deleted_names_are_told_with_the_commands_that_purge(bench: Bench) -> None:
    names = left_behind(bench)
    assert len(names) == 2
    with pytest.raises(DeployError) as caught:
        bench.target().deploy()
    told = str(caught.value)
    for name in names:
        assert name in told
    assert "az apim deletedservice purge --service-name" in told
    assert "az cognitiveservices account purge --name" in told
    assert "lab.remove(confirm=...)" in told
    bench.target().remove(bench.group)
    bench.deploy()  # nothing is in the way any more


def test_soft_deleted_names_of_others_are_no_obstacle(bench: Bench) -> None:
    left_behind(bench)
    bench.cloud.apim.deleted.clear()
    bench.deploy(resource_group="lab-another")
    bench.target(backend="mock").create_resource_group()
