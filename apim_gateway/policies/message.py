"""Policies that make or change a message: its body, method, status, or the whole of it.

Sources: the reference pages of set-body, set-method, set-status, find-and-replace, return-response
and mock-response.
"""

from __future__ import annotations

from typing import Optional

from apim_gateway.policies import headers
from apim_gateway.policies.liquid import Template
from apim_gateway.reading.effect import ANSWERS, HOLDS, REPLACES, Effect
from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
    TEXT,
    Attribute,
    Child,
    Node,
    Policy,
    Shape,
    one_of,
    whole,
)
from apim_gateway.running import bodies
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import INBOUND, ON_ERROR, OUTBOUND, SECTIONS
from apim_gateway.running.steps import Finished
from policy_expressions import Expression
from policy_expressions.context import Body, Response

BODY = Shape(
    {
        "template": Attribute(one_of("none", "liquid"), default="none", literal=True),
        "xsi-nil": Attribute(one_of("blank", "null"), default="blank", literal=True),
        "parse-date": Attribute(BOOLEAN, default="true", literal=True),
    },
    text=Attribute(),
)
STATUS = Shape(
    {"code": Attribute(whole(100, 599), required=True), "reason": Attribute(TEXT)},
)
METHOD = Shape(text=Attribute(NAME, required=True))


class SetBody:
    """Replace the body of the request, or of the response once there is one."""

    def __init__(self, node: Node) -> None:
        self._text = node.text
        self._template = _template(node)

    async def run(self, exchange: Exchange) -> None:
        """Replace the body."""
        data = await self.data(exchange)
        exchange.decided(bytes=len(data))
        bodies.replace(exchange, data)

    async def data(self, exchange: Exchange, answers: bool = False) -> bytes:
        """Return what the body is set to; a template that `answers` sees no body."""
        if self._template:
            return await self._template.render(exchange, empty=answers)
        return await exchange.data(self._text) if self._text else b""


class SetStatus:
    """Set the status of the response and its reason phrase."""

    def __init__(self, node: Node) -> None:
        self._code = node["code"]
        self._reason = node.get("reason")

    async def run(self, exchange: Exchange) -> None:
        """Change the response under way."""
        await self.apply(exchange, exchange.response())

    async def apply(self, exchange: Exchange, response: Response) -> None:
        """Change this response."""
        response.status_code = await exchange.integer(self._code)
        exchange.decided(status=response.status_code)
        reason = (await exchange.text(self._reason)).strip()
        response.status_reason = headers.LINE_END.sub(" ", reason)


class SetMethod:
    """Set the method of the request."""

    def __init__(self, node: Node) -> None:
        self._text = node.text

    async def run(self, exchange: Exchange) -> None:
        """Change the request."""
        exchange.context.request.method = (await exchange.text(self._text)).strip().upper()


class FindAndReplace:
    """Replace a text wherever it stands in the body."""

    def __init__(self, node: Node) -> None:
        self._from, self._to = node["from"], node["to"]

    async def run(self, exchange: Exchange) -> None:
        """Change the request's body, or the response's once there is one."""
        found = (await exchange.text(self._from)).encode()
        given = (await exchange.text(self._to)).encode()
        body = await bodies.read(exchange)
        if body and found and not body.consumed:
            bodies.replace(exchange, body.data.replace(found, given))


class ReturnResponse:
    """End the pipeline with a response made here, or with one kept in a variable."""

    def __init__(self, node: Node) -> None:
        self._variable = node.literal("response-variable-name")
        status, body = node.first("set-status"), node.first("set-body")
        self._status = SetStatus(status) if status else None
        self._headers = [headers.SetHeader(child) for child in node.all("set-header")]
        self._body = SetBody(body) if body else None

    async def run(self, exchange: Exchange) -> None:
        """Answer. Raises Finished."""
        response = self._start(exchange)
        if self._status:
            await self._status.apply(exchange, response)
        for header in self._headers:
            await header.apply(exchange, response.headers)
        if self._body:
            response.body = Body(await self._body.data(exchange, answers=True))
        exchange.respond(response)
        exchange.decided(status=response.status_code)
        raise Finished

    def _start(self, exchange: Exchange) -> Response:
        if not self._variable:
            return Response(200, "OK")
        kept = exchange.context.variables.get(self._variable)
        if not isinstance(kept, Response):
            message = f"Variable '{self._variable}' holds no response."
            raise SectionError("return-response", "ResponseNotFound", message)
        return kept


class MockResponse:
    """End the pipeline with an example from the API's declaration; this one has none."""

    def __init__(self, node: Node) -> None:
        self._status = node["status-code"]
        self._type: Optional[Expression] = node.get("content-type")

    async def run(self, exchange: Exchange) -> None:
        """Answer with the status and type alone. Raises Finished."""
        response = Response(await exchange.integer(self._status))
        if self._type is not None:
            response.headers.set("Content-Type", [await exchange.text(self._type)])
        exchange.respond(response)
        raise Finished


def _template(node: Node) -> Optional[Template]:
    """Return the Liquid template of a set-body, None for any other. Raises ValueError."""
    if node.literal("template") != "liquid" or node.text is None:
        return None
    if not node.text.constant:
        raise ValueError("is a Liquid template, which takes no expression")
    return Template(node.text.source, node.literal("parse-date").lower() != "false")


def liquid_fault(node: Node) -> str:
    """Tell what is wrong with the Liquid templates of a set-body, or of those in an element."""
    try:
        for body in node.all("set-body") or (node,):
            _template(body)
    except ValueError as error:
        return str(error)
    return ""


POLICIES = (
    Policy(
        "set-body",
        SetBody,
        SECTIONS,
        BODY,
        stream=Effect(REPLACES, "the stream ends, the new body goes out in one piece"),
        check=liquid_fault,
    ),
    Policy("set-status", SetStatus, SECTIONS, STATUS),
    Policy("set-method", SetMethod, (INBOUND, ON_ERROR), METHOD),
    Policy(
        "find-and-replace",
        FindAndReplace,
        SECTIONS,
        Shape({"from": Attribute(required=True), "to": Attribute(required=True)}),
        stream=Effect(HOLDS, "the body is searched as a whole"),
    ),
    Policy(
        "return-response",
        ReturnResponse,
        SECTIONS,
        Shape(
            {"response-variable-name": Attribute(NAME, literal=True)},
            children={
                "set-status": Child(STATUS),
                "set-header": Child(headers.SHAPE, most=None),
                "set-body": Child(BODY),
            },
        ),
        stream=Effect(ANSWERS, "the stream ends, the new response goes out in one piece", SECTIONS),
        check=liquid_fault,
    ),
    Policy(
        "mock-response",
        MockResponse,
        (INBOUND, OUTBOUND, ON_ERROR),
        Shape(
            {
                "status-code": Attribute(whole(100, 599), default="200"),
                "content-type": Attribute(NAME),
                "index": Attribute(whole(0)),
            }
        ),
        stream=Effect(ANSWERS, "the answer has no body, as the API declares no example", SECTIONS),
    ),
)
