"""The service without its HTTP server: which operations there are, and how each is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Callable, Optional

from . import (
    answers,
    chat,
    chat_request,
    completion_request,
    completions,
    embeddings,
    faults,
    foundry,
    frontdoor,
    models,
    response_request,
    responses,
)
from .answers import Answer
from .context import Context
from .errors import RefusedError
from .models import Model
from .pace import paced
from .requests import Request
from .wire import Event, Json


@dataclass(frozen=True)
class Operation:
    """Describe one operation: its names in Azure's messages, how it is read and answered."""

    kind: str  # what a model has to serve, see `models`
    name: str
    action: str
    read: Callable[[Json, str, Model], Request]
    whole: Callable[[Request, list[Answer], Context], Json]
    events: Optional[Callable[[Request, list[Answer], Context], Iterator[Event]]] = None  # streams
    writes: bool = True  # an answer, for which the model takes its time
    since: str = frontdoor.VERSIONS[0]


CHAT = Operation(
    models.CHAT,
    "ChatCompletions_Create",
    "chatCompletion",
    chat_request.read,
    lambda *asked: (foundry if asked[2].model.foundry else chat).completion(*asked),
    lambda *asked: (foundry if asked[2].model.foundry else chat).events(*asked),
)
COMPLETIONS = Operation(
    models.COMPLETIONS,
    "Completions_Create",
    "completion",
    completion_request.read,
    completions.completion,
    completions.events,
)
RESPONSES = Operation(
    models.RESPONSES,
    "Responses_Create",
    "responses",
    response_request.read,
    responses.whole,
    responses.events,
    since=frontdoor.RESPONSES_SINCE,
)
EMBEDDINGS = Operation(
    models.EMBEDDINGS,
    "Embeddings_Create",
    "embeddings",
    embeddings.read,
    embeddings.whole,
    writes=False,
)
INPUT_TOKENS = Operation(
    models.RESPONSES,
    "Responses_InputTokens",
    "responses",
    response_request.read,
    responses.input_tokens,
    since=frontdoor.RESPONSES_SINCE,
    writes=False,
)

# What is posted where. Paths that begin with /openai/v1 take no dated api-version; where the path
# does not name the deployment, the body's `model` does. /models is the path of Azure AI Foundry.
ROUTES: Mapping[str, Operation] = {
    "/openai/deployments/{deployment}/chat/completions": CHAT,
    "/openai/deployments/{deployment}/completions": COMPLETIONS,
    "/openai/deployments/{deployment}/embeddings": EMBEDDINGS,
    "/openai/responses": RESPONSES,
    "/openai/v1/chat/completions": CHAT,
    "/openai/v1/completions": COMPLETIONS,
    "/openai/v1/embeddings": EMBEDDINGS,
    "/openai/v1/responses": RESPONSES,
    "/openai/v1/responses/input_tokens": INPUT_TOKENS,
    "/models/chat/completions": CHAT,
    "/models/embeddings": EMBEDDINGS,
}


def read(operation: Operation, body: Json, version: str, context: Context) -> Request:
    """Read what a call asks for. Raises RefusedError."""
    model = context.model
    if operation.kind not in model.serves:
        raise RefusedError("wrong model", action=operation.action, model=model.name)
    request = operation.read(body, version, model)
    previous = body.get("previous_response_id") if operation.kind == models.RESPONSES else None
    if previous:
        known = context.memory.tokens(previous)
        request = replace(request, prompt_tokens=request.prompt_tokens + known)
    return request


def stream(operation: Operation, request: Request, context: Context) -> Iterator[Event]:
    """Yield what is written for a streamed answer, each with the silence before it."""
    assert operation.events is not None  # noqa: S101 - whoever cannot stream reads no `stream`
    events = operation.events(request, _written(operation, request, context), context)
    timed = paced(events, context.pace, context.rng)
    fault = context.behaviour.fault
    return faults.FAULTS[fault](timed, context.behaviour) if fault else timed


def whole(operation: Operation, request: Request, context: Context) -> tuple[float, Json]:
    """Return the seconds an answer in one piece takes, and its body."""
    if not operation.writes:
        return context.pace.ttft / 4, operation.whole(request, [], context)
    written = _written(operation, request, context)
    longest = max(answer.completion_tokens for answer in written)
    seconds = context.pace.total(longest)
    if request.body.get("background"):
        seconds = context.pace.ttft / 4
    return seconds, operation.whole(request, written, context)


def _written(operation: Operation, request: Request, context: Context) -> list[Answer]:
    behaviour = context.behaviour
    if operation.kind == models.COMPLETIONS:
        behaviour = replace(behaviour, calls=0)  # older than functions
    return answers.write(request, behaviour, context.rng, context.scripted)
