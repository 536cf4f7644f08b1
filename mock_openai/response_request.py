"""Reads the body of a call of the Responses API."""

from __future__ import annotations

from typing import Any

from . import capabilities, formats, parameters, tools
from .models import Model
from .requests import (
    Request,
    called,
    check_choice,
    check_item,
    content_text,
    count,
    stream_options,
)
from .validation import check
from .wire import Json


def read(body: Json, version: str, model: Model) -> Request:
    """Read a body as a version of the API and a model take it. Raises RefusedError."""
    check(body, parameters.RESPONSE)
    asked = body["input"]
    items: list[Any] = asked if isinstance(asked, list) else [{"role": "user", "content": asked}]
    for position, item in enumerate(items):
        check_item(f"input[{position}]", item, parameters.INPUT_ITEM)
    if body.get("reasoning") is not None:
        check(body["reasoning"], parameters.REASONING, "reasoning.", known_only=False)
    if body.get("text") is not None:
        check(body["text"], parameters.RESPONSE_TEXT, "text.", known_only=False)
    effort = capabilities.check_response(body, model)
    offered = tools.read(body, parameters.RESPONSE_TOOL)
    choice = body.get("tool_choice")
    check_choice(body, [tool.name for tool in offered], choice)
    options = stream_options(body, parameters.RESPONSE_STREAM_OPTIONS)
    written = [content_text(each.get("content")) for each in items]
    prompts = [text for text, each in zip(written, items) if each.get("role") == "user"]
    written.append(body.get("instructions") or "")
    answered = bool(items) and items[-1].get("type") == "function_call_output"
    form = (body.get("text") or {}).get("format")
    return Request(
        prompt=prompts[-1] if prompts else "",
        prompt_tokens=count(written),
        model=body.get("model") or "",
        stream=bool(body.get("stream")),
        obfuscate=options.get("include_obfuscation") is not False,
        max_tokens=body.get("max_output_tokens"),
        tools=offered,
        calls=called(offered, choice, answered),
        form=formats.read(form, formats.RESPONSE, written, model, version),
        effort=effort,
        turns=sum(each.get("role") == "assistant" for each in items),
        body=body,
    )
