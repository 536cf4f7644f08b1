"""What the management SDK reads and changes; test_target.py has it against the loopback."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from azure.mgmt.apimanagement.models import (
    BodyDiagnosticSettings,
    DiagnosticContract,
    HttpMessageDiagnostic,
    PipelineDiagnosticSettings,
)
from hypothesis import given
from hypothesis import strategies as st

from azure_resources.account import sign_in
from lab_utils.cloud.management import API, Management, body_bytes, refused_policy
from lab_utils.errors import GatewayError
from lab_utils.settings import PROJECT
from lab_utils.target import Facts
from tests.arm.cloud import SUBSCRIPTION
from tests.cloud.bench import Bench

GROUP = "lab-response-streaming"


def test_the_api_is_the_one_the_definition_names() -> None:
    definition = (PROJECT / "infra" / "gateway" / "api.json").read_text(encoding="utf-8")
    assert f'"name": "{API}"' in definition


def message(size: Optional[int]) -> HttpMessageDiagnostic:
    return HttpMessageDiagnostic(body=BodyDiagnosticSettings(bytes=size))


@pytest.mark.parametrize(
    ("diagnostic", "logged"),
    [
        (DiagnosticContract(), 0),
        (DiagnosticContract(frontend=PipelineDiagnosticSettings()), 0),
        (DiagnosticContract(frontend=PipelineDiagnosticSettings(request=message(None))), 0),
        (DiagnosticContract(backend=PipelineDiagnosticSettings(response=message(8192))), 8192),
        (
            DiagnosticContract(
                frontend=PipelineDiagnosticSettings(request=message(10), response=message(0)),
                backend=PipelineDiagnosticSettings(request=message(20)),
            ),
            20,
        ),
    ],
)
def test_the_most_bytes_of_any_body_count(diagnostic: Any, logged: int) -> None:
    assert body_bytes(diagnostic) == logged


def diagnose(bench: Bench, scope: str, name: str, size: int) -> None:
    service = next(iter(bench.cloud.apim.gateways))
    bench.cloud.resources.put(
        {
            "id": f"{service}{scope}/diagnostics/{name}",
            "name": name,
            "type": "Microsoft.ApiManagement/service/diagnostics",
            "properties": {"backend": {"response": {"body": {"bytes": size}}}},
        }
    )


def test_an_apis_diagnostic_takes_the_place_of_the_one_for_all(bench: Bench) -> None:
    target = bench.deploy()
    diagnose(bench, "", "applicationinsights", 8192)
    diagnose(bench, "", "azuremonitor", 512)
    everywhere = {"applicationinsights (all APIs)": 8192, "azuremonitor (all APIs)": 512}
    assert target.facts() == Facts("BasicV2", everywhere)
    diagnose(bench, f"/apis/{API}", "applicationinsights", 0)
    here = {"applicationinsights (this API)": 0, "azuremonitor (all APIs)": 512}
    assert target.facts().body_bytes == here


def test_a_missing_right_is_told(bench: Bench) -> None:
    target = bench.deploy()
    action = "Microsoft.ApiManagement/service/apis/policies/write"
    bench.cloud.forbid("PUT", "/policies/policy", action)
    with pytest.raises(GatewayError, match=action):
        target.put_policy("<policies />", "my.xml")


def test_a_sign_in_that_is_over_is_told(bench: Bench) -> None:
    account = sign_in(bench.az, "the lab")
    bench.loopback.sign_out()
    with pytest.raises(GatewayError, match="Next: sign in with `az login`"):
        Management.connect(account, GROUP, "apim-any").policy()


def test_keys_are_read_only_where_they_are_asked_for(bench: Bench) -> None:
    key = bench.target().deploy().api_key
    stored = bench.cloud.apim.keys.values()
    assert key in [keys["primaryKey"] for keys in stored]
    assert key not in bench.text
    assert key not in repr(bench.cloud.resources.by_id)
    assert SUBSCRIPTION in bench.text


@pytest.mark.parametrize(
    ("told", "line", "name", "reason"),
    [
        (
            "(ValidationError) One or more fields contain incorrect values:\nCode: x\n"
            "Exception Details:\t(ValidationError) Error in element 'forward-requst' on line 19, "
            "column 6: No policy with this name.\n\tCode: ValidationError",
            19,
            "forward-requst",
            "No policy with this name.",
        ),
        ("'<' is an unexpected token. Line 3, position 2.", 3, "policies", "'<' is an"),
        ("nothing of use", 1, "policies", "nothing of use"),
    ],
)
def test_a_refused_policy_is_read(told: str, line: int, name: str, reason: str) -> None:
    error = refused_policy("my.xml", told)
    assert (error.file, error.line, error.name) == ("my.xml", line, name)
    assert error.reason.startswith(reason)


@given(st.text())
def test_any_refusal_of_a_policy_gives_an_error(told: str) -> None:
    assert refused_policy("my.xml", told).line >= 0


def test_the_client_is_an_argument() -> None:
    class Policies:
        def get(self, *where: str, **how: str) -> Any:
            self.asked = (where, how)
            return type("Policy", (), {"value": "<policies />"})

    policies = Policies()
    client = type("Client", (), {"api_policy": policies})
    assert Management(client, "group", "service").policy() == "<policies />"
    assert policies.asked == (("group", "service", API, "policy"), {"format": "rawxml"})
