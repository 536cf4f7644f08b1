"""What counts as the lab's, and how it is listed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from azure_resources import inventory
from azure_resources.az import Az, Completed
from azure_resources.inventory import ACCOUNT, APIM, Deleted
from tests.azure_resources.made_azure import OWNER

GROUP = "lab"
LAB, OTHER = "k3v7q2xd", "m5m5m5m5"
TAGS = {"lab": "response-streaming", "lab-id": LAB}


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
    ("services", "accounts", "ours", "others"),
    [
        ([], [], [], []),
        ([service(f"apim-{LAB}")], [], [f"apim-{LAB}"], []),
        ([service(f"apim-{LAB}", "LAB")], [], [f"apim-{LAB}"], []),
        (
            [service(f"apim-{LAB}", "another"), service("apim-production")],
            [],
            [],
            ["apim-production"],
        ),
        ([], [account(f"openai1-{LAB}", tags=TAGS)], [f"openai1-{LAB}"], []),
        ([], [account(f"openai1-{LAB}")], [f"openai1-{LAB}"], []),
        ([], [account("any-name", tags=TAGS)], [], ["any-name"]),  # an inherited tag
        ([], [account(f"openai1-{LAB}", "another", tags=TAGS)], [], []),
        ([], [account(f"openai1-{LAB}", tags={"lab-id": OTHER})], [], [f"openai1-{LAB}"]),
        ([], [account(f"openai1-{OTHER}", tags={"lab-id": OTHER})], [], [f"openai1-{OTHER}"]),
        ([], [account("any-name", tags={"lab": "response-streaming"})], [], ["any-name"]),
    ],
)
def test_the_id_decides_whose_a_soft_deleted_resource_is(
    services: list[Any], accounts: list[Any], ours: list[str], others: list[str]
) -> None:
    answers = {"apim deletedservice": services, "cognitiveservices account": accounts}
    found, problems = inventory.deleted(az(answers), OWNER.of({LAB: GROUP}))
    assert [item.name for item in found if item.ours] == ours
    assert [item.name for item in found if not item.ours] == others
    assert problems == []


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


def test_id_and_name_together_decide_whose_a_resource_is() -> None:
    def resource(kind: str, name: str, tags: Any = None) -> dict[str, Any]:
        return {"id": "x", "type": kind, "name": name, "location": "north", "tags": tags}

    rules = "microsoft.alertsmanagement/smartDetectorAlertRules"
    listed = [
        resource("Microsoft.Web/sites", f"mock-{LAB}", TAGS),
        resource("Microsoft.Web/sites", f"mock-{LAB}", {"LAB-ID": LAB}),  # Azure ignores case
        resource("Microsoft.Web/sites", f"mock-{LAB}"),  # whoever made it like this
        resource("Microsoft.Web/sites", "shop", TAGS),  # inherited
        resource("Microsoft.Web/sites", f"mock-{OTHER}", {"lab-id": OTHER}),
        resource(rules, f"failure anomalies - appi-{LAB}"),
        resource(rules, f"failure anomalies - appi-{OTHER}"),
        resource("microsoft.insights/actiongroups", "Application Insights Smart Detection"),
        resource("microsoft.insights/actiongroups", "on call"),
    ]
    found = inventory.resources(az({"resource list": listed}), GROUP, OWNER.of({LAB: GROUP}))
    assert [item.ours for item in found] == [True, True, *[False] * 3, True, *[False] * 3]
    assert [item.by_azure for item in found] == [*[False] * 7, True, False]
