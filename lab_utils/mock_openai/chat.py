"""Chat completions: the events of a stream, and the body of an answer in one piece."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Optional

from . import wire
from .answers import Answer
from .models import Model
from .moderation import prompt_filter_results, verdicts
from .requests import Request
from .wire import Event, Json


@dataclass(frozen=True)
class Part:
    """Hold what one chunk says of one choice."""

    index: int
    kind: str
    delta: Json
    finish: Optional[str] = None
    tokens: int = 0


@dataclass(frozen=True)
class Envelope:
    """Hold what every chunk of one completion has in common."""

    id: str
    created: int
    model: Model
    rng: random.Random
    usage: bool  # asked for: every chunk has the key then, null but in the last
    obfuscate: bool

    def chunk(self, choice: Optional[Json], filters: Optional[Json], usage: Optional[Json]) -> Json:
        """Make a chunk, keys in alphabetical order; `filters` goes into the choice."""
        chunk: Json = {"choices": [choice] if choice else [], "created": self.created}
        chunk.update(id=self.id, model=self.model.full)
        if self.obfuscate:
            chunk["obfuscation"] = ""
        chunk["object"] = "chat.completion.chunk"
        if self.model.service_tier:
            chunk["service_tier"] = self.model.service_tier
        chunk["system_fingerprint"] = self.model.fingerprint
        if self.usage:
            chunk["usage"] = usage
        if self.obfuscate:
            # The model's host pads the chunk before Azure adds its verdicts.
            chunk["obfuscation"] = wire.padding(len(wire.compact(chunk)), 1, self.rng)
        if choice and filters is not None:
            chunk["choices"] = [{"content_filter_results": filters, **choice}]
        return chunk


def envelope(request: Request, model: Model, created: int, rng: random.Random) -> Envelope:
    """Make the envelope of one completion; `created` is in seconds since 1970."""
    return Envelope(
        id=wire.identifier("chatcmpl-", 29, rng),
        created=created,
        model=model,
        rng=rng,
        usage=request.include_usage,
        obfuscate=request.obfuscate,
    )


def usage(request: Request, answers: list[Answer]) -> Json:
    """Count tokens as Azure does, choices together."""
    completion = sum(answer.completion_tokens for answer in answers)
    return {
        "completion_tokens": completion,
        "completion_tokens_details": {
            "accepted_prediction_tokens": 0,
            "audio_tokens": 0,
            "reasoning_tokens": sum(answer.reasoning for answer in answers),
            "rejected_prediction_tokens": 0,
        },
        "prompt_tokens": request.prompt_tokens,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": 0},
        "total_tokens": request.prompt_tokens + completion,
    }


def events(request: Request, answers: list[Answer], common: Envelope) -> Iterator[Event]:
    """Yield the events of a streamed completion, in Azure's order, without pace."""
    yield wire.event(wire.PROMPT_FILTER, _prompt_filter_chunk())
    rounds = itertools.zip_longest(*(_parts(answer) for answer in answers))
    for part in itertools.chain.from_iterable(rounds):
        if part is not None:
            yield wire.event(part.kind, _chunk(part, common), part.tokens)
    if request.include_usage:
        yield wire.event(wire.USAGE, common.chunk(None, None, usage(request, answers)))
    yield wire.DONE


def _prompt_filter_chunk() -> Json:
    chunk = {"choices": [], "created": 0, "id": "", "model": "", "object": ""}
    return {**chunk, "prompt_filter_results": prompt_filter_results()}


def _parts(answer: Answer) -> Iterator[Part]:
    opening = {"content": "", "refusal": None, "role": "assistant"}
    yield Part(answer.index, wire.ROLE, opening, tokens=answer.reasoning)
    for token in answer.tokens:
        yield Part(answer.index, wire.CONTENT, {"content": token}, tokens=1)
    yield Part(answer.index, wire.FINISH, {}, answer.finish)


def _chunk(part: Part, common: Envelope) -> Json:
    choice = {
        "delta": part.delta,
        "finish_reason": part.finish,
        "index": part.index,
        "logprobs": None,
    }
    filters = verdicts(common.model.families) if part.kind == wire.CONTENT else {}
    return common.chunk(choice, filters, None)


def completion(request: Request, answers: list[Answer], common: Envelope) -> Json:
    """Return the body of a completion that is not streamed."""
    body: Json = {
        "choices": [_choice(answer, common.model) for answer in answers],
        "created": common.created,
        "id": common.id,
        "model": common.model.full,
        "object": "chat.completion",
        "prompt_filter_results": prompt_filter_results(),
    }
    if common.model.service_tier:
        body["service_tier"] = common.model.service_tier
    body["system_fingerprint"] = common.model.fingerprint
    body["usage"] = usage(request, answers)
    return body


def _choice(answer: Answer, model: Model) -> Json:
    return {
        "content_filter_results": verdicts(model.families),
        "finish_reason": answer.finish,
        "index": answer.index,
        "logprobs": None,
        "message": {
            "annotations": [],
            "content": answer.text,
            "refusal": None,
            "role": "assistant",
        },
    }
