"""cache-lookup-value, cache-store-value, cache-remove-value: what outlives a request.

Sources: the reference pages of these policies. There is one cache, in this process, whatever
`caching-type` says. A value is copied on its way in and out, as a cache elsewhere would.
"""

from __future__ import annotations

import copy

from apim_gateway.reading.schema import NAME, Attribute, Node, Policy, Shape, one_of, whole
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.sections import SECTIONS

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


POLICIES = (
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
