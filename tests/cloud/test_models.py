"""What a region offers is told apart by the kind of account that may have it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from azure_resources.az import Az
from lab_utils.cloud import models
from lab_utils.errors import DeployError
from lab_utils.settings import Settings


class Offers:
    """Answer what Azure lists: one model for each kind of account."""

    def __init__(self, **kinds: str) -> None:
        self._kinds = kinds

    def json(self, *command: str) -> list[Any]:
        assert command[:3] == ("cognitiveservices", "model", "list")
        skus = [{"name": "GlobalStandard"}]
        return [
            {"kind": kind, "model": {"name": name, "version": "1", "skus": skus}}
            for kind, name in self._kinds.items()
        ]


def check(kind: str, model: str) -> None:
    settings = Settings.from_env(
        {
            "LAB_ACCOUNT_KIND": kind,
            "LAB_MODEL": model,
            "LAB_MODEL_VERSION": "1",
            "LAB_MODEL_SKU": "GlobalStandard",
        }
    )
    az = cast("Az", Offers(OpenAI="gpt-a", AIServices="gpt-b"))
    models.check(az, settings, "north", 0, print)


def test_a_model_counts_for_the_kind_of_account_that_is_made() -> None:
    check("OpenAI", "gpt-a")
    check("AIServices", "gpt-b")


@pytest.mark.parametrize(("kind", "model"), [("OpenAI", "gpt-b"), ("AIServices", "gpt-a")])
def test_a_model_of_another_kind_is_not_offered(kind: str, model: str) -> None:
    with pytest.raises(DeployError, match=f"not offered in north for accounts of kind {kind}"):
        check(kind, model)
