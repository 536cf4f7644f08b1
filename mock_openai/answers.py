"""What the model writes in answer to a request, and why it stops."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from . import schemas, texts, wire
from .behaviour import Behaviour
from .requests import Request, Tool
from .script import Scripted

UNSCRIPTED = Scripted()
REFUSAL = "I'm sorry, but I can't help with that."

_WEATHER = Tool(
    "get_weather",
    {"type": "object", "properties": {"city": {"type": "string", "examples": ["San Francisco"]}}},
)
_INPUT = "What the model writes to a tool that takes any text."
# Tokens of reasoning by effort; a real model's depend on the question, too.
THINKS = {"none": 0, "minimal": 0, "low": 32, "medium": 64, "high": 128, "xhigh": 256}
_PER_CALL = 10  # tokens of a call that no delta shows, about as many as were recorded


@dataclass(frozen=True)
class ToolCall:
    """Hold one call of a function; its arguments are JSON, split into tokens."""

    id: str
    name: str
    tokens: tuple[str, ...]
    custom: bool = False  # the tool takes a text, which then stands for the arguments

    @property
    def arguments(self) -> str:
        """Return the arguments as JSON."""
        return "".join(self.tokens)


@dataclass(frozen=True)
class Answer:
    """Hold one choice: tokens that are seen, tokens of reasoning, which are not, and the end."""

    index: int
    tokens: tuple[str, ...] = ()
    finish: str = "stop"
    reasoning: int = 0
    refusal: bool = False  # the tokens are a refusal
    calls: tuple[ToolCall, ...] = ()

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "".join(self.tokens)

    @property
    def completion_tokens(self) -> int:
        """Count the tokens generated: the model's own end mark is one, the cut of a limit none."""
        called = sum(_PER_CALL + len(call.tokens) for call in self.calls)
        seen = called or len(self.tokens) + (self.finish != "length")
        return self.reasoning + seen


def write(
    request: Request, behaviour: Behaviour, rng: random.Random, scripted: Scripted = UNSCRIPTED
) -> list[Answer]:
    """Write all choices of an answer; `rng` makes the ids of calls."""
    wanted = range(behaviour.n or request.n)
    return [_choice(request, behaviour, index, rng, scripted) for index in wanted]


def _choice(
    request: Request, behaviour: Behaviour, index: int, rng: random.Random, scripted: Scripted
) -> Answer:
    thought = behaviour.reasoning
    if thought is None:
        thought = THINKS[request.effort]
    told = scripted.text is not None or scripted.refusal is not None
    custom = [tool.name for tool in request.tools if tool.custom]
    calls = tuple(
        _called(name, arguments, rng, name in custom) for name, arguments in scripted.calls
    )
    if not (calls or told):
        calls = tuple(_call(tool, rng) for tool in _tools(request, behaviour))
    if calls:
        return Answer(index, (), "tool_calls", thought, calls=calls)
    refuse = scripted.refusal is not None or (behaviour.refuse and not told)
    if told:
        written = texts.tokens(scripted.refusal or scripted.text or "")
    else:
        written = texts.tokens(REFUSAL) if refuse else _text(request, behaviour, index)
    limits = [limit for limit in (request.max_tokens, behaviour.limit) if limit is not None]
    budget = min(limits, default=thought + len(written) + 1)
    reasoning = min(thought, budget)
    seen = tuple(written[: budget - reasoning])
    # A limit that the text just fits into leaves no token for the end mark.
    finish = "length" if reasoning + len(seen) == budget else "stop"
    return Answer(index, seen, finish, reasoning, refusal=refuse)


def _text(request: Request, behaviour: Behaviour, index: int) -> list[str]:
    if behaviour.tokens is not None:
        return texts.fill(behaviour.tokens, index)
    text = texts.answer(request.prompt, index)
    form = request.form
    if form.kind == "json_schema" or form.schema:
        text = wire.compact(schemas.sample(form.schema))
    elif form.kind == "json_object":
        text = wire.compact({"answer": text})
    for stop in request.stop:
        text = text.partition(stop)[0]
    return texts.tokens(text)


def _tools(request: Request, behaviour: Behaviour) -> list[Tool]:
    """Return the tools to call: as many as the scenario wants, else the one the request does."""
    offered = request.tools or (_WEATHER,)
    if behaviour.calls:
        return [offered[number % len(offered)] for number in range(behaviour.calls)]
    return [request.calls] if request.calls else []


def _call(tool: Tool, rng: random.Random) -> ToolCall:
    if tool.custom:
        return _called(tool.name, wire.compact(_INPUT), rng, custom=True)
    return _called(tool.name, wire.compact(schemas.sample(tool.schema or {"type": "object"})), rng)


def _called(name: str, arguments: str, rng: random.Random, custom: bool = False) -> ToolCall:
    if custom and arguments.startswith('"'):
        arguments = json.loads(arguments)
    found = tuple(texts.tokens(arguments))
    return ToolCall(wire.identifier("call_", 24, rng), name, found, custom)
