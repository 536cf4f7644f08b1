"""How many made-up inputs a test tries."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

USUAL = 100  # hypothesis' own number, as in the profiles that do not say otherwise


def examples(count: int, **options: Any) -> settings:
    """Return the settings of a test that tries `count` inputs, and fewer where the profile does."""
    part = settings().max_examples / USUAL
    return settings(max_examples=max(1, round(count * part)), deadline=None, **options)
