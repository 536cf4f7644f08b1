"""Responses of the core alone, as the tests of this folder look at them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from openai.types import responses

from mock_openai.service import RESPONSES
from tests.mock_openai.harness import joined, played
from tests.mock_openai.shapes import framed

SERVER = {"type": "mcp", "server_label": "dice", "server_url": "https://dice.example.com/mcp"}
NEVER = {**SERVER, "require_approval": "never"}
TOOLS: dict[str, dict[str, Any]] = {
    "web_search": {"type": "web_search"},
    "web_search_preview": {"type": "web_search_preview"},
    "file_search": {"type": "file_search", "vector_store_ids": ["vs_1"]},
    "code_interpreter": {"type": "code_interpreter", "container": {"type": "auto"}},
    "image_generation": {"type": "image_generation", "partial_images": 2},
    "mcp": NEVER,
}


def asked(*tools: Any, **body: Any) -> dict[str, Any]:
    return {"model": "gpt-4.1-mini", "input": "What is streaming?", "tools": [*tools], **body}


def events(body: dict[str, Any], scenario: str = "", model: str = "gpt-4.1-mini") -> list[Any]:
    return [each.payload for each in framed(joined(played(RESPONSES, body, scenario, model)))]


def by_type(union: Any) -> dict[str, Any]:
    """Return the models of a union by their `type`."""
    found = {}
    for model in get_args(get_args(union)[0]):
        for name in get_args(model.model_fields["type"].annotation):
            found[name] = model
    return found


STREAMED = by_type(responses.ResponseStreamEvent)
ITEMS = by_type(responses.ResponseOutputItem)


def known(payloads: list[Any]) -> Iterator[Any]:
    """Yield each event as the SDK's model of it; fails where one lacks what the model needs."""
    for payload in payloads:
        model = STREAMED[payload["type"]]
        items = [payload["item"]] if "item" in payload else []
        items += payload.get("response", {}).get("output", [])
        for item in items:
            ITEMS[item["type"]].model_validate(item)
        yield model.model_validate(_with_newest(payload))


def _with_newest(payload: Any) -> Any:
    """Add the one number that the newest SDK wants and no recording of Azure has."""
    usage = payload.get("response", {}).get("usage")
    if not usage:
        return payload
    details = {"cache_write_tokens": 0, **usage["input_tokens_details"]}
    response = {**payload["response"], "usage": {**usage, "input_tokens_details": details}}
    return {**payload, "response": response}


def names(payloads: list[Any]) -> list[str]:
    """Return the names of the events of hosted tools, runs of deltas as one."""
    found: list[str] = []
    for payload in payloads:
        middle = payload["type"].split(".", 1)[1]
        if "_call" not in middle or "function" in middle:
            continue
        name = middle.partition("_call")[2].lstrip("._")
        if not (name.endswith("delta") and found[-1:] == [name]):
            found.append(name)
    return found
