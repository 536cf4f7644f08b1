"""The scratch API as data: its declaration, and the policy document of each operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .question import API, KEY, POOL, Question
from .table import HELPERS, document

ABOUT = "Made by `python -m lab_utils conformance`, which removes it at its end."
# One 404 takes the pool's member out, so that a deployment that is not there is enough.
RULE: dict[str, Any] = {
    "name": "one-404",
    "tripDuration": "PT1M",
    "failureCondition": {
        "count": 1,
        "interval": "PT1M",
        "statusCodeRanges": [{"min": 404, "max": 404}],
    },
}


@dataclass(frozen=True)
class Operation:
    """Hold one operation and its policy document."""

    name: str
    method: str
    template: str
    document: str

    def declared(self) -> dict[str, str]:
        """Return it as api.json tells it."""
        return {
            "name": self.name,
            "displayName": self.name,
            "method": self.method,
            "urlTemplate": self.template,
        }


def operations(
    questions: Sequence[Question], run: str, deployment: str, version: str
) -> list[Operation]:
    """Return an operation for each question and two for each helper; `run` names this run."""
    helpers = [
        Operation(
            f"{name}-{method.lower()}", method, f"/{name}", document(inbound.replace("{run}", run))
        )
        for name, inbound in HELPERS.items()
        for method in ("GET", "POST")
    ]
    return helpers + [
        Operation(
            f"q-{question.id}",
            question.method,
            f"/q/{question.id}",
            question.document(deployment, version),
        )
        for question in questions
        if not question.path
    ]


def declaration(made: Sequence[Operation]) -> dict[str, Any]:
    """Return the API as the loopback gateway's --api takes it."""
    return {
        "name": API,
        "displayName": API,
        "path": API,
        "subscriptionKeyParameterNames": {"header": KEY, "query": KEY},
        "operations": [operation.declared() for operation in made],
        "backend": {"name": POOL, "circuitBreakerRule": RULE},
    }
