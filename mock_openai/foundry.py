"""Chat completions of models that OpenAI did not make, as Azure AI model inference streams them.

There are no verdicts of filters and no padding, keys come in the order recorded, and the model
thinks aloud, in `reasoning_content`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from . import moderation, refusals, texts, wire
from .answers import Answer
from .context import Context
from .parts import Part
from .requests import Request
from .wire import Event, Json

_STOP = 1  # the token that ends an answer, which `matched_stop` tells


def events(request: Request, answers: list[Answer], context: Context) -> Iterator[Event]:
    """Yield the events of a streamed completion, without pace."""
    common = _common(context)
    counted: Json = {"usage": None} if request.include_usage else {}

    def event(part: Part, tokens: int, **said: Any) -> Event:
        nothing = dict.fromkeys(("role", "content", "reasoning_content", "tool_calls"))
        choice = _choice(part.choice, "delta", {**nothing, **said}, part.finish)
        return wire.event(part.kind, {**common, "choices": [choice], **counted}, tokens)

    blocked = False
    for part in moderation.moderated(answers, context.behaviour, context.model):
        if part.offsets:  # of a filter that this wire does not show
            blocked = blocked or part.finish is not None
            continue
        blocked = blocked or part.finish == moderation.BLOCKED
        delta = part.delta or {}
        if part.kind != wire.ROLE:
            said = {name: value for name, value in delta.items() if name != "refusal"}
            if "refusal" in delta:  # models here refuse in plain text
                said["content"] = delta["refusal"]
            yield event(part, part.tokens, **said)
            continue
        yield event(part, 0, role="assistant", content="")
        for token in _thoughts(answers[part.choice]):
            yield event(part._replace(kind=wire.CONTENT), 1, reasoning_content=token)
        if "tool_calls" in delta:
            yield event(part._replace(kind=wire.CONTENT), 0, tool_calls=delta["tool_calls"])
    if context.behaviour.ending:
        yield wire.event(wire.ERROR, {"error": refusals.IN_STREAM})
        return
    if request.include_usage and not blocked:
        usage = {**_usage(request, answers), "prompt_tokens_details": None, "reasoning_tokens": 0}
        yield wire.event(wire.USAGE, {**common, "choices": [], "usage": usage})
    yield wire.DONE


def completion(request: Request, answers: list[Answer], context: Context) -> Json:
    """Return the body of a completion that is not streamed."""
    choices = []
    for answer in answers:
        _, blocked = moderation.final(context.behaviour, context.model)
        message: Json = {
            "role": "assistant",
            "content": None if blocked or answer.calls else answer.text,
            "reasoning_content": "".join(_thoughts(answer)),
        }
        if answer.calls:
            message["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in answer.calls
            ]
        finish = moderation.BLOCKED if blocked else answer.finish
        choice = {"index": answer.index, "message": message, "finish_reason": finish}
        choices.append({**choice, "content_filter_results": {}})
    common = _common(context)
    return {
        "id": common["id"],
        "model": common["model"],
        "choices": choices,
        "usage": {**_usage(request, answers), "audio_prompt_tokens": 0},
        "created": common["created"],
        "object": "chat.completion",
        "prompt_filter_results": None,
    }


def _common(context: Context) -> Json:
    return {
        "id": wire.hexadecimal("", 32, context.rng),
        "object": "chat.completion.chunk",
        "created": context.created,
        "model": context.model.full.lower(),
    }


def _choice(index: int, name: str, said: Json, finish: Optional[str]) -> Json:
    ended = {"finish_reason": finish, "matched_stop": _STOP if finish == "stop" else None}
    return {"index": index, name: said, "logprobs": None, **ended}


def _thoughts(answer: Answer) -> list[str]:
    return texts.fill(answer.reasoning, answer.index + 3)


def _usage(request: Request, answers: list[Answer]) -> Json:
    written = sum(answer.completion_tokens for answer in answers)
    return {
        "prompt_tokens": request.prompt_tokens,
        "total_tokens": request.prompt_tokens + written,
        "completion_tokens": written,
    }
