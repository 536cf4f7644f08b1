"""What would make a deployment fail after minutes, found in seconds."""

from __future__ import annotations

from typing import Any

from ..errors import DeployError
from ..settings import Settings
from . import inventory
from .az import Az
from .parameters import backends, regions


def check(az: Az, settings: Settings) -> None:
    """Raise DeployError where a soft-deleted name is in the way or a region lacks the model."""
    _check_names(az, settings)
    for region in dict.fromkeys(regions(settings)):
        _check_model(az, settings, region)


def _check_names(az: Az, settings: Settings) -> None:
    names = backends(settings)
    found = [
        item
        for item in inventory.deleted(az, settings.resource_group)
        if item.kind == inventory.APIM or item.name.rpartition("-")[0] in names
    ]
    if not found:
        return
    listed = "\n".join(f"  {item}\n    {az.text(*item.purge)}" for item in found)
    raise DeployError(
        f"soft-deleted resources of a former lab block the names this one needs:\n{listed}\n"
        f"Next: purge them with these commands, or all at once with "
        f"lab.remove(confirm={settings.resource_group!r})."
    )


def _check_model(az: Az, settings: Settings, region: str) -> None:
    offered = [
        item["model"]
        for item in az.json("cognitiveservices", "model", "list", "--location", region)
        if item["kind"] == "OpenAI"
    ]
    wanted = (settings.model, settings.model_version)
    found = [model for model in offered if (model["name"], model["version"]) == wanted]
    if not any(settings.model_sku in _skus(model) for model in found):
        raise DeployError(
            f"{settings.model} {settings.model_version} as {settings.model_sku} is not offered in "
            f"{region}; {_instead(settings, offered, found)}.\nNext: set LAB_MODEL, "
            "LAB_MODEL_VERSION and LAB_MODEL_SKU, or LAB_OPENAI_LOCATIONS to another region."
        )


def _instead(settings: Settings, offered: list[Any], found: list[Any]) -> str:
    if found:
        return f"it is as {', '.join(_skus(found[0])) or 'nothing'}"
    versions = [item["version"] for item in offered if item["name"] == settings.model]
    if versions:
        return f"its versions there are {', '.join(versions)}"
    named = [f"{item['name']} {item['version']}" for item in offered if "gpt" in item["name"]]
    return f"what is: {', '.join(named[:8]) or 'no chat model at all'}"


def _skus(model: Any) -> list[str]:
    return [sku["name"] for sku in model.get("skus") or []]
