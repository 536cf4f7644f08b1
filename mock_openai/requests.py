"""What a call asks for, whichever of the three APIs it came by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Optional

from . import parameters, texts
from .errors import RefusedError
from .validation import check
from .wire import Json

_PER_MESSAGE = 3  # tokens that frame each message, and as many that open the answer


@dataclass(frozen=True)
class Tool:
    """Hold a function the model may call, with the JSON schema of its arguments."""

    name: str
    schema: Any


@dataclass(frozen=True)
class Request:
    """Hold what matters of a call's body; token counts are those of `texts.tokens`."""

    prompt: str
    prompt_tokens: int
    model: str = ""
    stream: bool = False
    include_usage: bool = False
    obfuscate: bool = True
    n: int = 1
    max_tokens: Optional[int] = None
    top_logprobs: Optional[int] = None  # None: no logprobs wanted
    stop: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    calls: Optional[Tool] = None  # the tool that the answer will call
    echo: bool = False
    body: Json = field(default_factory=dict)


def chat(body: Json, stream_options: bool = True) -> Request:
    """Read the body of a chat completion; old API versions know no stream_options.

    Raises RefusedError.
    """
    table = dict(parameters.CHAT)
    if not stream_options:
        del table["stream_options"]
    check(body, table)
    for position, message in enumerate(body["messages"]):
        _check_item(f"messages[{position}]", message, parameters.MESSAGE)
    for position, tool in enumerate(body.get("tools") or []):
        _check_item(f"tools[{position}]", tool, parameters.CHAT_TOOL)
        if tool["type"] == "function":
            _check_item(f"tools[{position}].function", tool.get("function"), parameters.FUNCTION)
    options = _stream_options(body, parameters.STREAM_OPTIONS)
    functions = [tool["function"] for tool in body.get("tools") or [] if tool["type"] == "function"]
    written = [content_text(message.get("content")) for message in body["messages"]]
    roles = [message["role"] for message in body["messages"]]
    prompts = [text for text, role in zip(written, roles) if role == "user"]
    tools = tuple(Tool(each["name"], each.get("parameters")) for each in functions)
    choice = body.get("tool_choice")
    if isinstance(choice, dict):
        choice = choice.get("function")
    return Request(
        prompt=prompts[-1] if prompts else "",
        prompt_tokens=_count(written),
        model=body.get("model") or "",
        stream=bool(body.get("stream")),
        include_usage=bool(options.get("include_usage")),
        obfuscate=options.get("include_obfuscation") is not False,
        n=body.get("n") or 1,
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        top_logprobs=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
        stop=_strings(body.get("stop")),
        tools=tools,
        calls=_called(tools, choice, answered=roles[-1] == "tool"),
        body=body,
    )


def completion(body: Json, stream_options: bool = True) -> Request:
    """Read the body of a legacy completion. Raises RefusedError."""
    table = dict(parameters.COMPLETION)
    if not stream_options:
        del table["stream_options"]
    check(body, table)
    options = _stream_options(body, parameters.STREAM_OPTIONS)
    prompt = content_text(body.get("prompt"))
    return Request(
        prompt=prompt,
        prompt_tokens=len(texts.tokens(prompt)) or 1,
        model=body.get("model") or "",
        stream=bool(body.get("stream")),
        include_usage=bool(options.get("include_usage")),
        obfuscate=False,
        n=body.get("n") or 1,
        max_tokens=16 if body.get("max_tokens") is None else body["max_tokens"],
        top_logprobs=body.get("logprobs"),
        stop=_strings(body.get("stop")),
        echo=bool(body.get("echo")),
        body=body,
    )


def response(body: Json) -> Request:
    """Read the body of a call of the Responses API. Raises RefusedError."""
    check(body, parameters.RESPONSE)
    asked = body.get("input")
    items: list[Any] = asked if isinstance(asked, list) else [{"role": "user", "content": asked}]
    for position, item in enumerate(items):
        _check_item(f"input[{position}]", item, parameters.INPUT_ITEM)
    for position, tool in enumerate(body.get("tools") or []):
        _check_item(f"tools[{position}]", tool, parameters.RESPONSE_TOOL)
    options = _stream_options(body, parameters.RESPONSE_STREAM_OPTIONS)
    functions = [tool for tool in body.get("tools") or [] if tool["type"] == "function"]
    tools = tuple(Tool(each.get("name") or "", each.get("parameters")) for each in functions)
    prompts = [content_text(each.get("content")) for each in items if each.get("role") == "user"]
    written = [content_text(each.get("content")) for each in items]
    answered = bool(items) and items[-1].get("type") == "function_call_output"
    return Request(
        prompt=prompts[-1] if prompts else "",
        prompt_tokens=_count([*written, body.get("instructions") or ""]),
        model=body.get("model") or "",
        stream=bool(body.get("stream")),
        obfuscate=options.get("include_obfuscation") is not False,
        max_tokens=body.get("max_output_tokens"),
        tools=tools,
        calls=_called(tools, body.get("tool_choice"), answered),
        body=body,
    )


def content_text(content: Any) -> str:
    """Return the text of a message's content, be it a string or a list of strings or parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    written = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return "\n".join(text for text in written if isinstance(text, str))


def _count(written: Iterable[str]) -> int:
    counts = [_PER_MESSAGE + len(texts.tokens(text)) for text in written]
    return sum(counts) + _PER_MESSAGE


def _called(tools: tuple[Tool, ...], choice: Any, answered: bool) -> Optional[Tool]:
    """Return the tool to call: the one named, else the first, unless its result is there."""
    if isinstance(choice, dict):
        return next((tool for tool in tools if tool.name == choice.get("name")), None)
    if not tools or choice == "none" or (answered and choice != "required"):
        return None
    return tools[0]


def _stream_options(body: Json, table: parameters.Table) -> Json:
    options: Optional[Json] = body.get("stream_options")
    if options is None:
        return {}
    if not body.get("stream"):
        raise RefusedError("options without stream")
    check(options, table, "stream_options.")
    return options


def _check_item(name: str, item: Any, table: parameters.Table) -> None:
    parameters.ITEM.check(name, item)
    check(item, table, f"{name}.", known_only=False)


def _strings(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value or []
    return tuple(each for each in listed if isinstance(each, str) and each)
