"""An answer taken apart: what each chunk says of a choice, before it is written as JSON."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Optional

from . import wire
from .answers import Answer, ToolCall
from .wire import Json


class Part(NamedTuple):
    """Hold one step of one choice; keys that are None here are absent or null in the chunk."""

    choice: int  # its index
    kind: str
    delta: Optional[Json] = None  # absent in a verdict of the asynchronous filter
    text: str = ""  # what a reader gets to see of it
    tokens: int = 0
    finish: Optional[str] = None
    verdict: Optional[Json] = None  # content_filter_results; None: absent
    offsets: Optional[Json] = None  # characters that the verdict is about

    def judged(self, verdict: Json) -> Part:
        """Return the part with a verdict on it."""
        return Part(
            self.choice, self.kind, self.delta, self.text, self.tokens, self.finish, verdict
        )


def taken_apart(answers: Iterable[Answer]) -> Iterator[Part]:
    """Yield the parts of all choices, one of each in turn."""
    rounds = itertools.zip_longest(*(_parts(answer) for answer in answers))
    return (part for part in itertools.chain.from_iterable(rounds) if part is not None)


def first(parts: Iterable[Part], tokens: int) -> Iterator[Part]:
    """Yield parts that hold up to `tokens` tokens together, and no end of an answer."""
    seen = 0
    for part in parts:
        seen += part.tokens
        if seen > tokens or part.finish:
            return
        yield part


def _parts(answer: Answer) -> Iterator[Part]:
    opening: Json = {"content": "", "refusal": None, "role": "assistant"}
    if answer.refusal:
        opening.update(content=None, refusal="")
    if answer.calls:
        opening["content"] = None
        yield from _call_parts(answer, opening)
    else:
        yield Part(answer.index, wire.ROLE, opening, tokens=answer.reasoning)
        name = "refusal" if answer.refusal else "content"
        for token in answer.tokens:
            yield Part(answer.index, wire.CONTENT, {name: token}, text=token, tokens=1)
    yield Part(answer.index, wire.FINISH, {}, finish=answer.finish)


def _call_parts(answer: Answer, opening: Json) -> Iterator[Part]:
    """Yield the parts of function calls: a single one opens with the role, several after it."""
    if len(answer.calls) == 1:
        opening["tool_calls"] = [_opened(0, answer.calls[0])]
    yield Part(answer.index, wire.ROLE, opening, tokens=answer.reasoning)
    for position, call in enumerate(answer.calls):
        if len(answer.calls) > 1:
            delta = {"tool_calls": [_opened(position, call)]}
            yield Part(answer.index, wire.CONTENT, delta, tokens=1)
        for token in call.tokens:
            delta = {"tool_calls": [{"function": {"arguments": token}, "index": position}]}
            yield Part(answer.index, wire.CONTENT, delta, tokens=1)


def _opened(position: int, call: ToolCall) -> Json:
    function = {"arguments": "", "name": call.name}
    return {"function": function, "id": call.id, "index": position, "type": "function"}
