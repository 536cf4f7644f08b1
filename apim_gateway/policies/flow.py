"""Policies that steer: base, include-fragment, choose, set-variable, retry, wait.

Source: the policy reference, https://learn.microsoft.com/azure/api-management/api-management-policies.
"""

from __future__ import annotations

import random
from typing import Callable, Optional

from apim_gateway.reading.effect import PASSES, Effect
from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
    Attribute,
    Child,
    Node,
    Policy,
    Shape,
    one_of,
    whole,
)
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import BACKEND, INBOUND, OUTBOUND, SECTIONS
from apim_gateway.running.steps import Steps
from apim_gateway.running.trace import shown
from policy_expressions import ExpressionFailure

WAITED_FOR = frozenset(("cache-lookup-value", "choose", "send-request"))


class Inline:
    """Run other steps in place: the parent scope's section, or a fragment."""

    def __init__(self, steps: Steps, fragment: str = "") -> None:
        self.steps, self._fragment = steps, fragment

    async def run(self, exchange: Exchange) -> None:
        """Run the steps."""
        if self._fragment:
            exchange.decided(fragment=self._fragment)
        await self.steps.run(exchange)


class Choose:
    """Run the first branch whose condition is true, else `otherwise`."""

    def __init__(self, node: Node) -> None:
        self.branches = [(when["condition"], when.steps) for when in node.all("when")]
        otherwise = node.first("otherwise")
        self._otherwise = otherwise.steps if otherwise else Steps(())

    async def run(self, exchange: Exchange) -> None:
        """Run one branch."""
        for number, (condition, steps) in enumerate(self.branches, 1):
            if await exchange.boolean(condition):
                exchange.decided(branch=f"when[{number}]")
                return await steps.run(exchange)
        exchange.decided(branch="otherwise" if self._otherwise.steps else "none")
        return await self._otherwise.run(exchange)


class SetVariable:
    """Keep a value under a name until the request ends."""

    def __init__(self, node: Node) -> None:
        self._name = node.literal("name")
        self._value = node["value"]

    async def run(self, exchange: Exchange) -> None:
        """Set the variable."""
        value = await exchange.evaluate(self._value)
        exchange.context.variables[self._name] = value
        exchange.decided(name=self._name, value=shown(value))


class Retry:
    """Run other steps, and again while a condition holds and attempts are left.

    The condition sees the response's headers, before a byte has gone to the client; a stream that
    breaks later is not tried again.
    """

    def __init__(self, node: Node) -> None:
        self._steps = node.steps
        self._condition = node["condition"]
        self._count, self._interval = node["count"], node["interval"]
        self._delta, self._longest = node.get("delta"), node.get("max-interval")
        self._fast = node["first-fast-retry"]

    async def run(self, exchange: Exchange) -> None:
        """Run the steps once and up to `count` times more. Raises the last attempt's failure."""
        attempt = 0
        while True:
            failure = None
            try:
                await self._steps.run(exchange)
            except SectionError as error:
                if not error.retryable:
                    raise
                failure = error
                if error.no_response:
                    exchange.context.response = None
            attempt += 1
            exchange.decided(attempts=attempt)
            again = attempt <= await exchange.integer(self._count)
            if not (again and await self._holds(exchange, failure)):
                if failure:
                    raise failure
                return
            await self._pause(exchange, attempt)

    async def _holds(self, exchange: Exchange, failure: Optional[SectionError]) -> bool:
        """Tell whether the condition holds; one that needs a response there is none of does not.

        `context.Response.StatusCode == 429` says nothing about a dead backend, whose failure
        explains more to on-error than the null does.
        """
        try:
            return await exchange.boolean(self._condition)
        except ExpressionFailure as error:
            of_null = error.exception == "System.NullReferenceException"
            if not (of_null and failure and failure.no_response):
                raise
            return False

    async def _pause(self, exchange: Exchange, attempt: int) -> None:
        import asyncio  # here, not above: the check reads this module and waits for nothing

        seconds = 0.0
        if not (attempt == 1 and await exchange.boolean(self._fast)):
            interval = await exchange.integer(self._interval)
            delta = await exchange.integer(self._delta) if self._delta else 0
            longest = await exchange.integer(self._longest) if self._longest else None
            seconds = pause(attempt, interval, delta, longest)
        exchange.trace("retry", {"attempt": attempt, "after": f"{seconds:g} seconds"})
        await asyncio.sleep(seconds)


def pause(
    attempt: int,
    interval: float,
    delta: float,
    longest: Optional[float],
    spread: Callable[[float, float], float] = random.uniform,
) -> float:
    """Return the seconds before a retry, counted from 1: fixed, linear or, capped, exponential."""
    if not delta:
        return interval
    if longest is None:
        return interval + (attempt - 1) * delta
    growth = (2.0 ** (attempt - 1) - 1) * spread(delta * 0.8, delta * 1.2)
    return min(interval + growth, longest)


class Wait:
    """Run other steps side by side, until all of them or any of them is done."""

    def __init__(self, node: Node) -> None:
        self._steps = node.steps.steps
        self._any = node["for"]

    async def run(self, exchange: Exchange) -> None:
        """Run the steps; those that are not waited for are cancelled."""
        import asyncio

        any_is_enough = (await exchange.text(self._any)).strip() == "any"
        tasks = [asyncio.ensure_future(step.run(exchange)) for step in self._steps]
        mode = asyncio.FIRST_COMPLETED if any_is_enough else asyncio.FIRST_EXCEPTION
        try:
            done, _ = await asyncio.wait(tasks, return_when=mode)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def _only_what_waits(node: Node) -> str:
    names = [step.place.name for step in node.steps.steps]
    if not names:
        return "needs a policy in it"
    wrong = sorted(set(names) - WAITED_FOR)
    return f"takes {', '.join(sorted(WAITED_FOR))}, not {wrong[0]}" if wrong else ""


def _included(node: Node) -> Inline:
    name = node.literal("fragment-id")
    return Inline(node.around.fragment(name), name)


POLICIES = (
    Policy("base", lambda node: Inline(node.around.base()), SECTIONS),
    Policy(
        "include-fragment",
        _included,
        SECTIONS,
        Shape({"fragment-id": Attribute(NAME, required=True, literal=True)}),
    ),
    Policy(
        "retry",
        Retry,
        SECTIONS,
        Shape(
            {
                "condition": Attribute(BOOLEAN, required=True),
                "count": Attribute(whole(1, 50), required=True),
                "interval": Attribute(whole(0), required=True),
                "max-interval": Attribute(whole(0)),
                "delta": Attribute(whole(0)),
                "first-fast-retry": Attribute(BOOLEAN, default="false"),
            },
            policies=True,
        ),
        stream=Effect(
            PASSES,
            "the condition sees the headers; a stream that breaks later is not tried again",
        ),
    ),
    Policy(
        "wait",
        Wait,
        (INBOUND, BACKEND, OUTBOUND),
        Shape({"for": Attribute(one_of("all", "any"), default="all")}, policies=True),
        check=_only_what_waits,
    ),
    Policy(
        "set-variable",
        SetVariable,
        SECTIONS,
        Shape(
            {
                "name": Attribute(NAME, required=True, literal=True),
                "value": Attribute(required=True),
            }
        ),
    ),
    Policy(
        "choose",
        Choose,
        SECTIONS,
        Shape(
            children={
                "when": Child(
                    Shape({"condition": Attribute(BOOLEAN, required=True)}, policies=True),
                    least=1,
                    most=None,
                ),
                "otherwise": Child(Shape(policies=True)),
            }
        ),
    ),
)
