"""Chat completions: the events of a stream, and the body of an answer in one piece."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Optional

from . import latency, logprobs, moderation, refusals, template, wire
from .answers import Answer, ToolCall
from .context import Context
from .parts import Part
from .requests import Request
from .template import HOLE, Template
from .wire import Event, Json

_FRAME = 50  # characters that the rendered prompt has beside its own


def events(request: Request, answers: list[Answer], context: Context) -> Iterator[Event]:
    """Yield the events of a streamed completion, in Azure's order, without pace."""
    writer = Writer(request, context)
    behaviour = context.behaviour
    yield wire.event(wire.PROMPT_FILTER, _prompt_filter_chunk())
    stopped = False
    length = len(request.prompt) + _FRAME
    for part in moderation.moderated(answers, behaviour, context.model, length):
        stopped = stopped or part.finish == moderation.BLOCKED
        yield Event(part.kind, writer.written(part), part.tokens)
    if behaviour.ending:
        yield wire.event(wire.ERROR, {"error": refusals.IN_STREAM})
        return
    if request.include_usage and not stopped:
        yield wire.event(wire.USAGE, writer.usage_chunk(usage(request, answers)))
    yield wire.DONE


def completion(request: Request, answers: list[Answer], context: Context) -> Json:
    """Return the body of a completion that is not streamed."""
    model = context.model
    body: Json = {
        "choices": [_choice(request, answer, context) for answer in answers],
        "created": context.created,
        "id": _id(context),
        "model": model.full,
        "object": "chat.completion",
        "prompt_filter_results": moderation.prompt_filter_results(),
    }
    if model.service_tier:
        body["service_tier"] = model.service_tier
    body.update(system_fingerprint=model.fingerprint, usage=usage(request, answers))
    return body


def usage(request: Request, answers: list[Answer]) -> Json:
    """Count tokens as Azure does, those of all choices together."""
    completion_tokens = sum(answer.completion_tokens for answer in answers)
    return {
        "completion_tokens": completion_tokens,
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": 0,
            "reasoning_tokens": sum(answer.reasoning for answer in answers),
            "rejected_prediction_tokens": 0,
        },
        "prompt_tokens": request.prompt_tokens,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
        "total_tokens": request.prompt_tokens + completion_tokens,
    }


def _id(context: Context) -> str:
    return wire.identifier("chatcmpl-", 29, context.rng)


def _prompt_filter_chunk() -> Json:
    empty: Json = {"choices": [], "created": 0, "id": "", "model": "", "object": ""}
    return {**empty, "prompt_filter_results": moderation.prompt_filter_results()}


@dataclass
class Writer:
    """Write chunks of one completion; keys are in alphabetical order, as they are in Azure's."""

    request: Request
    context: Context

    def __post_init__(self) -> None:
        self.id = _id(self.context)
        self._templates: dict[tuple[int, int], _Template] = {}

    def written(self, part: Part) -> bytes:
        """Return the event of a part; those that only differ in their delta by a template."""
        if part.kind != wire.CONTENT or self.request.top_logprobs is not None:
            return wire.encode(wire.framed(self.chunk_of(part)))
        which = (part.choice, id(part.verdict))
        made = self._templates.get(which)
        if made is None:
            made = self._templates[which] = self._template(part)
        delta = wire.compact(part.delta)
        if not self.request.obfuscate:
            return made.text.filled(delta)
        padding = wire.padding(made.length + len(delta), 1, self.context.rng)
        return made.text.filled(delta, f'"{padding}"')

    def chunk_of(self, part: Part) -> Json:
        """Return the chunk of a part."""
        if part.offsets:
            return _annotation(part)
        return _judged(self._padded(self._unjudged(part)), part)

    def _unjudged(self, part: Part) -> Json:
        choice: Json = {
            "delta": part.delta,
            "finish_reason": part.finish,
            "index": part.choice,
            "logprobs": self._logprobs(part),
        }
        return self._chunk([choice], None)

    def _template(self, part: Part) -> _Template:
        chunk = self._unjudged(part._replace(delta={}))
        chunk["choices"][0]["delta"] = HOLE
        length = template.length(chunk)
        if self.request.obfuscate:
            chunk["obfuscation"] = HOLE
        return _Template(template.Template(_judged(chunk, part)), length, part.verdict)

    def usage_chunk(self, counted: Json) -> Json:
        chunk = self._padded(self._chunk([], counted))
        if self.context.behaviour.latency:
            chunk.update(latency.told(self.context, counted["completion_tokens"]))
            details = {"audio_tokens": 0, "cache_write_tokens": 0, "cached_tokens": 0}
            chunk["usage"] = {**counted, "prompt_tokens_details": details}
        return dict(sorted(chunk.items()))

    def _chunk(self, choices: list[Json], counted: Optional[Json]) -> Json:
        model = self.context.model
        chunk: Json = {
            "choices": choices,
            "created": self.context.created,
            "id": self.id,
            "model": model.full,
        }
        if self.request.obfuscate:
            chunk["obfuscation"] = ""
        chunk["object"] = "chat.completion.chunk"
        if model.service_tier:
            chunk["service_tier"] = model.service_tier
        chunk["system_fingerprint"] = model.fingerprint
        if self.request.include_usage:
            chunk["usage"] = counted
        return chunk

    def _padded(self, chunk: Json) -> Json:
        if self.request.obfuscate:
            length = len(wire.compact(chunk))
            chunk["obfuscation"] = wire.padding(length, 1, self.context.rng)
        return chunk

    def _logprobs(self, part: Part) -> Optional[Json]:
        top = self.request.top_logprobs
        if top is None or part.finish or (part.kind == wire.CONTENT and not part.text):
            return None
        tokens = [part.text] if part.text else []
        return {"content": logprobs.entries(tokens, top, self.context.rng), "refusal": None}


class _Template(NamedTuple):
    """Hold an event with holes, and the length of what Azure pads; the verdict keeps its id."""

    text: Template
    length: int
    verdict: Optional[Json]


def _judged(chunk: Json, part: Part) -> Json:
    """Add the verdict, as Azure does, to what the model's host has padded already."""
    if part.verdict is not None:
        (choice,) = chunk["choices"]
        chunk["choices"] = [{"content_filter_results": part.verdict, **choice}]
    return chunk


def _annotation(part: Part) -> Json:
    choice = {
        "content_filter_offsets": part.offsets,
        "content_filter_results": part.verdict,
        "finish_reason": part.finish,
        "index": part.choice,
    }
    return {"choices": [choice], "created": 0, "id": "", "model": "", "object": ""}


def _choice(request: Request, answer: Answer, context: Context) -> Json:
    verdict, blocked = moderation.final(context.behaviour, context.model)
    message: Json = {"annotations": [], "content": answer.text, "refusal": None}
    message["role"] = "assistant"
    if blocked or answer.calls:
        message["content"] = None
    elif answer.refusal:
        message.update(content=None, refusal=answer.text)
    if answer.calls:
        message["tool_calls"] = [_tool_call(call) for call in answer.calls]
    top = request.top_logprobs
    rated = None
    if top is not None and message["content"]:
        rated = {"content": logprobs.entries(answer.tokens, top, context.rng), "refusal": None}
    return {
        "content_filter_results": {} if answer.calls else verdict,
        "finish_reason": moderation.BLOCKED if blocked else answer.finish,
        "index": answer.index,
        "logprobs": rated,
        "message": message,
    }


def _tool_call(call: ToolCall) -> Json:
    function = {"arguments": call.arguments, "name": call.name}
    return {"function": function, "id": call.id, "type": "function"}
