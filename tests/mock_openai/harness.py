"""Runs a mock on loopback for the tests of this folder, and calls it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Optional, cast

import requests

from mock_openai import frontdoor, models, scenarios, service, wire
from mock_openai.context import Context
from mock_openai.fixture import served
from mock_openai.memory import Memory
from mock_openai.mock import Mock
from mock_openai.pace import Pace
from mock_openai.requests import Request
from mock_openai.service import Operation
from mock_openai.wire import Event

AT_ONCE = Pace(0, 0)
VERSION = "2024-10-21"
DATED = f"/openai/deployments/gpt-4o-mini/chat/completions?api-version={VERSION}"
V1 = "/openai/v1/chat/completions"


@contextmanager
def running(mock: Optional[Mock] = None) -> Iterator[str]:
    """Serve a mock from a thread of its own; gives its URL."""
    with served(mock or Mock(pace=AT_ONCE)) as found:
        yield found.url


def chat(prompt: str = "say hi", **body: Any) -> dict[str, Any]:
    """Return the body of a chat completion."""
    return {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}], **body}


def post(
    url: str, body: Any, scenario: str = "", key: Optional[str] = "k", **headers: str
) -> requests.Response:
    """Post a body, JSON or raw bytes, and read the whole answer."""
    sent = {"x-mock-scenario": scenario, **headers}
    if key is not None:
        sent["api-key"] = key
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return requests.post(url, raw, headers=sent, timeout=20)


def events(answer: requests.Response) -> list[dict[str, Any]]:
    """Return the JSON of each event of a stream that ends with [DONE]."""
    lines = answer.content.decode("utf-8").split("\n\n")
    assert lines[-2:] == ["data: [DONE]", ""]
    return [cast("dict[str, Any]", json.loads(line.removeprefix("data: "))) for line in lines[:-2]]


def text(chunks: list[dict[str, Any]], index: int = 0) -> str:
    """Return the text of one choice of a stream."""
    choices = [choice for chunk in chunks for choice in chunk["choices"]]
    deltas = [choice["delta"] for choice in choices if choice["index"] == index]
    return "".join(delta.get("content") or "" for delta in deltas)


def context_of(scenario: str = "", model: str = "gpt-4o-mini", seed: int = 1) -> Context:
    """Return the surroundings of a call in the region `here`, at a fixed time."""
    _, behaviour = scenarios.parse(scenario, "here")
    rng = wire.seeded(seed)
    served, pace = models.served_by(model), Pace(0.3, 0.02)
    return Context(behaviour, served, pace, 1_780_000_000, rng, Memory())


def chat_asked(body: dict[str, Any], model: str = "gpt-4o-mini", version: str = VERSION) -> Request:
    """Read the body of a chat completion."""
    return service.CHAT.read(body, version, models.served_by(model))


def response_asked(body: dict[str, Any], model: str = "gpt-4o-mini") -> Request:
    """Read the body of a call of the Responses API."""
    return service.RESPONSES.read(body, frontdoor.V1, models.served_by(model))


def played(
    operation: Operation,
    body: dict[str, Any],
    scenario: str = "",
    model: str = "gpt-4o-mini",
    seed: int = 1,
) -> list[Event]:
    """Return the events of a streamed answer, from the core alone."""
    context = context_of(scenario, model, seed)
    request = service.read(operation, {**body, "stream": True}, VERSION, context)
    return list(service.stream(operation, request, context))


def joined(events: Iterable[Event]) -> bytes:
    """Return what events look like on the wire."""
    return b"".join(event.data for event in events)
