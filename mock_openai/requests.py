"""What a call asks for, whichever of the APIs it came by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Optional

from . import parameters, texts
from .errors import RefusedError
from .formats import TEXT, Format
from .validation import check
from .wire import Json

_PER_MESSAGE = 3  # tokens that frame each message, and as many that open the answer


@dataclass(frozen=True)
class Tool:
    """Hold a function the model may call, with the JSON schema of its arguments."""

    name: str
    schema: Any
    custom: bool = False  # takes a text instead


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
    hosted: tuple[Json, ...] = ()  # tools that the service runs itself, and will
    form: Format = TEXT  # of the answer
    effort: str = "none"  # of reasoning
    turns: int = 0  # answers that the conversation holds already
    echo: bool = False
    body: Json = field(default_factory=dict)


def content_text(content: Any) -> str:
    """Return the text of a message's content, be it a string or a list of strings or parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    written = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return "\n".join(text for text in written if isinstance(text, str))


def count(written: Iterable[str]) -> int:
    """Count the tokens of messages, with what frames them."""
    counts = [_PER_MESSAGE + len(texts.tokens(text)) for text in written]
    return sum(counts) + _PER_MESSAGE


def called(tools: tuple[Tool, ...], choice: Any, answered: bool) -> Optional[Tool]:
    """Return the tool to call: the one named, else the first, unless its result is there."""
    if isinstance(choice, dict) and "name" in choice:
        return next((tool for tool in tools if tool.name == choice["name"]), None)
    if not tools or choice == "none" or (answered and choice != "required"):
        return None
    return tools[0]


def stream_options(body: Json, table: parameters.Table) -> Json:
    """Return the options of a stream. Raises RefusedError."""
    options: Optional[Json] = body.get("stream_options")
    if options is None:
        return {}
    if not body.get("stream"):
        raise RefusedError("options without stream")
    check(options, table, "stream_options.")
    return options


def check_item(name: str, item: Any, table: parameters.Table) -> None:
    """Check one object inside a body; names that are not known pass. Raises RefusedError."""
    parameters.ITEM.check(name, item)
    check(item, table, f"{name}.", known_only=False)


def check_choice(body: Json, names: Iterable[str], choice: Any) -> None:
    """Check what asks for a call against the tools there are. Raises RefusedError."""
    for name in ("tool_choice", "parallel_tool_calls"):
        if body.get(name) is not None and not body.get("tools"):
            raise RefusedError("only with", param=name, other="tools", state="specified")
    if isinstance(choice, dict) and choice.get("name") not in (None, *names):
        raise RefusedError("no such tool", got=str(choice["name"]))
    if isinstance(choice, str):
        parameters.TOOL_CHOICE.check("tool_choice", choice)


def strings(value: Any) -> tuple[str, ...]:
    """Return a string or a list of them as a tuple, without empty ones."""
    listed = [value] if isinstance(value, str) else value or []
    return tuple(each for each in listed if isinstance(each, str) and each)
