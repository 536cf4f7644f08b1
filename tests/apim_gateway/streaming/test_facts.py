from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.streaming.facts import Facts, facts

SERVICE = "Microsoft.ApiManagement/service"
LOGS = {"frontend": {"response": {"body": {"bytes": 512}}}}
ROOT = Path(__file__).parents[3]


def service(sku: Any) -> dict[str, Any]:
    return {"type": SERVICE, "name": "apim", "sku": {"name": sku, "capacity": 1}}


def diagnostic(properties: Any, kind: str = f"{SERVICE}/apis/diagnostics") -> dict[str, Any]:
    return {"type": kind, "name": "apim/api/azuremonitor", "properties": properties}


def test_tier_and_diagnostics_are_read_from_a_list_of_resources() -> None:
    template = {"resources": [service("Consumption"), diagnostic(LOGS)]}
    assert facts(template) == Facts("Consumption", {"apim/api/azuremonitor": 512})


def test_symbolic_names_are_read_too() -> None:
    template = {"languageVersion": "2.0", "resources": {"apim": service("BasicV2")}}
    assert facts(template).sku == "BasicV2"


@pytest.mark.parametrize("kind", [f"{SERVICE}/diagnostics", f"{SERVICE}/apis/diagnostics"])
def test_the_larger_of_both_sides_counts(kind: str) -> None:
    both = {**LOGS, "backend": {"response": {"body": {"bytes": 8192}}}}
    assert facts({"resources": [diagnostic(both, kind)]}).body_bytes == {
        "apim/api/azuremonitor": 8192
    }


def test_requests_that_are_logged_do_not_count() -> None:
    asked = {"frontend": {"request": {"body": {"bytes": 512}}}}
    assert facts({"resources": [diagnostic(asked)]}).body_bytes == {"apim/api/azuremonitor": 0}


def test_parameters_count_by_their_default_and_by_what_a_deployment_gives() -> None:
    inner = {
        "parameters": {"sku": {"type": "string", "defaultValue": "Developer"}},
        "resources": [service("[parameters('sku')]")],
    }
    assert facts(inner).sku == "Developer"
    outer = {
        "parameters": {"tier": {"type": "string", "defaultValue": "Consumption"}},
        "resources": [
            {
                "type": "Microsoft.Resources/deployments",
                "properties": {
                    "parameters": {"sku": {"value": "[parameters('tier')]"}},
                    "template": inner,
                },
            }
        ],
    }
    assert facts(outer).sku == "Consumption"


def test_what_only_the_deployment_knows_is_not_known() -> None:
    template = {
        "parameters": {"sku": {"type": "string"}},
        "resources": [service("[parameters('sku')]")],
    }
    assert facts(template).sku == ""
    assert facts({"resources": [service("[if(true(), 'a', 'b')]")]}).sku == ""


def test_the_labs_own_template_can_stream() -> None:
    (template,) = (json.loads(p.read_text("utf-8")) for p in ROOT.glob("infra/**/main.json"))
    assert facts(template).sku == "BasicV2"
    assert not any(facts(template).body_bytes.values())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["resources", "parameters", "type", "properties", "template", "name"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_object_is_taken(template: Any) -> None:
    assert isinstance(facts(template if isinstance(template, dict) else {}), Facts)
