"""What counts as the lab's, and how it is listed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from lab_utils.cloud import inventory
from lab_utils.cloud.az import Az, Completed
from lab_utils.cloud.inventory import ACCOUNT, APIM, Deleted

GROUP = "lab"
TAGS = {"lab": "response-streaming"}
SUFFIX = "abcdefghijklm"


def az(answers: dict[str, Any]) -> Az:
    def run(arguments: Sequence[str], seconds: float) -> Completed:
        (answer,) = [data for words, data in answers.items() if words in " ".join(arguments)]
        return Completed(0, json.dumps(answer), "")

    return Az(run)


def account(name: str, group: str = GROUP, tags: Any = None) -> dict[str, Any]:
    place = f"/subscriptions/s/providers/x/locations/north/resourceGroups/{group}/deletedAccounts"
    when = {"deletionDate": "2026-01-02T03:04:05Z"}
    return {
        "id": f"{place}/{name}",
        "name": name,
        "location": "north",
        "tags": tags,
        "properties": when,
    }


def service(name: str, group: str = GROUP) -> dict[str, Any]:
    return {
        "name": name,
        "location": "north",
        "serviceId": f"/subscriptions/s/resourceGroups/{group}/providers/{APIM}/{name}",
        "deletionDate": "2026-01-02T03:04:05Z",
    }


@pytest.mark.parametrize(
    ("services", "accounts", "names"),
    [
        ([], [], []),
        ([service(f"apim-{SUFFIX}")], [], [f"apim-{SUFFIX}"]),
        ([service(f"apim-{SUFFIX}", "LAB")], [], [f"apim-{SUFFIX}"]),
        ([service(f"apim-{SUFFIX}", "another"), service("apim-production")], [], []),
        ([], [account("any-name", tags=TAGS)], ["any-name"]),
        ([], [account("any-name", "another", tags=TAGS)], []),
        ([], [account("any-name", tags={"owner": "me"}), account("any-name")], []),
        ([], [account(f"openai1-{SUFFIX}")], [f"openai1-{SUFFIX}"]),
        ([], [account(f"openai1-{SUFFIX}", tags={"owner": "me"})], []),
    ],
)
def test_only_the_labs_soft_deleted_resources_are_found(
    services: list[Any], accounts: list[Any], names: list[str]
) -> None:
    answers = {"apim deletedservice": services, "cognitiveservices account": accounts}
    assert [item.name for item in inventory.deleted(az(answers), GROUP)] == names


def test_a_soft_deleted_resource_is_listed_with_its_date_and_without_a_cost() -> None:
    line = str(Deleted(APIM, "apim-x", GROUP, "north", "2026-01-02 03:04"))
    assert line == (
        "ApiManagement/service  apim-x  north  soft-deleted since 2026-01-02 03:04, no cost"
    )


def test_purging_names_group_and_region_where_azure_wants_them() -> None:
    assert Deleted(APIM, "a", GROUP, "north", "").purge == (
        *("apim", "deletedservice", "purge", "--service-name", "a"),
        *("--location", "north"),
    )
    assert Deleted(ACCOUNT, "b", GROUP, "north", "").purge == (
        *("cognitiveservices", "account", "purge", "--name", "b"),
        *("--resource-group", GROUP, "--location", "north"),
    )


def test_tags_and_companions_decide_whose_a_resource_is() -> None:
    def resource(kind: str, name: str, tags: Any = None) -> dict[str, Any]:
        return {"id": "x", "type": kind, "name": name, "location": "north", "tags": tags}

    listed = [
        resource("Microsoft.Web/sites", "mock", TAGS),
        resource("Microsoft.Web/sites", "shop", {"lab": "another"}),
        resource("microsoft.insights/actiongroups", "Application Insights Smart Detection"),
        resource("microsoft.insights/actiongroups", "on call"),
    ]
    found = inventory.resources(az({"resource list": listed}), GROUP)
    assert [item.ours for item in found] == [True, False, True, False]
    assert str(found[1]).endswith("not the lab's")
