"""Run the sections of a policy: inbound, backend, outbound, and on-error when one fails.

Source: https://learn.microsoft.com/azure/api-management/api-management-howto-policies and
https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import BACKEND, INBOUND, ON_ERROR, OUTBOUND
from apim_gateway.running.steps import Answered, Finished, Placed, Steps


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
