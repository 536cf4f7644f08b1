"""Limits on calls: rate-limit, rate-limit-by-key, limit-concurrency.

Sources: the reference pages of these policies. Counters belong to this process and start at zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
    Attribute,
    Child,
    Node,
    Policy,
    Shape,
    whole,
)
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import INBOUND, SECTIONS
from apim_gateway.running.steps import Step
from apim_gateway.wire.responses import refusal, too_many


class RateLimit:
    """Answer 429 to more than `calls` within `renewal-period` seconds."""

    def __init__(self, node: Node, name: str = "") -> None:
        self._name = name or node.name
        self._source = self._name.partition(" ")[0]
        self._inner = Inner(node, RateLimit, self._name)
        self._calls, self._seconds = node["calls"], node["renewal-period"]
        self._key = node.get("counter-key")
        self._condition, self._count = node.get("increment-condition"), node.get("increment-count")
        self._outputs = Outputs(node)

    async def run(self, exchange: Exchange) -> None:
        """Count the call, or refuse it. Raises SectionError."""
        counters = exchange.services.counters
        calls, seconds = await exchange.integer(self._calls), await exchange.integer(self._seconds)
        key = await exchange.text(self._key) if self._key else subscription(exchange)
        window, now = counters.windows[f"{self._name} {seconds} {key}"], counters.clock()
        used = window.total(now, seconds)
        exchange.decided(used=used, calls=calls)
        if used >= calls:
            wait = window.wait(now, seconds, calls - 1)
            raise self._outputs.refuse(
                exchange, self._source, "RateLimitExceeded", "Rate limit is exceeded.", wait
            )

        async def count() -> None:
            if self._condition is None or await exchange.boolean(self._condition):
                amount = await exchange.integer(self._count) if self._count else 1
                window.add(counters.clock(), amount)

        if self._condition is None and (self._count is None or self._count.constant):
            await count()
            used = window.total(now, seconds)
        else:
            exchange.after_outbound(count)
        self._outputs.tell(exchange, "remaining-calls", max(0, calls - used))
        self._outputs.tell(exchange, "total-calls", calls)
        await self._inner.run(exchange)


class Inner:
    """The limits within a limit: each of one API or operation, and beside the one around it."""

    def __init__(self, node: Node, limit: Callable[..., Step], name: str) -> None:
        self._limits = []
        for child in (*node.all("api"), *node.all("operation")):
            wanted = child.literal("id") or child.literal("name")
            self._limits.append((child, wanted, limit(child, f"{name} {wanted}")))

    async def run(self, exchange: Exchange) -> None:
        """Run those that are meant for this request. Raises SectionError."""
        for child, wanted, limit in self._limits:
            thing = exchange.context.api if child.name == "api" else exchange.context.operation
            if thing is not None and wanted in _identities(child, thing.id, thing.name):
                await limit.run(exchange)


def _identities(child: Node, identity: str, name: str) -> tuple[str, ...]:
    """Return what a child may call the thing it is meant for: by its id alone where it has one."""
    return (identity,) if child.literal("id") else (name, identity)


class LimitConcurrency:
    """Run other steps for so many requests at a time; answer 429 to the others at once."""

    def __init__(self, node: Node) -> None:
        self._key, self._most, self._steps = node["key"], node["max-count"], node.steps

    async def run(self, exchange: Exchange) -> None:
        """Run the steps, or refuse. Raises SectionError."""
        running = exchange.services.counters.running
        key = await exchange.text(self._key)
        if running[key] >= await exchange.integer(self._most):
            message = "Concurrency limit is exceeded."
            answer = refusal(429, "Too Many Requests", message)
            raise SectionError("limit-concurrency", "ConcurrencyLimitExceeded", message, answer)
        running[key] += 1
        try:
            await self._steps.run(exchange)
        finally:
            running[key] -= 1


class Outputs:
    """Tell a limit's figures in the headers and variables that its attributes name."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def tell(self, exchange: Exchange, figure: str, value: int) -> None:
        """Put a figure, such as `remaining-calls`, where the policy wants it."""
        header = self._node.literal(f"{figure}-header-name")
        variable = self._node.literal(f"{figure}-variable-name")
        if header:
            exchange.added[header] = str(value)
        if variable:
            exchange.context.variables[variable] = value

    def refuse(
        self, exchange: Exchange, source: str, reason: str, message: str, wait: int
    ) -> SectionError:
        """Return the failure of a caller who may come back in `wait` seconds."""
        self.tell(exchange, "retry-after", wait)
        custom = bool(self._node.literal("retry-after-header-name"))
        return SectionError(source, reason, message, too_many(message, wait, header=not custom))


def outputs(*figures: str) -> dict[str, Attribute]:
    """Return the attributes that name a header and a variable for each figure."""
    name = Attribute(NAME, literal=True)
    kinds = ("header", "variable")
    return {f"{figure}-{kind}-name": name for figure in figures for kind in kinds}


def subscription(exchange: Exchange) -> str:
    """Return the id of the caller's subscription, which is counted by; empty without one."""
    subscription = exchange.context.subscription
    return subscription.id if subscription else ""


COUNTED = {
    "calls": Attribute(whole(1), required=True),
    "renewal-period": Attribute(whole(1, 300), required=True),
}
RATE = {
    **COUNTED,
    **outputs("retry-after", "remaining-calls"),
    "total-calls-header-name": Attribute(NAME, literal=True),
}
BY_KEY = {
    "counter-key": Attribute(NAME, required=True),
    "increment-condition": Attribute(BOOLEAN, late=True),
    "increment-count": Attribute(whole(0), late=True),
}
NAMED = {"name": Attribute(NAME, literal=True), "id": Attribute(NAME, literal=True)}


def within(limits: Mapping[str, Attribute]) -> dict[str, Child]:
    """Return the children of a limit: APIs, and operations in them."""
    inner = {**limits, **NAMED}
    operation = Child(Shape(inner), most=None)
    return {"api": Child(Shape(inner, children={"operation": operation}), most=None)}


def inner_fault(node: Node) -> str:
    """Say which API or operation within a limit cannot be told from others; empty if none."""
    for api in node.all("api"):
        for child in (api, *api.all("operation")):
            if not (child.literal("id") or child.literal("name")):
                return f"an <{child.name}> in it needs a name or an id"
    return ""


POLICIES = (
    Policy("rate-limit", RateLimit, (INBOUND,), Shape(RATE, within(COUNTED)), check=inner_fault),
    Policy(
        "rate-limit-by-key",
        RateLimit,
        (INBOUND,),
        Shape({**RATE, **BY_KEY}),
    ),
    Policy(
        "limit-concurrency",
        LimitConcurrency,
        SECTIONS,
        Shape(
            {
                "key": Attribute(NAME, required=True),
                "max-count": Attribute(whole(1), required=True),
            },
            policies=True,
        ),
    ),
)
