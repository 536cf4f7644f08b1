"""The SSE guidelines as a check: each fault is found, with file and line."""

from __future__ import annotations

import pytest

from lab_utils.errors import PolicyError
from lab_utils.settings import PROJECT
from lab_utils.sse_check import HOLDS, check
from lab_utils.target import Facts

INFRA = PROJECT / "infra" / "gateway"
GOOD = (INFRA / "policy.xml").read_text(encoding="utf-8")
PLAIN = Facts(sku="BasicV2", body_bytes={})


def failed(policy: str, facts: Facts = PLAIN) -> list[str]:
    """Return what is not ok."""
    return [str(finding) for finding in check(policy, "p.xml", facts) if finding.status != "ok"]


def test_the_labs_policy_follows_every_guideline() -> None:
    assert failed(GOOD) == []


def test_the_buffered_experiment_fails_in_one_point() -> None:
    (only,) = failed((INFRA / "experiments" / "buffered.xml").read_text(encoding="utf-8"))
    assert "p.xml:18: buffer-response is left out" in only


def test_consumption_fails() -> None:
    assert any("Consumption" in line for line in failed(GOOD, Facts("Consumption", {})))


def test_logged_bodies_fail_with_the_diagnostics_name() -> None:
    facts = Facts("BasicV2", {"applicationinsights (all APIs)": 8192, "azuremonitor": 0})
    (only,) = failed(GOOD, facts)
    assert "applicationinsights (all APIs) logs 8192 bytes" in only


def test_an_inherited_backend_buffers() -> None:
    policy = "<policies>\n<inbound/>\n<backend>\n<base />\n</backend>\n<outbound/></policies>"
    (only,) = failed(policy)
    assert "p.xml:3: no forward-request of its own" in only


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ('buffer-response="true" timeout="9"', 'buffer-response is "true"'),
        ('buffer-response="false" timeout="300"', "300 s may not be honoured"),
        ('buffer-response="false"', "300 s may not be honoured"),
        ('buffer-response="false" timeout="@(10 * 2)"', "known only at run time"),
    ],
)
def test_forward_request_attributes_are_checked(attributes: str, message: str) -> None:
    (only,) = failed(f"<policies><backend><forward-request {attributes} /></backend></policies>")
    assert message in only


@pytest.mark.parametrize("name", sorted(HOLDS))
def test_a_policy_that_holds_the_response_fails(name: str) -> None:
    (only,) = failed(GOOD.replace("<outbound>", f"<outbound>\n<{name} />"))
    assert f"p.xml:21: {name} {HOLDS[name]}" in only


def test_reading_the_response_body_fails() -> None:
    reads = '<set-variable name="b" value="@(context.Response . Body.As<string>(true))" />'
    (only,) = failed(GOOD.replace("<outbound>", f"<outbound>{reads}"))
    assert "p.xml:20: set-variable reads context.Response.Body" in only


def test_a_fragment_is_named_for_a_look() -> None:
    (only,) = failed(GOOD.replace("<outbound>", '<outbound><include-fragment fragment-id="f" />'))
    assert only.startswith("unknown")
    assert "look into f" in only


def test_a_document_that_cannot_be_read_is_the_labs_own_error() -> None:
    with pytest.raises(PolicyError, match=r"p\.xml:1: policies: has no end tag"):
        check("<policies>", "p.xml", PLAIN)


def test_named_values_are_taken_as_given() -> None:
    assert failed(GOOD.replace('backend-id="inference"', 'backend-id="{{pool}}"')) == []
