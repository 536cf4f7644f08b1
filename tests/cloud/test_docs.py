"""Does docs/azure.md say what the code does?"""

from __future__ import annotations

import re

from azure_resources.account import OLDEST
from azure_resources.inventory import COSTS
from lab_utils.cloud.owner import LAB
from lab_utils.cloud.state import GROUP
from lab_utils.settings import PROJECT

TEXT = (PROJECT / "docs" / "azure.md").read_text(encoding="utf-8")


def test_costs_are_those_the_clean_up_shows() -> None:
    told = set(re.findall(r"[\d.]+ USD an hour", TEXT))
    shown = {cost[len("about ") :] for cost in COSTS.values() if "USD" in cost}
    assert told == shown


def test_names_are_those_of_the_code() -> None:
    assert "=".join(LAB.tag) in TEXT
    assert f"install-azure-cli), {OLDEST[0]}.{OLDEST[1]} or later" in TEXT
    assert GROUP in TEXT
    assert LAB.id_tag in TEXT


def test_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\((\.\./[^)]*)\)", TEXT):
        assert (PROJECT / "docs" / link).exists(), link
