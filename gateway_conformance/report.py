"""What the comparison found, for a person and as a file to attach to an issue."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from .look import UNKNOWN
from .question import Question

FORMAT = 1  # docs/conformance/README.md describes it
Seen = Mapping[str, Any]  # by look


@dataclass(frozen=True)
class Compared:
    """Hold what two gateways answered to one question."""

    question: Question
    gateway: Seen
    loopback: Seen

    @property
    def differences(self) -> list[str]:
        """Return the looks whose values differ; what cannot be told is no difference."""
        return [
            name
            for name in self.question.looks
            if UNKNOWN not in (self.gateway[name], self.loopback[name])
            and self.gateway[name] != self.loopback[name]
        ]

    @property
    def agrees(self) -> Optional[bool]:
        """Tell whether they agree; None where some of it cannot be told and nothing differs."""
        if self.differences:
            return False
        pairs = (*self.gateway.values(), *self.loopback.values())
        return None if UNKNOWN in pairs else True

    def lines(self) -> list[str]:
        """Return what a person reads: one line, and one more for each difference."""
        sign = {True: "agrees", False: "DIFFERS", None: "unclear"}[self.agrees]
        told = [f"{sign:8} {self.question.id}: {self.question.asks}"]
        for name in self.differences:
            told.append(f"         {name}: {_short(self.gateway[name])}")
            told.append(f"         {'here':>{len(name)}}: {_short(self.loopback[name])}")
        if self.differences and self.question.switch:
            told.append(f"         apim_gateway serve {self.question.switch} has another reading")
        return told

    def json(self) -> dict[str, Any]:
        """Return it as data."""
        return {
            "id": self.question.id,
            "asks": self.question.asks,
            "agrees": self.agrees,
            "differs_in": self.differences,
            "gateway": dict(self.gateway),
            "loopback": dict(self.loopback),
        }


def document(
    compared: Sequence[Compared], tier: str, model: str, made: str, hidden: Sequence[str]
) -> str:
    """Return the report as JSON, with every text of `hidden` replaced: keys and names.

    `tier` is the service's, `model` says what streamed, `made` is a date.
    """
    whole = {
        "format": FORMAT,
        "made": made,
        "tier": tier,
        "model": model,
        "questions": [one.json() for one in compared],
    }
    text = json.dumps(whole, indent=1, sort_keys=False)
    for name in filter(None, hidden):
        text = text.replace(json.dumps(name)[1:-1], "<hidden>")
    return text + "\n"


def summary(compared: Sequence[Compared]) -> str:
    """Return the one line that counts."""
    found = [one.agrees for one in compared]
    return (
        f"{len(found)} questions: {found.count(True)} agree, {found.count(False)} differ, "
        f"{found.count(None)} unclear"
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 160 else text[:157] + "..."
