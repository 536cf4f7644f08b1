"""The body that a policy works on: the request's, or the response's once there is one."""

from __future__ import annotations

from typing import Optional

from apim_gateway.running.exchange import Exchange
from policy_expressions.context import Body


async def read(exchange: Exchange) -> Optional[Body]:
    """Return it read whole, None for an empty request. Raises SectionError if it is too large."""
    if exchange.on_request:
        await exchange.load_request_body()
        return exchange.context.request.body
    await exchange.hold_response()
    return exchange.response().body


def replace(exchange: Exchange, data: bytes) -> None:
    """Put other bytes in its place."""
    if exchange.on_request:
        exchange.set_request_body(data)
    else:
        exchange.set_response_body(data)
