"""What Azure's content filter adds to an answer."""

from __future__ import annotations

from collections.abc import Iterable

from .models import HARMS
from .wire import Json


def verdicts(families: Iterable[str]) -> Json:
    """Return the verdict of each family of filters: nothing found."""
    return {family: _verdict(family) for family in families}


def _verdict(family: str) -> Json:
    if family in HARMS:
        return {"filtered": False, "severity": "safe"}
    return {"detected": False, "filtered": False}


def prompt_filter_results() -> list[Json]:
    """Return the verdict on the prompt; here, unlike elsewhere, keys are not alphabetical."""
    found = verdicts(("hate", "jailbreak", "self_harm", "sexual", "violence"))
    return [{"prompt_index": 0, "content_filter_results": found}]
