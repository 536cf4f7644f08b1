from __future__ import annotations

from pathlib import Path

from apim_gateway.policies import REGISTRY
from apim_gateway.reading.effect import ANSWERS, FORWARDS, GATHERS, HOLDS, PASSES, REPLACES
from apim_gateway.running.sections import SECTIONS
from apim_gateway.streaming import page

PAGE = Path(__file__).parents[3] / "docs" / "streaming.md"


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page.markdown(), (
        "write it again: python -m apim_gateway policies --streaming > docs/streaming.md"
    )


def test_every_row_says_what_it_does_to_a_stream() -> None:
    effects = [row.stream for row in REGISTRY.policies.values()]
    effects += [row.stream for row in REGISTRY.elsewhere.values()]
    assert {effect.kind for effect in effects} == {
        ANSWERS,
        FORWARDS,
        GATHERS,
        HOLDS,
        PASSES,
        REPLACES,
    }
    assert all(effect.text and set(effect.sections) <= set(SECTIONS) for effect in effects)


def test_no_policy_stands_in_both_tables() -> None:
    assert not set(REGISTRY.policies) & set(REGISTRY.elsewhere)
