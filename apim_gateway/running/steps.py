"""What a document is compiled to: steps in their places, and how one of them ends the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import Place, SectionError, evaluation_failed, located
from apim_gateway.running.trace import policy_entry
from policy_expressions import ExpressionFailure


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


@dataclass(frozen=True)
class Placed:
    """Hold a step and where it stands."""

    step: Step
    place: Place

    async def run(self, exchange: Exchange) -> None:
        """Run the step; a failure learns its place here. Raises as the step does."""
        exchange.at = self.place
        if exchange.tracing is not None:
            with located(self.place), policy_entry(exchange.tracing, self.place):
                await self.step.run(exchange)
            return
        try:  # as `located`, without what it costs where nothing fails
            await self.step.run(exchange)
        except ExpressionFailure as error:
            raise evaluation_failed(self.place, error) from error
        except SectionError as failure:
            failure.place = failure.place or self.place
            raise


@dataclass(frozen=True)
class Steps:
    """Hold policies that run one after another."""

    steps: tuple[Placed, ...]

    async def run(self, exchange: Exchange) -> None:
        """Run each step in turn. Raises SectionError or Finished."""
        for step in self.steps:
            await step.run(exchange)
