"""set-header and check-header: the request's headers, and the response's once there is one.

Sources: https://learn.microsoft.com/azure/api-management/set-header-policy and
https://learn.microsoft.com/azure/api-management/check-header-policy.
"""

from __future__ import annotations

import re

from apim_gateway.reading.schema import (
    BOOLEAN,
    HEADER,
    Attribute,
    Child,
    Node,
    Policy,
    Shape,
    one_of,
    whole,
)
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import INBOUND, OUTBOUND, SECTIONS
from apim_gateway.running.trace import masked
from apim_gateway.wire.responses import refusal
from policy_expressions.context import Headers

LINE_END = re.compile(r"[\r\n\0]")
UNTOUCHED = frozenset(("connection", "content-length", "keep-alive", "transfer-encoding"))
NEVER_JOINED = frozenset(
    (
        "user-agent",
        "www-authenticate",
        "proxy-authenticate",
        "cookie",
        "set-cookie",
        "warning",
        "date",
        "expires",
        "if-modified-since",
        "if-unmodified-since",
        "last-modified",
        "retry-after",
    )
)
VALUES = {"value": Child(Shape(text=Attribute()), most=None)}
ACTION = Attribute(one_of("override", "skip", "append", "delete"), default="override")
SHAPE = Shape({"name": Attribute(HEADER, required=True), "exists-action": ACTION}, VALUES)


class SetHeader:
    """Override, append to, skip or delete one header."""

    def __init__(self, node: Node) -> None:
        self._name = node["name"]
        self._action = node["exists-action"]
        self._values = [value.text for value in node.all("value")]

    async def run(self, exchange: Exchange) -> None:
        """Change the headers of the message that is under way."""
        await self.apply(exchange, exchange.headers())

    async def apply(self, exchange: Exchange, headers: Headers) -> None:
        """Change these headers."""
        name = (await exchange.text(self._name)).strip()
        action = await exchange.text(self._action)
        if name.lower() in UNTOUCHED:
            exchange.trace("set-header", {"message": f"{name} cannot be changed; left as it is."})
        elif action == "delete":
            headers.delete(name)
            exchange.decided(name=name, action=action)
        elif action == "append" or action == "override" or name not in headers:
            values = [(await exchange.text(value)).strip() for value in self._values]
            if HEADER.fault(name) or any(LINE_END.search(value) for value in values):
                message = f"A wrong name or a line end in header {name!r}."
                raise SectionError("set-header", "HeaderInvalid", message)
            kept = headers.get(name) if action == "append" else None
            headers.set(name, joined(name, [*(kept or []), *values]))
            exchange.decided(name=name, action=action, value=masked(name, ", ".join(values)))
        else:
            exchange.decided(name=name, action="skip")


def joined(name: str, values: list[str]) -> list[str]:
    """Return the values as API Management sends them: one list, but for some headers."""
    if len(values) < 2 or name.lower() in NEVER_JOINED:
        return values
    return [",".join(values)]


def fault(node: Node) -> str:
    """Tell what the table can't: a header that is not deleted needs a value."""
    action = node["exists-action"]
    deletes = not action.constant or action.source.strip() == "delete"
    return "" if deletes or node.all("value") else "needs a <value> in it"


def _content_type(node: Node) -> tuple[str, ...]:
    """Note a response whose Content-Type no longer says that it is an event stream."""
    changes = node["exists-action"].source.strip() in ("delete", "override")
    values = [value.text.source.strip().lower() for value in node.all("value") if value.text]
    kept = [value for value in values if value.startswith(("text/event-stream", "@"))]
    named = node["name"].source.strip().lower() == "content-type"
    harms = named and changes and node.around.section == OUTBOUND and not kept
    return ("content-type-changed",) if harms else ()


class CheckHeader:
    """Refuse a request without a header, or without one of the values wanted."""

    def __init__(self, node: Node) -> None:
        self._name, self._ignore_case = node["name"], node["ignore-case"]
        self._status, self._message = (
            node["failed-check-httpcode"],
            node["failed-check-error-message"],
        )
        self._values = [value.text for value in node.all("value")]

    async def run(self, exchange: Exchange) -> None:
        """Check the header. Raises SectionError with the status and message the policy wants."""
        name = (await exchange.text(self._name)).strip()
        held = exchange.context.request.headers.get(name)
        if held is None:
            problem = f"Header {name} was not found in the request. Access denied."
            raise await self._refused(exchange, "HeaderNotFound", problem)
        same_case = not await exchange.boolean(self._ignore_case)
        wanted = [(await exchange.text(value)).strip() for value in self._values]
        given = ",".join(held)
        allowed = given in wanted if same_case else given.lower() in [v.lower() for v in wanted]
        if wanted and not allowed:
            problem = f"Header {name} value of {given} is not allowed. Access denied."
            raise await self._refused(exchange, "HeaderValueNotAllowed", problem)

    async def _refused(self, exchange: Exchange, reason: str, problem: str) -> SectionError:
        status = await exchange.integer(self._status)
        answer = refusal(status, "", await exchange.text(self._message))
        return SectionError("check-header", reason, problem, answer)


POLICIES = (
    Policy("set-header", SetHeader, SECTIONS, SHAPE, check=fault, notes=_content_type),
    Policy(
        "check-header",
        CheckHeader,
        (INBOUND,),
        Shape(
            {
                "name": Attribute(HEADER, required=True),
                "failed-check-httpcode": Attribute(whole(100, 599), required=True),
                "failed-check-error-message": Attribute(required=True),
                "ignore-case": Attribute(BOOLEAN, required=True),
            },
            VALUES,
        ),
    ),
)
