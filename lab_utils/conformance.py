"""Compare the lab's API Management with the gateway on loopback, and write the report."""

from __future__ import annotations

import datetime
import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from gateway_conformance import loopback, report
from gateway_conformance.answer import Gateway
from gateway_conformance.asking import answers
from gateway_conformance.operations import Operation, operations
from gateway_conformance.question import Question
from gateway_conformance.report import Compared

from .boundary import lab_errors
from .settings import PROJECT, Settings
from .target import Deployment, Facts

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


@lab_errors()
def run(
    service: Service, settings: Settings, questions: Sequence[Question], out: Path, say: Say
) -> int:
    """Ask the lab's service and the loopback gateway, say what differs, and write the report.

    Returns 0 where nothing differs, else 1. Raises LabError.
    """
    lab = service.reach()
    made = secrets.token_hex(8)
    asked = operations(questions, made, lab.deployment, settings.api_version)
    say("asking the gateway on loopback")
    with loopback.gateway(asked, lab.deployment, PROJECT) as gateway:
        here = answers(gateway, questions, made)
    say(f"making {len(asked)} operations on {lab.gateway_url}")
    with service.scratch(asked, lab) as gateway:
        there = answers(gateway, questions, made, say)
        hidden = (gateway.key, lab.api_key, *_names(lab.gateway_url))
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


def _names(url: str) -> list[str]:
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    return [host, host.partition(".")[0]] if not host[:1].isdigit() else [host]
