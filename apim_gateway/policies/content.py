"""validate-content: what is in a message.

Source: https://learn.microsoft.com/azure/api-management/validate-content-policy. There is no schema
here, so it checks the size, the type and that JSON is JSON.
"""

from __future__ import annotations

import json

from apim_gateway.reading.effect import HOLDS, Effect
from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
    Attribute,
    Child,
    Kind,
    Node,
    NotHere,
    Policy,
    Shape,
    one_of,
    whole,
)
from apim_gateway.running import bodies
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import INBOUND, ON_ERROR, OUTBOUND
from apim_gateway.wire.responses import refusal

LARGEST = 4_194_304  # bytes, the largest max-size


class ValidateContent:
    """Check the body of the request, or of the response once there is one."""

    def __init__(self, node: Node) -> None:
        self._unspecified = node["unspecified-content-type-action"]
        self._size, self._exceeded = node["max-size"], node["size-exceeded-action"]
        self._variable = node.literal("errors-variable-name")
        self._contents = node.all("content")
        types = node.first("content-type-map")
        self._types = types.all("type") if types else ()
        self._any = types.get("any-content-type-value") if types else None
        self._missing = types.get("missing-content-type-value") if types else None

    async def run(self, exchange: Exchange) -> None:
        """Read the body whole and check it. Raises SectionError where an action prevents."""
        body, headers = await bodies.read(exchange), exchange.headers()
        given = (headers.get("Content-Type") or [""])[0].partition(";")[0].strip().lower()
        missing = await exchange.text(self._missing) if not given else ""
        kind = await exchange.text(self._any) or await self._mapped(exchange, given or missing)
        data = body.data if body else b""
        action, problem = await self._judge(exchange, kind, data)
        if problem and self._variable and action != "ignore":
            exchange.context.variables[self._variable] = problem
        if problem and action == "prevent":
            incoming = exchange.section == INBOUND
            status, reason = (400, "Bad Request") if incoming else (502, "Bad Gateway")
            answer = refusal(status, reason, problem)
            raise SectionError("validate-content", "ValidationError", problem, answer)
        if problem:
            exchange.trace("validate-content", {"message": problem, "action": action})

    async def _mapped(self, exchange: Exchange, kind: str) -> str:
        """Return the type that the map has in place of this one, or where its condition holds."""
        for each in self._types:
            when = each.get("when")
            holds = await exchange.boolean(when) if when else False
            if (
                holds
                or (await exchange.text(each.get("from"))).strip().lower() == kind.lower() != ""
            ):
                return await exchange.text(each["to"])
        return kind

    async def _judge(self, exchange: Exchange, kind: str, data: bytes) -> tuple[str, str]:
        if len(data) > await exchange.integer(self._size):
            action = await exchange.text(self._exceeded)
            return action.strip(), "Content exceeds the maximum size."
        for content in self._contents:
            wanted = (await exchange.text(content.get("type"))).strip().lower()
            if not wanted or wanted == kind.lower():
                return (await exchange.text(content["action"])).strip(), _json_fault(data)
        action = await exchange.text(self._unspecified)
        return action.strip(), f"Unspecified content type {kind} is not allowed."


def _json_fault(data: bytes) -> str:
    try:
        json.loads(data)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, position {error.colno}"
        return f"Body of the request or response is not valid JSON: {where}."
    except (ValueError, RecursionError):  # no text at all, or nested too deeply
        return "Body of the request or response is not valid JSON."
    return ""


def _validated_fault(text: str) -> str:
    if text.strip() in ("xml", "soap"):
        return NotHere(f"{text!r} is not checked here, only json")
    return "" if text.strip() == "json" else f"{text!r} should be json, xml or soap"


VALIDATED = Kind("json", _validated_fault)


def _no_schema(node: Node) -> str:
    for content in node.all("content"):
        if content.get("schema-id"):
            return NotHere(NO_SCHEMA)
    return ""


NO_SCHEMA = "schema-id: there are no schemas here; leave it out to check that JSON is JSON"
MAPPED = Shape(
    {"from": Attribute(NAME), "to": Attribute(NAME, required=True), "when": Attribute(BOOLEAN)}
)
ACTION = one_of("ignore", "prevent", "detect")
POLICIES = (
    Policy(
        "validate-content",
        ValidateContent,
        (INBOUND, OUTBOUND, ON_ERROR),
        Shape(
            {
                "unspecified-content-type-action": Attribute(ACTION, required=True),
                "max-size": Attribute(whole(1, LARGEST), required=True),
                "size-exceeded-action": Attribute(ACTION, required=True),
                "errors-variable-name": Attribute(NAME, literal=True),
            },
            children={
                "content-type-map": Child(
                    Shape(
                        {
                            "any-content-type-value": Attribute(NAME),
                            "missing-content-type-value": Attribute(NAME),
                        },
                        {"type": Child(MAPPED, most=None)},
                    )
                ),
                "content": Child(
                    Shape(
                        {
                            "type": Attribute(),
                            "validate-as": Attribute(VALIDATED, required=True, literal=True),
                            "schema-id": Attribute(NAME),
                            "schema-ref": Attribute(NAME),
                            "action": Attribute(ACTION, required=True),
                            "allow-additional-properties": Attribute(BOOLEAN),
                            "case-insensitive-property-names": Attribute(BOOLEAN),
                        }
                    ),
                    most=None,
                ),
            },
        ),
        stream=Effect(HOLDS, "the body is checked as a whole"),
        check=_no_schema,
    ),
)
