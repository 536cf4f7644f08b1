"""What a document of a model's API tells of tokens and text, in each dialect that APIM knows.

- OpenAI: `usage` of chat completions and completions, `response.usage` of Responses.
- Anthropic Messages: `message.usage` of message_start tells the prompt, `usage` of message_delta
  the completion so far.
- Google Gemini and Vertex AI: `usageMetadata`, in a stream that of all events so far.

Source: https://learn.microsoft.com/azure/api-management/llm-emit-token-metric-policy and the APIs'
own references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Optional

Told = tuple[Optional[int], Optional[int]]  # prompt and completion; None where it does not tell

NOTHING: Told = (None, None)
_PROMPT = ("prompt_tokens", "input_tokens")
_COMPLETION = ("completion_tokens", "output_tokens")
# What a request says to the model, and the parts that texts are in.
_SAID = ("messages", "prompt", "input", "instructions", "system", "contents", "systemInstruction")
_PARTS = ("content", "text", "input_text", "parts")
_MADE = ("content", "text", "refusal", "reasoning_content", "thinking", "partial_json", "arguments")
_RESPONSES = re.compile(r"response\..+\.delta")


def tokens(document: Any) -> Told:
    """Return the tokens that a response or one of its events tells."""
    if not isinstance(document, dict):
        return NOTHING
    google = document.get("usageMetadata")
    if isinstance(google, dict):
        thought = _count(google, ("thoughtsTokenCount",)) or 0
        completion = _count(google, ("candidatesTokenCount",))
        return _count(google, ("promptTokenCount",)), thought + (completion or 0)
    for holder in (document, document.get("response"), document.get("message")):
        usage = holder.get("usage") if isinstance(holder, dict) else None
        if isinstance(usage, dict):
            return _count(usage, _PROMPT), _count(usage, _COMPLETION)
    return NOTHING


def texts(document: Any) -> int:
    """Return how many pieces of text an event brings."""
    return sum(map(bool, _pieces(document)))


def characters(document: Any) -> int:
    """Return how many characters of text an event brings."""
    return sum(_pieces(document))


def _pieces(document: Any) -> list[int]:
    """Return the lengths of the texts in an event."""
    if not isinstance(document, dict):
        return []
    kind = str(document.get("type", ""))
    if kind == "content_block_delta" or (_RESPONSES.fullmatch(kind) and "audio" not in kind):
        return [_made(document.get("delta"))]
    choices = [choice for choice in _list(document.get("choices")) if isinstance(choice, dict)]
    candidates = [each for each in _list(document.get("candidates")) if isinstance(each, dict)]
    return [*map(_text, choices), *(_length(each.get("content")) for each in candidates)]


def length(request: Any) -> tuple[int, int]:
    """Return the characters and the messages of a request's prompt."""
    if not isinstance(request, dict):
        return 0, 0
    turns = len(_list(request.get("messages"))) + len(_list(request.get("contents")))
    return sum(_length(request.get(name)) for name in _SAID), turns


def events(document: Any) -> Iterator[Any]:
    """Yield the events of a body: Gemini streams an array of them without `alt=sse`."""
    yield from document if isinstance(document, list) else (document,)


def _length(part: Any) -> int:
    if isinstance(part, str):
        return len(part)
    if isinstance(part, list):
        return sum(_length(item) for item in part)
    if isinstance(part, dict):
        return sum(_length(part.get(name)) for name in _PARTS)
    return 0


def _text(choice: dict[str, Any]) -> int:
    delta = choice.get("delta")
    return _made(delta) if isinstance(delta, dict) else _length(choice.get("text"))


def _made(delta: Any) -> int:
    """Return the characters of what a model has made: text, thoughts, calls of tools."""
    if not isinstance(delta, dict):
        return _length(delta)
    calls = [*_list(delta.get("tool_calls")), delta.get("function_call")]
    functions = [each.get("function", each) for each in calls if isinstance(each, dict)]
    return sum(_length(delta.get(name)) for name in _MADE) + sum(map(_made, functions))


def _count(usage: dict[str, Any], names: tuple[str, ...]) -> Optional[int]:
    found = next((usage[name] for name in names if name in usage), None)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
