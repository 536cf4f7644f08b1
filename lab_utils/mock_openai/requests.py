"""What a call asks for, whichever of the three APIs it came by."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Optional

from . import texts
from .errors import RefusedError
from .validation import (
    ARRAY,
    BOOLEAN,
    OBJECT,
    POSITIVE,
    STRING,
    Parameter,
    check,
    either,
    integer,
    number,
)
from .wire import Json

_SAMPLING = {
    "model": STRING,
    "stream": BOOLEAN,
    "stream_options": OBJECT,
    "temperature": number(0, 2),
    "top_p": number(0, 1),
    "user": STRING,
    "metadata": OBJECT,
}

CHAT = {
    "messages": Parameter((list,), required=True, low=1),
    **_SAMPLING,
    "n": integer(1, 128),
    "max_tokens": POSITIVE,
    "max_completion_tokens": POSITIVE,
    "stop": either(str, list),
    "presence_penalty": number(-2, 2),
    "frequency_penalty": number(-2, 2),
    "logit_bias": OBJECT,
    "logprobs": BOOLEAN,
    "top_logprobs": integer(0, 20),
    "seed": Parameter((int,)),
    "tools": ARRAY,
    "tool_choice": either(str, dict),
    "parallel_tool_calls": BOOLEAN,
    "functions": ARRAY,
    "function_call": either(str, dict),
    "response_format": OBJECT,
    "reasoning_effort": STRING,
    "verbosity": STRING,
    "modalities": ARRAY,
    "audio": OBJECT,
    "prediction": OBJECT,
    "service_tier": STRING,
    "store": BOOLEAN,
    "safety_identifier": STRING,
    "prompt_cache_key": STRING,
    "prompt_cache_retention": STRING,
    "data_sources": ARRAY,
    "user_security_context": OBJECT,
}
STREAM_OPTIONS = {"include_usage": BOOLEAN, "include_obfuscation": BOOLEAN}
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_ROLE = Parameter((str,), required=True, values=ROLES)
_MESSAGE = Parameter((dict,), required=True)
_CONTENT = either(str, list)

_PER_MESSAGE = 3  # tokens that frame each message, and as many that open the answer


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
    body: Json = field(default_factory=dict)


def chat(body: Json, stream_options: bool = True) -> Request:
    """Read the body of a chat completion; old API versions know no stream_options.

    Raises RefusedError.
    Source: https://learn.microsoft.com/azure/ai-services/openai/reference
    """
    table = dict(CHAT)
    if not stream_options:
        del table["stream_options"]
    check(body, table)
    options = _stream_options(body)
    messages: list[Json] = body["messages"]
    for position, message in enumerate(messages):
        _check_message(f"messages[{position}]", message)
    written = [content_text(message.get("content")) for message in messages]
    prompts = [text for text, message in zip(written, messages) if message["role"] == "user"]
    framing = _PER_MESSAGE * (1 + len(written))
    return Request(
        prompt=prompts[-1] if prompts else "",
        prompt_tokens=framing + sum(len(texts.tokens(text)) for text in written),
        model=body.get("model") or "",
        stream=bool(body.get("stream")),
        include_usage=bool(options.get("include_usage")),
        obfuscate=options.get("include_obfuscation") is not False,
        n=body.get("n") or 1,
        max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
        top_logprobs=(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
        stop=_strings(body.get("stop")),
        body=body,
    )


def _stream_options(body: Json) -> Json:
    options: Optional[Json] = body.get("stream_options")
    if options is None:
        return {}
    if not body.get("stream"):
        raise RefusedError("options without stream")
    check(options, STREAM_OPTIONS, "stream_options.")
    return options


def _check_message(name: str, message: Any) -> None:
    _MESSAGE.check(name, message)
    if "role" not in message:
        raise RefusedError("missing", param=f"{name}.role")
    _ROLE.check(f"{name}.role", message["role"])
    _CONTENT.check(f"{name}.content", message.get("content"))


def content_text(content: Any) -> str:
    """Return the text of a message's content, be it a string or a list of parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    written = [part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in written if isinstance(text, str))


def _strings(value: Any) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value or []
    return tuple(each for each in listed if isinstance(each, str) and each)
