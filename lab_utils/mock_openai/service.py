"""The service without its HTTP server: from a call's parts to what is written, and when."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Callable

from . import answers, chat, frontdoor, requests
from .models import Model
from .pace import Pace, paced
from .requests import Request
from .scenarios import Behaviour
from .wire import Event, Json


@dataclass(frozen=True)
class Context:
    """Hold what an answer depends on beside its request; `created` is in seconds since 1970."""

    behaviour: Behaviour
    model: Model
    pace: Pace
    created: int
    rng: random.Random


@dataclass(frozen=True)
class Operation:
    """Describe one operation: its name in Azure's messages, and how it reads and answers."""

    name: str
    read: Callable[[Json, str], Request]
    events: Callable[[Request, list[answers.Answer], Context], Iterator[Event]]
    whole: Callable[[Request, list[answers.Answer], Context], Json]
    since: str = frontdoor.VERSIONS[0]


def _read_chat(body: Json, version: str) -> Request:
    return requests.chat(body, frontdoor.knows_stream_options(version))


def _chat_events(
    request: Request, written: list[answers.Answer], context: Context
) -> Iterator[Event]:
    common = chat.envelope(request, context.model, context.created, context.rng)
    return chat.events(request, written, common)


def _chat_whole(request: Request, written: list[answers.Answer], context: Context) -> Json:
    common = chat.envelope(request, context.model, context.created, context.rng)
    return chat.completion(request, written, common)


CHAT = Operation("ChatCompletions_Create", _read_chat, _chat_events, _chat_whole)

# Below /openai; a dated path names the deployment, v1 names it in the body's `model`.
ROUTES: Mapping[str, Operation] = {
    "/deployments/{deployment}/chat/completions": CHAT,
    "/v1/chat/completions": CHAT,
}


def stream(operation: Operation, request: Request, context: Context) -> Iterator[Event]:
    """Yield what is written for a streamed answer, each with the silence before it."""
    written = answers.write(request, context.behaviour)
    events = operation.events(request, written, context)
    return paced(events, context.pace, context.rng)


def whole(operation: Operation, request: Request, context: Context) -> tuple[float, Json]:
    """Return the seconds an answer in one piece takes, and its body."""
    written = answers.write(request, context.behaviour)
    longest = max(answer.completion_tokens for answer in written)
    return context.pace.total(longest), operation.whole(request, written, context)
