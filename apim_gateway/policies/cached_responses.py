"""Responses from a cache: to a GET, and to a prompt that was answered before.

Sources: the reference pages of cache-lookup, cache-store and the semantic cache policies. The
semantic cache has no embeddings here: only the same prompt finds an answer, as its likeness is 1
under any threshold; a similar one is a miss.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Optional

from apim_gateway.policies.cached_values import CACHING_TYPE, DURATION
from apim_gateway.reading.effect import HOLDS, PASSES, Effect
from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
    Attribute,
    Child,
    Kind,
    Node,
    Policy,
    Shape,
    one_of,
    whole,
)
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.sections import INBOUND, OUTBOUND
from apim_gateway.running.steps import Answered
from policy_expressions import Expression
from policy_expressions.context import Body, Headers, Response

NEEDLESS = ("Date", "Connection", "Transfer-Encoding", "Content-Length")


class Lookup:
    """Answer a GET from the cache, and tell cache-store under which key to keep the answer."""

    def __init__(self, node: Node) -> None:
        self._headers = [item.text for item in node.all("vary-by-header")]
        self._parameters = [item.text for item in node.all("vary-by-query-parameter")]
        self._by_developer = node["vary-by-developer"]

    async def run(self, exchange: Exchange) -> None:
        """Look up. Raises Answered for a hit."""
        request = exchange.context.request
        if request.method != "GET":
            return
        parts: list[Any] = [request.original_url.path]
        query = sorted(part for part in request.original_url.query.split("&") if part)
        names = [
            name for value in self._parameters for name in (await exchange.text(value)).split(";")
        ]
        parts.append([part for part in query if not names or part.partition("=")[0] in names])
        for value in self._headers:
            parts.append(request.headers.get((await exchange.text(value)).strip()))
        if await exchange.boolean(self._by_developer) and exchange.context.subscription:
            parts.append(exchange.context.subscription.id)
        _answer_or_remember(exchange, "response", parts)


class SemanticLookup:
    """Answer a prompt that was answered before."""

    def __init__(self, node: Node) -> None:
        self._vary = [item.text for item in node.all("vary-by")]
        self._ignore_system, self._most = (
            node["ignore-system-messages"],
            node.get("max-message-count"),
        )

    async def run(self, exchange: Exchange) -> None:
        """Look up the request's body. Raises Answered for a hit."""
        await exchange.load_request_body()
        asked = _asked(exchange.context.request.body)
        messages = asked.get("messages")
        if isinstance(messages, list):
            if await exchange.boolean(self._ignore_system):
                messages = [item for item in messages if not _is_from_system(item)]
            if self._most is not None and len(messages) > await exchange.integer(self._most):
                return
            asked = {**asked, "messages": messages}
        parts: list[Any] = [exchange.context.request.original_url.path, asked]
        for value in self._vary:
            parts.append(await exchange.text(value))
        _answer_or_remember(exchange, "semantic", parts)


class Store:
    """Keep the response for the lookup that missed; only one with status 200."""

    def __init__(self, node: Node, family: str) -> None:
        self._family = family
        self._duration = node["duration"]
        self._any_status: Optional[Expression] = node.get("cache-response")

    async def run(self, exchange: Exchange) -> None:
        """Read the response whole and store it."""
        key = exchange.cache_keys.get(self._family)
        if key is None:
            return
        response = exchange.response()
        wanted = response.status_code == 200
        if self._any_status is not None:
            wanted = await exchange.boolean(self._any_status)
        if not wanted:
            return
        await exchange.hold_response()
        kept = [(n, v) for n, v in response.headers.items() if n.title() not in NEEDLESS]
        data = response.body.data if response.body else b""
        record = (response.status_code, response.status_reason, kept, data)
        exchange.services.cache.put(key, record, await exchange.integer(self._duration))


def _asked(body: Optional[Body]) -> dict[str, Any]:
    try:
        document = json.loads(body.data) if body else None
    except (ValueError, RecursionError):
        return {"": body.data.decode("utf-8", "replace") if body else ""}
    return document if isinstance(document, dict) else {"": document}


def _is_from_system(message: Any) -> bool:
    return isinstance(message, dict) and message.get("role") == "system"


def _answer_or_remember(exchange: Exchange, family: str, parts: list[Any]) -> None:
    text = json.dumps(parts, sort_keys=True).encode()
    key = f"{family} {hashlib.sha256(text).hexdigest()}"
    found, record = exchange.services.cache.find(key)
    if not found:
        exchange.cache_keys[family] = key
        return
    status, reason, headers, data = record
    exchange.respond(Response(status, reason, Headers(headers), Body(data)))
    raise Answered


SCORE = Kind("number from 0 to 1")
SEMANTIC = Shape(
    {
        "score-threshold": Attribute(SCORE, required=True),
        "embeddings-backend-id": Attribute(NAME, required=True),
        "embeddings-backend-auth": Attribute(one_of("system-assigned")),
        "ignore-system-messages": Attribute(BOOLEAN, default="false"),
        "max-message-count": Attribute(whole(1)),
    },
    children={"vary-by": Child(Shape(text=Attribute()), most=None)},
)
STORED = "the response is read whole and stored"


def _cached(node: Node) -> tuple[str, ...]:
    return ("cached-response",)


POLICIES = (
    Policy(
        "cache-lookup",
        Lookup,
        (INBOUND,),
        Shape(
            {
                "vary-by-developer": Attribute(BOOLEAN, required=True),
                "vary-by-developer-groups": Attribute(BOOLEAN, required=True),
                "caching-type": CACHING_TYPE,
                "downstream-caching-type": Attribute(
                    one_of("none", "private", "public"), default="none"
                ),
                "must-revalidate": Attribute(BOOLEAN),
                "allow-private-response-caching": Attribute(BOOLEAN),
            },
            children={
                "vary-by-header": Child(Shape(text=Attribute()), most=None),
                "vary-by-query-parameter": Child(Shape(text=Attribute()), most=None),
            },
        ),
        stream=Effect(PASSES, "an answer from the cache is no stream; only GET is looked up"),
        notes=_cached,
    ),
    Policy(
        "cache-store",
        lambda node: Store(node, "response"),
        (OUTBOUND,),
        Shape({"duration": DURATION, "cache-response": Attribute(BOOLEAN)}),
        stream=Effect(HOLDS, STORED, only="the request is a GET, which cache-lookup looks for"),
    ),
    *(
        policy
        for family in ("azure-openai", "llm")
        for policy in (
            Policy(
                f"{family}-semantic-cache-lookup",
                SemanticLookup,
                (INBOUND,),
                SEMANTIC,
                stream=Effect(
                    PASSES, "an answer from the cache is no stream; only the same prompt hits here"
                ),
                notes=_cached,
            ),
            Policy(
                f"{family}-semantic-cache-store",
                lambda node: Store(node, "semantic"),
                (OUTBOUND,),
                Shape({"duration": DURATION}),
                stream=Effect(HOLDS, STORED),
            ),
        )
    ),
)
