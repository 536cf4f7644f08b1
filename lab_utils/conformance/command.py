"""`python -m lab_utils conformance`: ask, compare, write the report."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Optional, Protocol

from ..errors import ConfigError
from ..settings import Settings
from ..target import Deployment, Facts
from . import loopback, report
from .answer import Gateway
from .look import look
from .operations import Operation, operations
from .question import Question
from .report import Compared, Seen
from .table import QUESTIONS

TOKENS = 700  # of one streamed answer, about

Say = Callable[[str], None]


class Service(Protocol):
    """What the Azure target gives."""

    def reach(self) -> Deployment:
        """Return how to reach the lab that stands."""

    def facts(self) -> Facts:
        """Return the tier and the diagnostics."""

    def scratch(
        self, operations: Sequence[Operation], lab: Deployment
    ) -> AbstractContextManager[Gateway]:
        """Return a block in which the service of `lab` has an API of these operations."""


def chosen(names: Sequence[str]) -> list[Question]:
    """Return the questions of these ids, all without one. Raises ConfigError."""
    known = [question.id for question in QUESTIONS]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ConfigError(f"no question is called {unknown[0]!r}; there are: {', '.join(known)}")
    return [question for question in QUESTIONS if not names or question.id in names]


def cost(questions: Sequence[Question]) -> str:
    """Return what asking costs, in one sentence."""
    streams = 2 * sum(question.stream for question in questions)  # a doubt takes a second one
    sent = sum(question.requests for question in questions) + streams // 2
    return (
        f"This makes an API of {len(questions)} operations on the lab's own API Management, sends "
        f"some {sent} requests and removes the API: some minutes, at no price of its own. "
        f"{streams} requests at most are streams of some {TOKENS} output tokens, "
        f"{streams * TOKENS:,} together, which cost what the model costs, nothing with the mock."
    )


def run(
    service: Service, settings: Settings, questions: Sequence[Question], out: Path, say: Say
) -> int:
    """Ask the lab's service and the loopback gateway, say what differs, and write the report.

    Returns 0 where nothing differs, else 1. Raises DeployError and GatewayError.
    """
    lab = service.reach()
    made = secrets.token_hex(8)
    asked = operations(questions, made, lab.deployment, settings.api_version)
    say("asking the gateway on loopback")
    with loopback.gateway(asked, lab.deployment) as gateway:
        here = answers(gateway, questions, made)
    say(f"making {len(asked)} operations on {lab.gateway_url}")
    with service.scratch(asked, lab) as gateway:
        there = answers(gateway, questions, made, say)
        hidden = (gateway.key.reveal(), lab.api_key, *_names(lab.gateway_url))
    compared = [Compared(*three) for three in zip(questions, there, here)]
    for one in compared:
        say("\n".join(one.lines()))
    told = "the lab's mock" if lab.plays_scenarios else "a model"
    today = datetime.date.today().isoformat()
    tier = service.facts().sku
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(report.document(compared, tier, told, today, hidden), encoding="utf-8")
    say(f"{report.summary(compared)}; the report is in {out}, without keys and names")
    return 0 if all(one.agrees is not False for one in compared) else 1


def answers(
    gateway: Gateway, questions: Sequence[Question], run: str, say: Optional[Say] = None
) -> list[Seen]:
    """Return what a gateway that has the scratch API answers to each question."""
    gateway.wait(run)
    seen: list[Seen] = []
    for number, question in enumerate(questions, 1):
        if say:
            say(f"{number} of {len(questions)}: {question.asks}")
        seen.append(look(gateway.ask(question), question.looks))
    return seen


def _names(url: str) -> list[str]:
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    return [host, host.partition(".")[0]] if not host[:1].isdigit() else [host]
