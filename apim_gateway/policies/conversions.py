"""json-to-xml and xml-to-json: a body in the other form.

Sources: https://learn.microsoft.com/azure/api-management/json-to-xml-policy and
https://learn.microsoft.com/azure/api-management/xml-to-json-policy. Inferred: with apply="always"
the body is read whole before the Accept header is looked at; the new body has the Content-Type
application/xml or application/json; a body that cannot be read goes on as it came, which the trace
tells.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Callable

from apim_gateway.reading.effect import HOLDS, Effect
from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
    Attribute,
    Kind,
    Node,
    Policy,
    Shape,
    one_of,
)
from apim_gateway.running import bodies, conversion
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.sections import INBOUND, ON_ERROR, OUTBOUND

ALWAYS = "always"
JSON, XML = "json", "xml"


class _Conversion(ABC):
    """Convert a body from one form to the other."""

    def __init__(self, node: Node, of: str, to: str) -> None:
        self._name, self._of, self._to = node.name, of, to
        self._apply, self._accepted = node["apply"], node["consider-accept-header"]

    async def run(self, exchange: Exchange) -> None:
        """Convert where type and Accept say so. Raises SectionError for a body that breaks off."""
        headers = exchange.headers()
        always = (await exchange.text(self._apply)).strip() == ALWAYS
        if not always and self._of not in _joined(headers.get("Content-Type")):
            return
        body = await bodies.read(exchange)
        accept = _joined(exchange.context.request.headers.get("Accept"))
        if await exchange.boolean(self._accepted) and self._to not in accept:
            return
        if body is None or body.consumed or not body.data.strip():
            return
        convert = await self._converter(exchange)
        try:
            made = await exchange.services.workers.run(convert, body.data)
        except ValueError as error:
            exchange.trace(self._name, {"message": f"The body was left as it is: {error}"})
            return
        bodies.replace(exchange, made.encode("utf-8"))
        headers.set("Content-Type", [f"application/{self._to}"])

    @abstractmethod
    async def _converter(self, exchange: Exchange) -> Callable[[bytes], str]:
        """Return what makes the new body of the old one."""


class JsonToXml(_Conversion):
    """Make XML of JSON."""

    def __init__(self, node: Node) -> None:
        super().__init__(node, JSON, XML)
        self._separator, self._prefix = node["namespace-separator"], node.get("namespace-prefix")
        self._block = node.get("attribute-block-name")
        self._dates = node.flag("parse-date")

    async def _converter(self, exchange: Exchange) -> Callable[[bytes], str]:
        form = conversion.Form(
            (await exchange.text(self._separator)).strip(),
            (await exchange.text(self._prefix)).strip(),
            (await exchange.text(self._block)).strip(),
            self._dates,
        )
        return lambda data: conversion.to_xml(data.decode("utf-8-sig", "replace"), form)


class XmlToJson(_Conversion):
    """Make JSON of XML."""

    def __init__(self, node: Node) -> None:
        super().__init__(node, XML, JSON)
        self._kind, self._arrays = node["kind"], node["always-array-child-elements"]

    async def _converter(self, exchange: Exchange) -> Callable[[bytes], str]:
        friendly = (await exchange.text(self._kind)).strip() == FRIENDLY
        arrays = await exchange.boolean(self._arrays)
        return lambda data: conversion.to_json(data, friendly, arrays)


def _joined(values: object) -> str:
    return ",".join(values if isinstance(values, (list, tuple)) else ()).lower()


def _separator_fault(text: str) -> str:
    return "" if len(text.strip()) == 1 else f"{text!r} should be one character"


FRIENDLY = "javascript-friendly"
SEPARATOR = Kind("one character", _separator_fault)
EXCEPT_BACKEND = (INBOUND, OUTBOUND, ON_ERROR)
POLICIES = (
    Policy(
        "json-to-xml",
        JsonToXml,
        EXCEPT_BACKEND,
        Shape(
            {
                "apply": Attribute(one_of(ALWAYS, "content-type-json"), required=True),
                "consider-accept-header": Attribute(BOOLEAN, default="true"),
                "parse-date": Attribute(BOOLEAN, default="true", literal=True),
                "namespace-separator": Attribute(SEPARATOR, default="_"),
                "namespace-prefix": Attribute(NAME),
                "attribute-block-name": Attribute(NAME),
            }
        ),
        stream=Effect(
            HOLDS, "converts the response as a whole", unless=("apply", "content-type-json")
        ),
    ),
    Policy(
        "xml-to-json",
        XmlToJson,
        EXCEPT_BACKEND,
        Shape(
            {
                "kind": Attribute(one_of(FRIENDLY, "direct"), required=True),
                "apply": Attribute(one_of(ALWAYS, "content-type-xml"), required=True),
                "consider-accept-header": Attribute(BOOLEAN, default="true"),
                "always-array-child-elements": Attribute(BOOLEAN, default="false"),
            }
        ),
        stream=Effect(
            HOLDS, "converts the response as a whole", unless=("apply", "content-type-xml")
        ),
    ),
)
