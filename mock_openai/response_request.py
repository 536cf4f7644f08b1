"""Reads the body of a call of the Responses API."""

from __future__ import annotations

from typing import Any, Optional

from . import capabilities, formats, hosted, parameters, tools
from .errors import RefusedError
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
    for position, name in enumerate(body.get("include") or []):
        parameters.INCLUDED.check(f"include[{position}]", name)
    _refuse_what_is_not_made(body)
    effort = capabilities.check_response(body, model)
    offered = tools.read(body, hosted.TOOL)
    served = hosted.read(body)
    choice = body.get("tool_choice")
    functions = _choice(choice, [tool["type"] for tool in body.get("tools") or []])
    check_choice(body, [tool.name for tool in offered], functions)
    options = stream_options(body, parameters.RESPONSE_STREAM_OPTIONS)
    written = [content_text(each.get("content")) for each in items]
    prompts = [text for text, each in zip(written, items) if each.get("role") == "user"]
    written.append(body.get("instructions") or "")
    answered = bool(items) and items[-1].get("type") in _RESULTS
    form = (body.get("text") or {}).get("format")
    return Request(
        prompt=prompts[-1] if prompts else "",
        prompt_tokens=count(written),
        model=body.get("model") or "",
        stream=bool(body.get("stream")),
        obfuscate=options.get("include_obfuscation") is not False,
        max_tokens=body.get("max_output_tokens"),
        tools=offered,
        calls=called(offered, functions, answered),
        hosted=hosted.used(served, choice, answered),
        form=formats.read(form, formats.RESPONSE, written, model, version),
        effort=effort,
        top_logprobs=_top_logprobs(body),
        turns=sum(each.get("role") == "assistant" for each in items),
        body=body,
    )


def _top_logprobs(body: Json) -> Optional[int]:
    top = body.get("top_logprobs") or 0
    asked = "message.output_text.logprobs" in (body.get("include") or ())
    return top if top or asked else None


def _refuse_what_is_not_made(body: Json) -> None:
    """Refuse what would change the answer, and cannot here. Raises RefusedError."""
    for name, what in _NOT_MADE.items():
        if body.get(name) is not None:
            raise RefusedError("not made", param=name, what=what)


_CALLED = ("function", "custom")  # by the caller
_RESULTS = ("function_call_output", "custom_tool_call_output")
_NOT_MADE = {"conversation": "stored conversations", "prompt": "stored prompts"}


def _choice(choice: Any, offered: list[str]) -> Any:
    """Return what a choice of tools means for functions. Raises RefusedError."""
    if not isinstance(choice, dict) or choice.get("type") in _CALLED:
        return choice
    check_item("tool_choice", choice, parameters.RESPONSE_CHOICE)
    if choice["type"] == "allowed_tools":
        tools = [each for each in choice.get("tools") or [] if isinstance(each, dict)]
        named = [each.get("name") for each in tools if each.get("type") in _CALLED]
        return {"name": named[0]} if named else "none"
    if offered and choice["type"] not in offered:
        raise RefusedError("no such tool", got=choice["type"])
    return "none"
