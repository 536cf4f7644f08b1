"""set-backend-service and forward-request: where a request goes, and how its answer comes back.

Sources: https://learn.microsoft.com/azure/api-management/forward-request-policy and
https://learn.microsoft.com/azure/api-management/set-backend-service-policy. Inferred:
a request without set-backend-service goes to the pool of api.json, as an API's own service URL
would have it; the subscription key travels on; a `retry` sees a reached timeout or a dead backend
first, as no response at all (source: Microsoft's inference-failover sample, whose conditions begin
with `context.Response == null`), and the 503 of an open circuit; `fail-on-error-status-code` goes
straight to on-error, which finds the backend's own answer; a failure without a status counts as
500 to a circuit breaker.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import datetime, timezone
from typing import NoReturn, Optional
from urllib.parse import urlsplit

from apim_gateway.reading.effect import FORWARDS, Effect
from apim_gateway.reading.schema import (
    BACKEND_ID,
    BOOLEAN,
    Attribute,
    Kind,
    Node,
    NotHere,
    Policy,
    Shape,
    one_of,
    whole,
)
from apim_gateway.running import parameters
from apim_gateway.running.backends import Backend, Target, UnavailableError, is_address
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import FORWARDER, SectionError
from apim_gateway.running.sections import BACKEND, INBOUND
from apim_gateway.wire.reply import HeadersTimeoutError, Reply, UnreachableError
from apim_gateway.wire.responses import unavailable
from policy_expressions.context import Headers, Response, Url

LONGEST_WAIT = 365 * 86_400.0  # seconds that a Retry-After may keep a circuit open


class SetBackendService:
    """Choose the backend or pool by name, or a server by its address."""

    def __init__(self, node: Node) -> None:
        self._id = node.get("backend-id")
        self._url = node.get("base-url")

    async def run(self, exchange: Exchange) -> None:
        """Change where the request will go. Raises SectionError for a name nobody knows."""
        if self._id is None:
            url = (await exchange.text(self._url)).strip()
            self._choose(exchange, _server(url))
            exchange.decided(backend=url)
            return
        name = (await exchange.text(self._id)).strip()
        if name not in exchange.services.backends:
            message = f"Backend with id '{name}' could not be found."
            raise SectionError("set-backend-service", "BackendNotFound", message)
        self._choose(exchange, exchange.services.backends[name])
        exchange.decided(backend=name)

    def _choose(self, exchange: Exchange, target: Target) -> None:
        exchange.destination.choose(target)
        exchange.context.backend = exchange.destination.entity


class ForwardRequest:
    """Send the request, wait for the response's headers and leave its body as a stream."""

    def __init__(self, node: Node) -> None:
        self._seconds = node.get("timeout")
        self._milliseconds = node.get("timeout-ms")
        self._follow = node["follow-redirects"]
        self._keep_body = node.flag("buffer-request-body")
        self._buffered = node.flag("buffer-response")
        self._fail_on_error = node.flag("fail-on-error-status-code")

    async def run(self, exchange: Exchange) -> None:
        """Forward. Raises SectionError where no response came, or one that is not wanted."""
        if self._keep_body:
            await exchange.load_request_body()
        timeout = await self._timeout(exchange)
        follow = await exchange.boolean(self._follow)
        exchange.drop_reply()
        backend = _pick(exchange)
        reply = await _send(exchange, backend, timeout, follow)
        exchange.decided(member=backend.name, status=reply.status)
        backend.breaker.record(reply.status, retry_after=_retry_after(reply))
        headers = Headers(reply.headers.items())
        cookie = exchange.destination.session_cookie(backend)
        if cookie:
            headers.add("Set-Cookie", cookie)
        exchange.context.response = Response(reply.status, reply.reason, headers)
        exchange.reply = reply
        exchange.buffered = self._buffered and not exchange.services.flush_every_chunk
        if self._fail_on_error and 400 <= reply.status <= 599:
            message = f"The backend answered {reply.status} {reply.reason}."
            raise SectionError(
                "forward-request", "BackendErrorStatusCode", message, keep_response=True
            )

    async def _timeout(self, exchange: Exchange) -> float:
        if self._milliseconds is not None:
            return await exchange.integer(self._milliseconds) / 1000
        return await exchange.integer(self._seconds) if self._seconds is not None else 300.0


def _server(url: str) -> Backend:
    if not is_address(url):
        message = f"'{url}' is not the address of a server."
        raise SectionError("set-backend-service", "BackendUrlInvalid", message)
    return Backend(urlsplit(url).netloc, url.rstrip("/"), entity=False)


def _pick(exchange: Exchange) -> Backend:
    try:
        backend = exchange.destination.pick()
    except UnavailableError as error:
        answer = unavailable({"Retry-After": str(math.ceil(error.retry_after))})
        exchange.answer(answer)
        raise SectionError(
            "forward-request",
            "BackendUnavailable",
            error.reason,
            keep_response=True,
            retryable=True,
        ) from error
    if backend is None:
        message = "The API has no service URL, and no policy has chosen a backend."
        raise SectionError(FORWARDER, "BackendNotChosen", message)
    return backend


async def _send(exchange: Exchange, backend: Backend, timeout: float, follow: bool) -> Reply:
    request = exchange.context.request
    body = exchange.request_body()
    headers = _outgoing(exchange, has_body=body is not None)
    for name, values in backend.headers.items():  # the backend's own credentials
        headers.set(name, list(values))
    exchange.decided(method=request.method)

    def fail(reason: str, message: str) -> NoReturn:
        backend.breaker.record(500, reason)
        retried = exchange.services.retry_sees_failures
        raise SectionError(FORWARDER, reason, message, no_response=retried)

    try:
        return await exchange.services.client.send(
            request.method, _address(backend, request.url), headers.items(), body, timeout, follow
        )
    except HeadersTimeoutError as error:
        fail("Timeout", str(error))
    except UnreachableError as error:
        if exchange.incoming.refused:  # the client's fault, not the backend's
            raise exchange.incoming.refused from None
        fail("BackendConnectionFailure", str(error))


def _outgoing(exchange: Exchange, has_body: bool) -> Headers:
    request = exchange.context.request
    headers = Headers(request.headers.items())
    headers.delete("Expect")
    if not has_body:
        headers.delete("Content-Length")
    if headers.get("Host") == exchange.host:  # unless a policy has set another
        headers.delete("Host")
    callers = [*(headers.get("X-Forwarded-For") or []), request.ip_address]
    headers.set("X-Forwarded-For", [", ".join(callers)])
    return headers


def _address(backend: Backend, url: Url) -> str:
    """Return the URL with what the backend wants in its query."""
    query = url.query
    for name, values in backend.query.items():
        query = parameters.override(query, name, values)
    return str(url if query == url.query else replace(url, query=query))


def _retry_after(reply: Reply) -> Optional[float]:
    text = reply.headers.get("Retry-After", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_WAIT)
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
    return min(max(0.0, (aware - datetime.now(timezone.utc)).total_seconds()), LONGEST_WAIT)


def _address_fault(text: str) -> str:
    told = f"{text!r} should be an http or https address; WebSockets are not carried here"
    if text.strip().lower().startswith(("ws://", "wss://")):
        return NotHere(told)
    return "" if is_address(text.strip()) else told


IDLE_SECONDS = 240  # Azure's load balancer drops a connection that is silent for longer
ADDRESS = Kind("http or https address", _address_fault)


def _not_called() -> dict[str, str]:
    """Return the attributes for backends that are not here, with the reason."""
    fabric, dapr = "Service Fabric is not called here", "Dapr is not called here"
    return {
        "sf-resolve-condition": fabric,
        "sf-service-instance-name": fabric,
        "sf-partition-key": fabric,
        "sf-listener-name": fabric,
        "dapr-app-id": dapr,
        "dapr-method": dapr,
        "dapr-namespace": dapr,
    }


def _backend_fault(node: Node) -> str:
    for name, reason in _not_called().items():
        if node.get(name):
            return NotHere(f"{name}: {reason}")
    given = [name for name in ("backend-id", "base-url") if node.get(name)]
    return "" if len(given) == 1 else "needs either backend-id or base-url"


def _notes(node: Node) -> tuple[str, ...]:
    """Note a time-out that may be cut short, and a second attempt without the request's body."""
    keeps = node["buffer-request-body"].source.strip().lower() != "false"
    retried = "retry[" in node.around.path and not keeps
    return (*_long_timeout(node), *(("retry-without-body",) if retried else ()))


def _long_timeout(node: Node) -> tuple[str, ...]:
    for name, unit in (("timeout", 1.0), ("timeout-ms", 0.001)):
        given = node.get(name)
        text = given.source.strip() if given and given.constant else ""
        if text.isdigit() and int(text) * unit > IDLE_SECONDS:
            return ("long-timeout",)
    return ()


def _forward_fault(node: Node) -> str:
    return "takes timeout or timeout-ms" if node.get("timeout") and node.get("timeout-ms") else ""


POLICIES = (
    Policy(
        "set-backend-service",
        SetBackendService,
        (INBOUND, BACKEND),
        Shape(
            {
                "backend-id": Attribute(BACKEND_ID),
                "base-url": Attribute(ADDRESS),
                **{name: Attribute() for name in _not_called()},
            },
        ),
        check=_backend_fault,
    ),
    Policy(
        "forward-request",
        ForwardRequest,
        (BACKEND,),
        Shape(
            {
                "timeout": Attribute(whole(0)),
                "timeout-ms": Attribute(whole(0)),
                "continue-timeout": Attribute(whole(0)),
                "http-version": Attribute(one_of("1", "2", "2or1"), default="1", literal=True),
                "follow-redirects": Attribute(BOOLEAN, default="false"),
                "buffer-request-body": Attribute(BOOLEAN, default="false", literal=True),
                "buffer-response": Attribute(BOOLEAN, default="true", literal=True),
                "fail-on-error-status-code": Attribute(BOOLEAN, default="false", literal=True),
            }
        ),
        stream=Effect(
            FORWARDS,
            "as buffer-response says: true (default) 8 KB at a time, false each chunk at once",
            (BACKEND,),
        ),
        notes=_notes,
        check=_forward_fault,
    ),
)
