"""Does a region offer the model, and is there quota left for it?"""

from __future__ import annotations

from typing import Any, Callable

from azure_resources.az import Az

from ..errors import DeployError
from ..settings import Settings


def check(az: Az, settings: Settings, region: str, new: int, say: Callable[[str], None]) -> None:
    """Raise DeployError where `region` lacks the model, or quota for `new` more deployments.

    Raises AzError where that may not be looked at.
    """
    offered = [
        item["model"]
        for item in az.json("cognitiveservices", "model", "list", "--location", region)
        if item["kind"] == settings.account_kind
    ]
    wanted = (settings.model, settings.model_version)
    found = [model for model in offered if (model["name"], model["version"]) == wanted]
    skus = [sku for model in found for sku in model.get("skus") or []]
    chosen = [sku for sku in skus if sku["name"] == settings.model_sku]
    if not chosen:
        raise DeployError(
            f"{settings.model} {settings.model_version} as {settings.model_sku} is not offered in "
            f"{region} for accounts of kind {settings.account_kind}; "
            f"{_instead(settings, offered, [sku['name'] for sku in skus], bool(found))}.\n"
            "Next: set LAB_MODEL, LAB_MODEL_VERSION and LAB_MODEL_SKU, or LAB_OPENAI_LOCATIONS to "
            "another region."
        )
    if new:
        usage = chosen[0].get("usageName") or f"OpenAI.{settings.model_sku}.{settings.model}"
        _check_quota(az, settings, region, usage, settings.model_capacity * new, say)


def _check_quota(
    az: Az,
    settings: Settings,
    region: str,
    usage: str,
    wanted: int,
    say: Callable[[str], None],
) -> None:
    listed = az.json("cognitiveservices", "usage", "list", "--location", region)
    for item in listed:
        if item["name"]["value"] == usage:
            left = int(item["limit"] - item["currentValue"])
            if left < wanted:
                raise DeployError(_too_little(settings, region, left, wanted))
            return
    say(f"not checked beforehand: the quota in {region}, Azure lists none named {usage}")


def _too_little(settings: Settings, region: str, left: int, wanted: int) -> str:
    accounts = max(1, wanted // settings.model_capacity)
    smaller = left // accounts
    first = f"set LAB_MODEL_CAPACITY={smaller}, or " if smaller > 0 else "set "
    return (
        f"quota for {settings.model} as {settings.model_sku} in {region}: {left} thousand tokens a "
        f"minute are left, {wanted} are asked for.\nNext: {first}LAB_OPENAI_LOCATIONS to another "
        "region, or LAB_BACKEND=mock; more quota is asked for at https://aka.ms/oai/stuquotarequest."
    )


def _instead(settings: Settings, offered: list[Any], skus: list[str], is_there: bool) -> str:
    if is_there:
        return f"it is as {', '.join(skus) or 'nothing'}"
    versions = [item["version"] for item in offered if item["name"] == settings.model]
    if versions:
        return f"its versions there are {', '.join(versions)}"
    named = [f"{item['name']} {item['version']}" for item in offered if "gpt" in item["name"]]
    return f"what is: {', '.join(named[:8]) or 'no chat model at all'}"
