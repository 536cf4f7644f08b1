"""cache-lookup-value, cache-store-value, cache-remove-value, cache-value: what outlives a request.

Sources: the reference pages of these policies, and for cache-value Microsoft's policy toolkit,
https://github.com/Azure/azure-api-management-policy-toolkit. Inferred: a value that should be
refreshed is made anew by the request that finds it so. There is one cache, in this process,
whatever `caching-type` says. A value is copied on its way in and out, as a cache elsewhere would.
"""

from __future__ import annotations

import copy

from apim_gateway.reading.schema import NAME, Attribute, Child, Node, Policy, Shape, one_of, whole
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.sections import SECTIONS
from apim_gateway.running.steps import Steps

CACHING_TYPE = Attribute(one_of("prefer-external", "external", "internal"), literal=True)
DURATION = Attribute(whole(1), required=True)
KEY = Attribute(NAME, required=True)


class LookupValue:
    """Put a cached value into a variable."""

    def __init__(self, node: Node) -> None:
        self._key, self._default = node["key"], node.get("default-value")
        self._variable = node["variable-name"]

    async def run(self, exchange: Exchange) -> None:
        """Look up; without value and default the variable stays as it is."""
        found, value = exchange.services.cache.find(f"value {await exchange.text(self._key)}")
        exchange.decided(found=found)
        if not found and self._default is not None:
            found, value = True, await exchange.evaluate(self._default)
        if found:
            exchange.context.variables[await exchange.text(self._variable)] = copy.deepcopy(value)


class StoreValue:
    """Keep a value in the cache."""

    def __init__(self, node: Node) -> None:
        self._key, self._value, self._duration = node["key"], node["value"], node["duration"]

    async def run(self, exchange: Exchange) -> None:
        """Store it for `duration` seconds."""
        key = f"value {await exchange.text(self._key)}"
        value = copy.deepcopy(await exchange.evaluate(self._value))
        exchange.services.cache.put(key, value, await exchange.integer(self._duration))


class RemoveValue:
    """Forget a cached value."""

    def __init__(self, node: Node) -> None:
        self._key = node["key"]

    async def run(self, exchange: Exchange) -> None:
        """Remove it."""
        exchange.services.cache.remove(f"value {await exchange.text(self._key)}")


class CachedValue:
    """Put a cached value into a variable, which the policies inside make where there is none."""

    def __init__(self, node: Node) -> None:
        self._key, self._variable = node["key"], node["variable-name"]
        self._expires, self._refresh = node.get("expires-after"), node.get("refresh-after")
        self._default, value = node.get("default-value"), node.first("value")
        self.steps = value.steps if value else Steps(())

    async def run(self, exchange: Exchange) -> None:
        """Look up; without a value, or with one to be refreshed, make and keep one."""
        cache, variables = exchange.services.cache, exchange.context.variables
        key = f"value {await exchange.text(self._key)}"
        name = await exchange.text(self._variable)
        found, value = cache.find(key)
        fresh = not self._refresh or cache.find(f"fresh {key}")[0]
        exchange.decided(found=found, fresh=found and fresh)
        if found:
            variables[name] = copy.deepcopy(value)
            if fresh:
                return
        await self.steps.run(exchange)
        if name in variables:
            seconds = await exchange.integer(self._expires) if self._expires else LONG
            cache.put(key, copy.deepcopy(variables[name]), seconds)
            if self._refresh:
                cache.put(f"fresh {key}", True, await exchange.integer(self._refresh))
        elif self._default is not None:
            variables[name] = await exchange.evaluate(self._default)


LONG = 31_536_000  # seconds, a year, for what has no end of its own
POLICIES = (
    Policy(
        "cache-value",
        CachedValue,
        SECTIONS,
        Shape(
            {
                "key": KEY,
                "variable-name": Attribute(NAME, required=True),
                "expires-after": Attribute(whole(1)),
                "refresh-after": Attribute(whole(1)),
                "default-value": Attribute(),
                "caching-type": CACHING_TYPE,
            },
            {"value": Child(Shape(policies=True), least=1)},
        ),
    ),
    Policy(
        "cache-lookup-value",
        LookupValue,
        SECTIONS,
        Shape(
            {
                "key": KEY,
                "variable-name": Attribute(NAME, required=True),
                "default-value": Attribute(),
                "caching-type": CACHING_TYPE,
            }
        ),
    ),
    Policy(
        "cache-store-value",
        StoreValue,
        SECTIONS,
        Shape(
            {
                "key": KEY,
                "value": Attribute(required=True),
                "duration": DURATION,
                "caching-type": CACHING_TYPE,
            }
        ),
    ),
    Policy(
        "cache-remove-value",
        RemoveValue,
        SECTIONS,
        Shape({"key": KEY, "caching-type": CACHING_TYPE}),
    ),
)
