"""Reads the body of a chat completion."""

from __future__ import annotations

from typing import Any

from . import capabilities, conversation, formats, frontdoor, parameters, tools
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
    strings,
)
from .validation import check
from .wire import Json


def read(body: Json, version: str, model: Model) -> Request:
    """Read a body as a version of the API and a model take it. Raises RefusedError."""
    table = dict(parameters.CHAT)
    if not frontdoor.knows_stream_options(version):
        del table["stream_options"]
    check(body, table)
    for position, message in enumerate(body["messages"]):
        check_item(f"messages[{position}]", message, parameters.MESSAGE)
    conversation.check(body["messages"])
    _refuse_what_is_not_made(body)
    effort = capabilities.check_chat(body, model)
    options = stream_options(body, parameters.STREAM_OPTIONS)
    offered = tools.read(body, parameters.CHAT_TOOL, "function")
    choice = _choice(body.get("tool_choice"))
    check_choice(body, [tool.name for tool in offered], choice)
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        raise RefusedError("only with", param="top_logprobs", other="logprobs", state="enabled")
    written = [content_text(message.get("content")) for message in body["messages"]]
    roles = [message["role"] for message in body["messages"]]
    prompts = [text for text, role in zip(written, roles) if role == "user"]
    return Request(
        prompt=prompts[-1] if prompts else "",
        prompt_tokens=count(written),
        model=body.get("model") or "",
        stream=bool(body.get("stream")),
        include_usage=bool(options.get("include_usage")),
        obfuscate=options.get("include_obfuscation") is not False,
        n=body.get("n") or 1,
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        top_logprobs=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
        stop=strings(body.get("stop")),
        tools=offered,
        calls=called(offered, choice, answered=roles[-1] == "tool"),
        form=formats.read(body.get("response_format"), formats.CHAT, written, model, version),
        effort=effort,
        turns=roles.count("assistant"),
        body=body,
    )


def _refuse_what_is_not_made(body: Json) -> None:
    """Refuse what would change the answer, and cannot here. Raises RefusedError."""
    for name, what in _NOT_MADE.items():
        if body.get(name):
            raise RefusedError("not made", param=name, what=what)
    if "audio" in (body.get("modalities") or ()):
        raise RefusedError("not made", param="modalities", what="audio")
    for position, tool in enumerate(body.get("tools") or []):
        if isinstance(tool, dict) and tool.get("type") == "custom":
            raise RefusedError("not made", param=f"tools[{position}].type", what="custom tools")


_NOT_MADE = {
    "audio": "audio",
    "data_sources": "answers on your data",
    "functions": "calls of functions by the older parameter, which tools replace,",
}


def _choice(choice: Any) -> Any:
    if isinstance(choice, dict):
        check_item("tool_choice", choice, parameters.CHAT_CHOICE)
        if choice["type"] == "allowed_tools":
            return (choice.get("allowed_tools") or {}).get("mode")
        return choice.get("function")
    return choice
