from __future__ import annotations

from lab_utils import check
from lab_utils.target import Facts
from tests.apim_gateway.loopback import policy

INHERITS = policy(backend="<base />")
READS = '<set-variable name="b" value="@(context.Response.Body.As<string>(true))" />'
GLOBAL = (
    "<policies><inbound /><backend><forward-request buffer-response='{{buffer}}' /></backend>"
    "<outbound /><on-error /></policies>"
)


def facts(**policies: str) -> Facts:
    named = {scope.replace("_", " "): text for scope, text in policies.items()}
    return Facts("BasicV2", {}, named, {}, {"buffer": "false"})


def test_one_document_has_one_report() -> None:
    found = check.of_document(INHERITS, "mine.xml", Facts("", {}))
    assert found.verdict == "blocks"
    assert str(found).startswith("mine.xml: blocks: ")


def test_the_scopes_in_force_count_with_their_named_values() -> None:
    found = check.of_scopes(facts(**{"global": GLOBAL, "API": INHERITS}))
    assert (found.verdict, found.findings) == ("streams", [])
    assert found.reports[0].file == "API policy"


def test_each_operation_is_checked_under_each_product() -> None:
    found = check.of_scopes(
        facts(
            **{
                "global": GLOBAL,
                "product_free": policy(backend="<base />"),
                "product_paid": policy(backend="<base />", outbound=READS),
                "API": INHERITS,
                "operation_chat": INHERITS,
            }
        )
    )
    assert [report.verdict for report in found.reports] == ["streams", "whole"]
    assert found.verdict == "depends"
    assert [each.position.file for each in found.findings] == ["product paid policy"]


def test_a_secret_named_value_is_unknown() -> None:
    hidden = Facts("", {}, {"global": GLOBAL, "API": INHERITS}, {}, {"buffer": None})
    assert check.of_scopes(hidden).verdict == "unknown"


def test_what_cannot_be_read_says_why() -> None:
    found = check.unread("LAB_APIM_ID is not set")
    assert found.verdict == "unknown"
    assert "LAB_APIM_ID is not set" in str(found)
