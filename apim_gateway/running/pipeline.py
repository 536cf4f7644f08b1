"""Run the sections of a policy: inbound, backend, outbound, and on-error when one fails.

Source: https://learn.microsoft.com/azure/api-management/api-management-howto-policies and
https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Optional, Protocol

from apim_gateway.reading.schema import BACKEND, INBOUND, ON_ERROR, OUTBOUND
from apim_gateway.wire.responses import Answer
from policy_expressions import ExpressionFailure

if TYPE_CHECKING:
    from apim_gateway.running.exchange import Exchange


@dataclass(frozen=True)
class Place:
    """Hold where a policy stands; `path` is like `choose[3]/when[2]/set-header[1]`."""

    scope: str
    section: str
    path: str
    policy_id: str
    name: str


class Step(Protocol):
    """Run one policy for one request."""

    async def run(self, exchange: Exchange) -> None:
        """Do what the policy does.

        Raises SectionError, ExpressionFailure, Answered or Finished.
        """


class Finished(Exception):  # noqa: N818 (nothing went wrong)
    """End the pipeline with the response as it is now; `return-response` raises it."""


class Answered(Exception):  # noqa: N818 (nothing went wrong)
    """Go on with outbound: the response is there without the backend, as from a cache."""


class SectionError(Exception):
    """End a section and go to on-error.

    `source`, `reason` and `message` become `context.LastError`; `answer` is the response that
    on-error finds, or None where the response that is there already stays. A `retry` around the
    step may look at that response and try again when `retryable`.
    """

    def __init__(
        self,
        source: str,
        reason: str,
        message: str,
        answer: Optional[Answer] = None,
        keep_response: bool = False,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.source, self.reason, self.message = source, reason, message
        self.answer = answer
        self.keep_response = keep_response
        self.retryable = retryable
        self.place: Optional[Place] = None


@dataclass(frozen=True)
class Placed:
    """Hold a step and where it stands."""

    step: Step
    place: Place

    async def run(self, exchange: Exchange) -> None:
        """Run the step; a failure learns its place here. Raises as the step does."""
        exchange.at = self.place
        with located(self.place):
            await self.step.run(exchange)


@contextmanager
def located(place: Optional[Place]) -> Iterator[None]:
    """Give a failure inside its place; what .NET throws becomes a failure."""
    try:
        yield
    except ExpressionFailure as error:
        message = f"Expression evaluation failed. {error.message}"
        source = place.name if place else ""
        failure = SectionError(source, "ExpressionValueEvaluationFailure", message)
        failure.place = place
        raise failure from error
    except SectionError as failure:
        failure.place = failure.place or place
        raise


@dataclass(frozen=True)
class Steps:
    """Hold policies that run one after another."""

    steps: tuple[Placed, ...]

    async def run(self, exchange: Exchange) -> None:
        """Run each step in turn. Raises SectionError or Finished."""
        for step in self.steps:
            await step.run(exchange)


async def run(sections: Mapping[str, Steps], exchange: Exchange) -> None:
    """Take a request through its sections, leaving the response in the exchange's context."""
    try:
        await _to_the_response(sections, exchange)
        exchange.enter(OUTBOUND)
        await exchange.received()
        await sections[OUTBOUND].run(exchange)
        await exchange.settle()
    except Finished:
        return
    except SectionError as failure:
        await recover(sections, exchange, failure)


async def preflight(sections: Mapping[str, Steps], exchange: Exchange) -> bool:
    """Answer a CORS preflight by the cors policies of inbound alone; tell whether there is one."""
    exchange.enter(INBOUND)
    found = list(_named("cors", sections[INBOUND]))
    try:
        for step in found:
            await step.run(exchange)
    except Finished:
        pass
    except SectionError as failure:
        await recover(sections, exchange, failure)
    return bool(found)


def _named(name: str, steps: Steps) -> Iterator[Placed]:
    for placed in steps.steps:
        inner = getattr(placed.step, "steps", None)
        if placed.place.name == name:
            yield placed
        elif isinstance(inner, Steps):  # of the parent scope, or of a fragment
            yield from _named(name, inner)


async def _to_the_response(sections: Mapping[str, Steps], exchange: Exchange) -> None:
    with suppress(Answered):
        for section in (INBOUND, BACKEND):
            exchange.enter(section)
            if section == BACKEND:
                exchange.response()  # there already, before a backend has answered
            await sections[section].run(exchange)


async def recover(sections: Mapping[str, Steps], exchange: Exchange, failure: SectionError) -> None:
    """Put the failure into the context and run on-error over the answer it stands for."""
    exchange.failed(failure)
    exchange.enter(ON_ERROR)
    try:
        await sections[ON_ERROR].run(exchange)
        await exchange.settle()
    except Finished:
        return
    except SectionError as second:
        exchange.trace(second.source, {"message": second.message})
