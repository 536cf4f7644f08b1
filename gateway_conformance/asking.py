"""Which questions are asked, at what cost, and what a gateway answers to them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Optional

from .answer import Gateway
from .errors import ConformanceError
from .look import UNKNOWN, look
from .question import Question
from .report import Seen
from .table import QUESTIONS

TOKENS = 700  # of one streamed answer, about
TIMES = 2  # that a question is asked where a busy machine hides how its text was released


def chosen(names: Sequence[str]) -> list[Question]:
    """Return the questions of these ids, all without one. Raises ConformanceError."""
    known = [question.id for question in QUESTIONS]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConformanceError(
            f"no question is called {unknown[0]!r}; there are: {', '.join(known)}"
        )
    return [question for question in QUESTIONS if not names or question.id in names]


def cost(questions: Sequence[Question]) -> str:
    """Return what asking costs, in one sentence."""
    streamed = sum(question.stream for question in questions)
    streams = 2 * TIMES * streamed  # a doubt takes a second one, each time
    sent = sum(question.requests for question in questions) + streamed
    return (
        f"This makes an API of {len(questions)} operations on the lab's own API Management, sends "
        f"some {sent} requests and removes the API: some minutes, at no price of its own. "
        f"{streams} requests at most are streams of some {TOKENS} output tokens, "
        f"{streams * TOKENS:,} together, which cost what the model costs, nothing with the mock."
    )


def answers(
    gateway: Gateway,
    questions: Sequence[Question],
    run: str,
    say: Optional[Callable[[str], None]] = None,
) -> list[Seen]:
    """Return what a gateway that has the scratch API of this run answers to each question.

    Raises CallError where nobody answers.
    """
    gateway.wait(run)
    seen: list[Seen] = []
    for number, question in enumerate(questions, 1):
        if say:
            say(f"{number} of {len(questions)}: {question.asks}")
        seen.append(_seen(gateway, question))
    return seen


def _seen(gateway: Gateway, question: Question) -> Seen:
    for _ in range(TIMES):
        found = look(gateway.ask(question), question.looks)
        if UNKNOWN not in found.values():
            break
    return found
