"""Quotas: quota and quota-by-key, calls and bytes in a fixed period.

Sources: the reference pages of these policies. Counters belong to this process and start at zero.
"""

from __future__ import annotations

import math
from datetime import datetime, timezone

from apim_gateway.policies.limits import BY_KEY, Inner, inner_fault, subscription, within
from apim_gateway.reading.schema import Attribute, Kind, Node, Policy, Shape, whole
from apim_gateway.running.counters import Period, period
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import INBOUND
from apim_gateway.wire.responses import forbidden

KILOBYTE = 1_024


class Quota:
    """Answer 403 to more than `calls` or `bandwidth` kilobytes in a fixed period."""

    def __init__(self, node: Node, name: str = "") -> None:
        self._name = name or node.name
        self._source = self._name.partition(" ")[0]
        self._inner = Inner(node, Quota, self._name)
        self._calls = int(node.literal("calls") or 0)
        self._bytes = int(node.literal("bandwidth") or 0) * KILOBYTE
        self._seconds = int(node.literal("renewal-period"))
        first = node.literal("first-period-start") or "0001-01-01T00:00:00Z"
        self._first = _moment(first)
        self._key, self._count = node.get("counter-key"), node.get("increment-count")
        self._condition = node.get("increment-condition")

    async def run(self, exchange: Exchange) -> None:
        """Count the call and what its response weighs, or refuse it. Raises SectionError."""
        counters = exchange.services.counters
        key = await exchange.text(self._key) if self._key else subscription(exchange)
        now = counters.clock()
        start, end = period(now, self._seconds, self._first)
        name = f"{self._name} {self._seconds} {key}"
        calls, weight = counters.periods[f"{name} calls"], counters.periods[f"{name} bytes"]
        calls.enter(start)
        weight.enter(start)
        for kind, limit, used in (
            ("call volume", self._calls, calls.total),
            ("bandwidth", self._bytes, weight.total),
        ):
            if limit and used >= limit:
                raise _out_of(self._source, kind, end - now)

        async def count() -> None:
            counts = self._condition is None or await exchange.boolean(self._condition)
            if counts and exchange.first_to_count(name):
                calls.add(await exchange.integer(self._count) if self._count else 1)

        if self._bytes and exchange.first_to_count(f"{name} bytes"):
            exchange.tees.append(_Scale(weight))
        if self._condition is None and (self._count is None or self._count.constant):
            await count()
        else:
            exchange.after_outbound(count)
        await self._inner.run(exchange)


class _Scale:
    """Count what a response weighs."""

    def __init__(self, weight: Period) -> None:
        self._weight = weight

    def feed(self, data: bytes) -> None:
        self._weight.add(len(data))

    def end(self) -> None:
        """Nothing is left to count."""


def _out_of(source: str, kind: str, seconds: float) -> SectionError:
    message = f"Out of {kind} quota."
    headers = {}
    if math.isfinite(seconds):
        wait = math.ceil(seconds)
        span = f"{wait // 3600:02}:{wait // 60 % 60:02}:{wait % 60:02}"
        message += f" Quota will be replenished in {span}."
        headers["Retry-After"] = str(wait)
    return SectionError(source, "QuotaExceeded", message, forbidden(message, headers))


def _moment(text: str) -> float:
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds()


def _moment_fault(text: str) -> str:
    try:
        _moment(text.strip())
    except ValueError:
        return f"{text!r} should be a moment such as 2026-01-01T00:00:00Z"
    return ""


def _quota_fault(node: Node) -> str:
    given = node.literal("calls") or node.literal("bandwidth")
    return "" if given else "needs calls or bandwidth"


QUOTA = {
    "calls": Attribute(whole(1), literal=True),
    "bandwidth": Attribute(whole(1), literal=True),
    "renewal-period": Attribute(whole(0), required=True, literal=True),
}
POLICIES = (
    Policy(
        "quota",
        Quota,
        (INBOUND,),
        Shape(QUOTA, within(QUOTA)),
        check=lambda node: _quota_fault(node) or inner_fault(node),
    ),
    Policy(
        "quota-by-key",
        Quota,
        (INBOUND,),
        Shape(
            {
                **QUOTA,
                **BY_KEY,
                "first-period-start": Attribute(Kind("moment in UTC", _moment_fault), literal=True),
            }
        ),
        check=_quota_fault,
    ),
)
