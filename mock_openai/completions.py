"""Legacy completions: the events of a stream, and the body of an answer in one piece.

Their keys come in the order of the old API, not in alphabetical order, and why the model stopped
rides on the last text, not on a chunk of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from . import logprobs, moderation, refusals, wire
from .answers import Answer
from .behaviour import Behaviour
from .context import Context
from .parts import Part
from .requests import Request
from .wire import Event, Json


def events(request: Request, answers: list[Answer], context: Context) -> Iterator[Event]:
    """Yield the events of a streamed completion, in Azure's order, without pace."""
    behaviour = context.behaviour
    common = _common(context)
    absent = {"usage": None} if request.include_usage else {}
    yield wire.event(wire.PROMPT_FILTER, _prompt_filter_chunk())
    if request.echo:
        for answer in answers:
            choice = _choice(request, context, answer.index, [request.prompt])
            yield wire.event(wire.ROLE, {**common, "choices": [choice], **absent})
    written = [len(request.prompt) if request.echo else 0 for _ in answers]  # characters
    stopped = False
    moderated = moderation.moderated(answers, _synchronous(behaviour), context.model)
    for part in _with_finish_on_last(moderated):
        stopped = stopped or part.finish == moderation.BLOCKED
        tokens = [part.text] if part.text else []
        choice = _choice(request, context, part.choice, tokens, written[part.choice])
        choice.update(finish_reason=part.finish, content_filter_results=part.verdict)
        written[part.choice] += len(part.text)
        yield wire.event(part.kind, {**common, "choices": [choice], **absent}, part.tokens)
    if behaviour.ending:
        yield wire.event(wire.ERROR, {"error": refusals.IN_STREAM})
        return
    if request.include_usage and not stopped:
        counted = {**common, "choices": [], "usage": usage(request, answers)}
        yield wire.event(wire.USAGE, counted)
    yield wire.DONE


def completion(request: Request, answers: list[Answer], context: Context) -> Json:
    """Return the body of a completion that is not streamed."""
    verdict, blocked = moderation.final(_synchronous(context.behaviour), context.model)
    choices = []
    for answer in answers:
        tokens = answer.tokens[: context.behaviour.after if blocked else None]
        if request.echo:
            tokens = (request.prompt, *tokens)
        choice = _choice(request, context, answer.index, tokens)
        finish = moderation.BLOCKED if blocked else answer.finish
        choice.update(finish_reason=finish, content_filter_results=verdict)
        choices.append(choice)
    return {
        **_common(context),
        "prompt_filter_results": moderation.prompt_filter_results(),
        "choices": choices,
        "usage": usage(request, answers),
    }


def usage(request: Request, answers: list[Answer]) -> Json:
    """Count tokens as Azure does, those of all choices together."""
    completion_tokens = sum(answer.completion_tokens for answer in answers)
    return {
        "completion_tokens": completion_tokens,
        "prompt_tokens": request.prompt_tokens,
        "total_tokens": request.prompt_tokens + completion_tokens,
    }


_SYNCHRONOUS = {
    "asynchronous": "default",
    "asynchronous blocked": "blocked",
    "asynchronous late": "default",
    "asynchronous blocklist": "default",
}


def _synchronous(behaviour: Behaviour) -> Behaviour:
    # The asynchronous filter is newer than this API.
    known = _SYNCHRONOUS.get(behaviour.moderation, behaviour.moderation)
    return replace(behaviour, moderation=known)


def _common(context: Context) -> Json:
    return {
        "id": wire.identifier("cmpl-", 29, context.rng),
        "object": "text_completion",
        "created": context.created,
        "model": context.model.full,
    }


def _prompt_filter_chunk() -> Json:
    empty: Json = {"id": "", "object": "", "created": 0, "model": ""}
    return {**empty, "prompt_filter_results": moderation.prompt_filter_results(), "choices": []}


def _with_finish_on_last(moderated: Iterable[Part]) -> Iterator[Part]:
    """Leave out the part that opens a choice, and move each finish onto the text before it."""
    held: dict[int, Part] = {}  # the last part of each choice, as it may have to carry the finish
    for part in moderated:
        before = held.pop(part.choice, None)
        if part.finish and before and part.finish != moderation.BLOCKED:
            yield before._replace(finish=part.finish)
            continue
        if before:
            yield before
        if part.finish:
            yield part
        elif part.kind != wire.ROLE:
            held[part.choice] = part
    yield from held.values()


def _choice(
    request: Request, context: Context, index: int, tokens: Sequence[str], start: int = 0
) -> Json:
    """Make a choice without end or verdict; its text begins `start` characters into the answer."""
    rated = None
    if request.top_logprobs is not None:
        entries = logprobs.entries(tokens, request.top_logprobs, context.rng)
        rated = _logprobs(entries, start)
    return {
        "text": "".join(tokens),
        "index": index,
        "finish_reason": None,
        "logprobs": rated,
        "content_filter_results": {},
    }


def _logprobs(entries: list[Json], start: int) -> Json:
    tokens = [entry["token"] for entry in entries]
    ends = itertools.accumulate((len(token) for token in tokens), initial=start)
    return {
        "tokens": tokens,
        "token_logprobs": [entry["logprob"] for entry in entries],
        "top_logprobs": [
            {each["token"]: each["logprob"] for each in entry["top_logprobs"]} for entry in entries
        ],
        "text_offset": [end for end, _ in zip(ends, tokens)],
    }
