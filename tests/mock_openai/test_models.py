from __future__ import annotations

import pytest

from mock_openai import models


@pytest.mark.parametrize(
    ("deployment", "full"),
    [
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
        ("my-gpt-4o", "gpt-4o-2024-11-20"),
        ("gpt-4.1", "gpt-4.1-2025-04-14"),
        ("gpt-35-turbo-instruct", "gpt-35-turbo-instruct-0914"),
        ("chat", "gpt-5.4-mini-2026-03-17"),
    ],
)
def test_the_deployments_name_tells_the_model(deployment: str, full: str) -> None:
    assert models.served_by(deployment).full == full


def test_every_model_is_found_by_its_own_name() -> None:
    for model in models.MODELS:
        assert models.served_by(model.name) == model
        assert list(model.families) == sorted(model.families)
