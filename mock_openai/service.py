"""The service without its HTTP server: which operations there are, and how each is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Callable

from . import answers, chat, completions, faults, frontdoor, requests, responses
from .answers import Answer
from .context import Context
from .errors import RefusedError
from .pace import paced
from .requests import Request
from .wire import Event, Json


@dataclass(frozen=True)
class Operation:
    """Describe one operation: its names in Azure's messages, how it is read and answered."""

    name: str
    action: str
    read: Callable[[Json, str], Request]
    events: Callable[[Request, list[Answer], Context], Iterator[Event]]
    whole: Callable[[Request, list[Answer], Context], Json]
    since: str = frontdoor.VERSIONS[0]
    legacy: bool = False  # wants a model that completes text instead of chatting


CHAT = Operation(
    "ChatCompletions_Create",
    "chatCompletion",
    lambda body, version: requests.chat(body, frontdoor.knows_stream_options(version)),
    chat.events,
    chat.completion,
)
COMPLETIONS = Operation(
    "Completions_Create",
    "completion",
    lambda body, version: requests.completion(body, frontdoor.knows_stream_options(version)),
    completions.events,
    completions.completion,
    legacy=True,
)
RESPONSES = Operation(
    "Responses_Create",
    "responses",
    lambda body, _: requests.response(body),
    responses.events,
    responses.whole,
    since=frontdoor.RESPONSES_SINCE,
)

# Paths that begin with /openai/v1 take no api-version; where the path does not name the
# deployment, the body's `model` does.
ROUTES: Mapping[str, Operation] = {
    "/openai/deployments/{deployment}/chat/completions": CHAT,
    "/openai/deployments/{deployment}/completions": COMPLETIONS,
    "/openai/responses": RESPONSES,
    "/openai/v1/chat/completions": CHAT,
    "/openai/v1/responses": RESPONSES,
}


def stream(operation: Operation, request: Request, context: Context) -> Iterator[Event]:
    """Yield what is written for a streamed answer, each with the silence before it."""
    events = operation.events(request, _written(operation, request, context), context)
    timed = paced(events, context.pace, context.rng)
    fault = context.behaviour.fault
    return faults.FAULTS[fault](timed, context.behaviour) if fault else timed


def whole(operation: Operation, request: Request, context: Context) -> tuple[float, Json]:
    """Return the seconds an answer in one piece takes, and its body."""
    written = _written(operation, request, context)
    longest = max(answer.completion_tokens for answer in written)
    return context.pace.total(longest), operation.whole(request, written, context)


def _written(operation: Operation, request: Request, context: Context) -> list[Answer]:
    if context.model.legacy != operation.legacy:
        action, model = operation.action, context.model.name
        raise RefusedError("wrong model", action=action, model=model)
    behaviour = context.behaviour
    if operation.legacy:
        behaviour = replace(behaviour, calls=0)  # older than functions
    return answers.write(request, behaviour, context.rng)
