"""What the model writes in answer to a request: tokens, and why it stopped."""

from __future__ import annotations

from dataclasses import dataclass

from . import texts
from .requests import Request
from .scenarios import Behaviour


@dataclass(frozen=True)
class Answer:
    """Hold one choice: its tokens as the client sees them, those it does not see, and its end."""

    index: int
    tokens: tuple[str, ...]
    finish: str = "stop"
    reasoning: int = 0

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "".join(self.tokens)

    @property
    def completion_tokens(self) -> int:
        """Count the tokens generated: the model's own end mark is one, the cut of a limit none."""
        return self.reasoning + len(self.tokens) + (self.finish != "length")


def write(request: Request, behaviour: Behaviour) -> list[Answer]:
    """Write all choices of an answer."""
    return [_choice(request, behaviour, index) for index in range(behaviour.n or request.n)]


def _choice(request: Request, behaviour: Behaviour, index: int) -> Answer:
    written = _text(request, behaviour, index)
    limit = request.max_tokens
    if limit is not None and limit <= len(written):
        return Answer(index, tuple(written[:limit]), "length")
    return Answer(index, tuple(written))


def _text(request: Request, behaviour: Behaviour, index: int) -> list[str]:
    if behaviour.tokens is not None:
        return texts.fill(behaviour.tokens, index)
    text = texts.answer(request.prompt, index)
    for stop in request.stop:
        text = text.partition(stop)[0]
    return texts.tokens(text)
