from __future__ import annotations

from pathlib import Path

from apim_gateway import fidelity, reference
from apim_gateway.policies import REGISTRY

PAGE = Path(__file__).parents[2] / "docs" / "policies.md"


def test_the_page_in_docs_is_what_the_registry_says() -> None:
    # mend it with: python -m apim_gateway policies > docs/policies.md
    assert PAGE.read_text(encoding="utf-8") == reference.markdown()


def test_every_policy_has_a_row() -> None:
    page = reference.markdown()
    for name in REGISTRY.policies:
        assert page.count(f"\n| `{name}` |") == 1
    for name in REGISTRY.elsewhere:
        assert page.count(f"\n| `{name}` |") == 1


def test_the_21_policies_that_cover_most_published_ones_are_run() -> None:
    wanted = """authentication-managed-identity azure-openai-emit-token-metric
        azure-openai-token-limit cache-lookup-value cache-store-value choose forward-request
        include-fragment llm-content-safety llm-emit-token-metric log-to-eventhub retry
        return-response send-request set-backend-service set-body set-header set-method
        set-query-parameter set-status set-variable trace"""
    assert set(wanted.split()) <= set(REGISTRY.policies)


def test_what_is_inferred_is_told_on_the_page() -> None:
    assert reference.markdown().endswith(f"\n\n{fidelity.text()}\n")
    assert (
        "- A backend that breaks off, or whose chunks are malformed, cuts the client"
        in fidelity.text()
    )
    assert "  - `mock-response`: `index`" in fidelity.text()


def test_the_readme_counts_as_the_registry_does() -> None:
    told = (PAGE.parents[1] / "apim_gateway" / "README.md").read_text(encoding="utf-8")
    assert f"\n{len(REGISTRY.policies)} policies with their attributes" in told
    assert f"\n- {len(REGISTRY.elsewhere)} policies of API Management it refuses" in told
