"""send-request and send-one-way-request: calls of a policy's own.

Source: https://learn.microsoft.com/azure/api-management/send-request-policy. The calls go where
their URL says; `--redirect` puts a local stand-in before such an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from apim_gateway.policies import authentication, headers, message
from apim_gateway.reading.effect import PASSES, Effect
from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
    Attribute,
    Child,
    Node,
    NotHere,
    Policy,
    Shape,
    one_of,
    whole,
)
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import FORWARDER, SectionError
from apim_gateway.running.sections import SECTIONS
from apim_gateway.wire.reply import BrokenError, HeadersTimeoutError, UnreachableError
from policy_expressions.context import Body, Headers, Response

NOT_COPIED = ("Host", "Content-Length", "Expect")


@dataclass
class _Call:
    method: str
    url: str
    headers: Headers
    body: Optional[bytes]
    timeout: float


class SendRequest:
    """Send a request and keep its response in a variable, or null where none came."""

    def __init__(self, node: Node) -> None:
        self._builder = _Builder(node)
        self._variable = node["response-variable-name"]
        self._ignore_error = node["ignore-error"]

    async def run(self, exchange: Exchange) -> None:
        """Send and wait for the whole response. Raises SectionError unless errors are ignored."""
        name = await exchange.text(self._variable)
        call = await self._builder.build(exchange)
        try:
            response: Optional[Response] = await _send(exchange, call)
        except SectionError:
            if not await exchange.boolean(self._ignore_error):
                raise
            response = None
        exchange.context.variables[name] = response
        exchange.decided(status=response.status_code if response else "no response")


class SendOneWayRequest:
    """Send a request and don't wait."""

    def __init__(self, node: Node) -> None:
        self._builder = _Builder(node)

    async def run(self, exchange: Exchange) -> None:
        """Send in the background; how it ends is told nowhere."""
        call = await self._builder.build(exchange)
        exchange.services.background.start(_send(exchange, call))


class _Builder:
    def __init__(self, node: Node) -> None:
        self._copy = node["mode"]
        self._timeout = node["timeout"]
        url, method, body = node.first("set-url"), node.first("set-method"), node.first("set-body")
        identity = node.first("authentication-managed-identity")
        certificate = node.first("authentication-certificate")
        self._url = url.text if url else None
        self._method = method.text if method else None
        self._headers = [headers.SetHeader(child) for child in node.all("set-header")]
        self._body = message.SetBody(body) if body else None
        self._identity = authentication.ManagedIdentity(identity) if identity else None
        self._certificate = authentication.ClientCertificate(certificate) if certificate else None

    async def build(self, exchange: Exchange) -> _Call:
        request = exchange.context.request
        call = _Call("GET", "", Headers(), None, await exchange.integer(self._timeout))
        if (await exchange.text(self._copy)).strip() == "copy":
            await exchange.load_request_body()
            call.method, call.url = request.method, str(request.url)
            call.headers = Headers(request.headers.items())
            call.body = request.body.data if request.body else None
            for name in NOT_COPIED:
                call.headers.delete(name)
        if self._url is not None:
            call.url = (await exchange.text(self._url)).strip()
        if self._method is not None:
            call.method = (await exchange.text(self._method)).strip().upper()
        for header in self._headers:
            await header.apply(exchange, call.headers)
        if self._identity:
            await self._identity.apply(exchange, call.headers)
        if self._certificate:
            await self._certificate.run(exchange)
        if self._body:
            call.body = await self._body.data(exchange)
        return call


async def _send(exchange: Exchange, call: _Call) -> Response:
    import asyncio  # here, not above: the check reads this module and waits for nothing

    client = exchange.services.client
    try:
        reply = await client.send(
            call.method, call.url, call.headers.items(), call.body, call.timeout
        )
        try:
            data = await asyncio.wait_for(reply.read(), call.timeout)
        finally:
            reply.close()
    except (HeadersTimeoutError, asyncio.TimeoutError) as error:
        raise SectionError("send-request", "Timeout", str(error)) from error
    except (UnreachableError, BrokenError) as error:
        raise SectionError(FORWARDER, "BackendConnectionFailure", str(error)) from error
    body = Body(data) if data else None
    return Response(reply.status, reply.reason, Headers(reply.headers.items()), body)


def _fault(node: Node) -> str:
    if node.first("proxy"):
        return NotHere("proxy: policies call directly here")
    if node.literal("mode") == "new" and not node.first("set-url"):
        return "needs a <set-url> in it"
    return message.liquid_fault(node) if node.first("set-body") else ""


REQUEST = {
    "set-url": Child(Shape(text=Attribute(NAME, required=True))),
    "set-method": Child(message.METHOD),
    "set-header": Child(headers.SHAPE, most=None),
    "set-body": Child(message.BODY),
    "authentication-managed-identity": Child(authentication.IDENTITY),
    "authentication-certificate": Child(Shape(authentication.CERTIFICATE)),
    "proxy": Child(Shape(anything=True)),
}
SETTINGS = {
    "mode": Attribute(one_of("new", "copy"), default="new", literal=True),
    "timeout": Attribute(whole(1), default="60"),
}
POLICIES = (
    Policy(
        "send-request",
        SendRequest,
        SECTIONS,
        Shape(
            {
                **SETTINGS,
                "response-variable-name": Attribute(NAME, required=True),
                "ignore-error": Attribute(BOOLEAN, default="false"),
            },
            REQUEST,
        ),
        stream=Effect(PASSES, "the stream passes; the policy's own response is read whole"),
        check=_fault,
    ),
    Policy(
        "send-one-way-request", SendOneWayRequest, SECTIONS, Shape(SETTINGS, REQUEST), check=_fault
    ),
)
