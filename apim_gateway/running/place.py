"""Where a policy stands, and what it says when it fails there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Optional

from apim_gateway.wire.responses import Answer, unsupported
from policy_expressions import ExpressionFailure
from policy_expressions.errors import NotSupportedHere

FORWARDER = "request-forwarder"  # the source of what goes wrong on the way to a backend


@dataclass(frozen=True)
class Place:
    """Hold where a policy stands; `path` is like `choose[3]/when[2]/set-header[1]`."""

    scope: str
    section: str
    path: str
    policy_id: str
    name: str


class SectionError(Exception):
    """End a section and go to on-error.

    `source`, `reason` and `message` become `context.LastError`; `answer` is the response that
    on-error finds, or None where the response that is there already stays. A `retry` around the
    step may look at that response and try again when `retryable`; it finds none at all when the
    backend gave `no_response`.
    """

    def __init__(
        self,
        source: str,
        reason: str,
        message: str,
        answer: Optional[Answer] = None,
        keep_response: bool = False,
        retryable: bool = False,
        no_response: bool = False,
    ) -> None:
        super().__init__(message)
        self.source, self.reason, self.message = source, reason, message
        self.answer = answer
        self.keep_response = keep_response
        self.retryable = retryable or no_response
        self.no_response = no_response
        self.place: Optional[Place] = None


@contextmanager
def located(place: Optional[Place]) -> Iterator[None]:
    """Give a failure inside its place; what .NET throws, or is not evaluated here, becomes one."""
    try:
        yield
    except ExpressionFailure as error:
        raise evaluation_failed(place, error) from error
    except SectionError as failure:
        failure.place = failure.place or place
        raise


def evaluation_failed(place: Optional[Place], error: ExpressionFailure) -> SectionError:
    """Return the failure of a policy whose expression failed."""
    message = f"Expression evaluation failed. {error.message}"
    source = place.name if place else ""
    answer = None
    if isinstance(error, NotSupportedHere):  # nothing that API Management would say
        message = f"{error.exception} in an expression of {source}: {error.message}."
        answer = unsupported(message)
    failure = SectionError(source, "ExpressionValueEvaluationFailure", message, answer)
    failure.place = place
    return failure
