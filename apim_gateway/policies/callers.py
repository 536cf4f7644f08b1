"""ip-filter: which addresses may call.

Sources: https://learn.microsoft.com/azure/api-management/ip-filter-policy and, for reasons and
messages, https://learn.microsoft.com/azure/api-management/api-management-error-handling-policies.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Optional, Union

from apim_gateway.reading.schema import Attribute, Child, Kind, Node, Policy, Shape, one_of
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import INBOUND
from apim_gateway.wire.responses import forbidden
from policy_expressions import Expression

Address = Union[IPv4Address, IPv6Address]
SOURCE = "ip-filter"


class IpFilter:
    """Let callers from some addresses pass alone, or all others."""

    def __init__(self, node: Node) -> None:
        self._action = node["action"]
        self._addresses = [child.text for child in node.all("address") if child.text]
        self._ranges = [(child["from"], child["to"]) for child in node.all("address-range")]

    async def run(self, exchange: Exchange) -> None:
        """Compare the caller's address. Raises SectionError."""
        caller = _read(exchange.context.request.ip_address)
        if caller is None:
            message = "Failed to establish IP address for the caller. Access denied."
            raise SectionError(SOURCE, "FailedToParseCallerIP", message, forbidden(message))
        named = await self._names(exchange, caller)
        if (await exchange.text(self._action)).strip() == "forbid":
            if named:
                message = "Caller IP address is blocked. Access denied."
                raise SectionError(SOURCE, "CallerIpBlocked", message, forbidden(message))
        elif not named:
            message = f"Caller IP address {caller} is not allowed. Access denied."
            raise SectionError(SOURCE, "CallerIpNotAllowed", message, forbidden(message))

    async def _names(self, exchange: Exchange, caller: Address) -> bool:
        for address in self._addresses:
            if await _evaluated(exchange, address) == caller:
                return True
        for first, last in self._ranges:
            low, high = await _evaluated(exchange, first), await _evaluated(exchange, last)
            alike = low.version == caller.version == high.version
            if alike and int(low) <= int(caller) <= int(high):
                return True
        return False


async def _evaluated(exchange: Exchange, value: Expression) -> Address:
    text = await exchange.text(value)
    found = _read(text)
    if found is None:
        message = f"'{text}' is no IP address."
        raise SectionError(SOURCE, "ExpressionValueEvaluationFailure", message)
    return found


def _read(text: str) -> Optional[Address]:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found


def _fault(node: Node) -> str:
    named = node.all("address") or node.all("address-range")
    return "" if named else "needs an <address> or an <address-range> in it"


ADDRESS = Kind(
    "IP address", lambda text: "" if _read(text) else f"{text!r} is no IP address such as 10.0.0.1"
)
POLICIES = (
    Policy(
        "ip-filter",
        IpFilter,
        (INBOUND,),
        Shape(
            {"action": Attribute(one_of("allow", "forbid"), required=True)},
            children={
                "address": Child(Shape(text=Attribute(ADDRESS, required=True)), most=None),
                "address-range": Child(
                    Shape(
                        {
                            "from": Attribute(ADDRESS, required=True),
                            "to": Attribute(ADDRESS, required=True),
                        }
                    ),
                    most=None,
                ),
            },
        ),
        check=_fault,
    ),
)
