"""cors: which other origins' pages may call.

Source: https://learn.microsoft.com/azure/api-management/cors-policy. A preflight needs no key and
is answered by the first cors policy alone.
"""

from __future__ import annotations

from typing import Optional
from urllib.parse import urlsplit

from apim_gateway.reading.schema import BOOLEAN, NAME, Attribute, Child, Node, Policy, Shape, whole
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.sections import INBOUND
from apim_gateway.running.steps import Finished
from policy_expressions import Expression
from policy_expressions.context import Response

DEFAULT_PORTS = {"http": 80, "https": 443}


class Cors:
    """Answer preflights, and let matching pages see the response."""

    def __init__(self, node: Node) -> None:
        methods = node.first("allowed-methods")
        self._origins = _texts(node.first("allowed-origins"))
        self._methods = _texts(methods)
        self._headers = _texts(node.first("allowed-headers"))
        self._exposed = _texts(node.first("expose-headers"))
        self._age = methods.get("preflight-result-max-age") if methods else None
        self._credentials = node["allow-credentials"]
        self._terminate = node["terminate-unmatched-request"]

    async def run(self, exchange: Exchange) -> None:
        """Look at the Origin header. Raises Finished for what is answered here."""
        request = exchange.context.request
        origin = (request.headers.get("Origin") or [""])[0]
        if not origin:
            return
        allowed = await self._listed(exchange, origin)
        terminates = await exchange.boolean(self._terminate)
        if exchange.preflight:
            if allowed:
                await self._preflight(exchange)
            elif not terminates:
                return
            raise _finished(exchange)
        if allowed:
            exchange.added.update(await self._granted(exchange))
            exposed = [await exchange.text(name) for name in self._exposed]
            if exposed:
                exchange.added["Access-Control-Expose-Headers"] = ", ".join(exposed)
        elif terminates and request.method in ("GET", "HEAD"):
            raise _finished(exchange)

    async def _listed(self, exchange: Exchange, origin: str) -> bool:
        listed = [(await exchange.text(value)).strip() for value in self._origins]
        return "*" in listed or _origin(origin) in [_origin(text) for text in listed]

    async def _preflight(self, exchange: Exchange) -> None:
        asked = exchange.context.request.headers
        method = (asked.get("Access-Control-Request-Method") or [""])[0]
        methods = [await exchange.text(value) for value in self._methods] or ["GET", "POST"]
        if "*" not in methods and method.upper() not in [name.strip().upper() for name in methods]:
            return
        headers = [(await exchange.text(value)).strip() for value in self._headers]
        wanted = ", ".join(asked.get("Access-Control-Request-Headers") or [])
        exchange.added.update(await self._granted(exchange))
        exchange.added["Access-Control-Allow-Methods"] = (
            method if "*" in methods else ", ".join(methods)
        )
        exchange.added["Access-Control-Allow-Headers"] = (
            wanted if "*" in headers else ", ".join(headers)
        )
        exchange.added["Access-Control-Max-Age"] = await exchange.text(self._age, "0")

    async def _granted(self, exchange: Exchange) -> dict[str, str]:
        origin = (exchange.context.request.headers.get("Origin") or [""])[0]
        credentials = await exchange.boolean(self._credentials)
        anyone = any([(await exchange.text(value)).strip() == "*" for value in self._origins])
        granted = {"Access-Control-Allow-Origin": "*" if anyone and not credentials else origin}
        if credentials:
            granted["Access-Control-Allow-Credentials"] = "true"
        return granted


def _finished(exchange: Exchange) -> Finished:
    exchange.respond(Response(200, "OK"))
    return Finished()


def _texts(node: Optional[Node]) -> list[Optional[Expression]]:
    return [child.text for child in node.children] if node else []


def _origin(text: str) -> tuple[str, str, Optional[int]]:
    try:
        parts = urlsplit(text)
        return parts.scheme, parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme)
    except ValueError:  # a port that is none
        return text, "", None


def _list(name: str, least: int = 1) -> Shape:
    return Shape(children={name: Child(Shape(text=Attribute(NAME, required=True)), least, None)})


POLICIES = (
    Policy(
        "cors",
        Cors,
        (INBOUND,),
        Shape(
            {
                "allow-credentials": Attribute(BOOLEAN, default="false"),
                "terminate-unmatched-request": Attribute(BOOLEAN, default="true"),
            },
            children={
                "allowed-origins": Child(_list("origin"), least=1),
                "allowed-methods": Child(
                    Shape(
                        {"preflight-result-max-age": Attribute(whole(0))},
                        _list("method").children,
                    )
                ),
                "allowed-headers": Child(_list("header")),
                "expose-headers": Child(_list("header")),
            },
        ),
    ),
)
