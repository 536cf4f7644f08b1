"""The Responses API: named events with sequence numbers. A stream ends with a terminal event.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/responses
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

from . import wire
from .answers import Answer
from .context import Context
from .memory import Replay
from .pace import paced
from .requests import Request
from .response_object import Response
from .steps import Step
from .wire import Event, Json

_THROTTLED_IN_STREAM = {
    "type": "too_many_requests",
    "code": "rate_limit_exceeded",
    "headers": {"x-ms-fe-error": "true"},
    "message": "Rate limit is exceeded. Try again later.",
    "param": None,
}


def events(request: Request, answers: list[Answer], context: Context) -> Iterator[Event]:
    """Yield the events of a streamed response, in Azure's order, without pace."""
    response = Response(request, answers[0], context)
    again = None
    if response.background:

        def again() -> Iterator[Event]:
            return paced(_events(response), context.pace, context.rng)

    remember(response, context, again)
    yield from _events(response)


def _events(response: Response) -> Iterator[Event]:
    for number, step in enumerate(_steps(response)):
        yield Event(step.kind, step.written(number), step.tokens)


def whole(request: Request, answers: list[Answer], context: Context) -> Json:
    """Return the response object of an answer that is not streamed."""
    response = Response(request, answers[0], context)
    remember(response, context)
    return response.queued() if response.background else response.ended()


def input_tokens(request: Request, _: list[Answer], __: Context) -> Json:
    """Return how many tokens a call's input has, without an answer."""
    return {"object": "response.input_tokens", "input_tokens": request.prompt_tokens}


def remember(response: Response, context: Context, again: Optional[Replay] = None) -> None:
    """Keep a response for later, unless the call does not want that."""
    asked = response.request.body
    if asked.get("store") is not False:
        seconds = context.pace.total(response.answer.completion_tokens)
        started, ended = response.started(), response.ended()
        seconds *= response.background
        context.memory.keep(started, ended, asked["input"], seconds, again)


def _steps(response: Response) -> Iterator[Step]:
    begun = response.queued() if response.background else response.started()
    yield Step("response.created", {"response": begun}, wire.PROMPT_FILTER)
    if response.background:
        yield Step("response.queued", {"response": begun})
    yield Step("response.in_progress", {"response": response.started()})
    for output, item in enumerate(response.items):
        yield from item.played(output)
        if item.cut:
            break
    yield from _terminal(response)


def _terminal(response: Response) -> Iterator[Step]:
    ended = Step(f"response.{response.status}", {"response": response.ended()})
    if response.context.behaviour.ending == "error":
        yield ended
        yield Step("error", {"error": _THROTTLED_IN_STREAM}, wire.LAST)
    else:
        yield ended._replace(kind=wire.LAST)
