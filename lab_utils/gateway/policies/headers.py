"""set-header: the request's headers before the backend answers, the response's after.

Source: https://learn.microsoft.com/azure/api-management/set-header-policy.
"""

from __future__ import annotations

import re

from lab_utils.gateway.context import Headers
from lab_utils.gateway.exchange import Exchange
from lab_utils.gateway.pipeline import SectionError
from lab_utils.gateway.schema import NAME, SECTIONS, Attribute, Child, Node, Policy, Shape, one_of

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
SHAPE = Shape(
    {
        "name": Attribute(NAME, required=True),
        "exists-action": Attribute(
            one_of("override", "skip", "append", "delete"), default="override"
        ),
    },
    children={"value": Child(Shape(text=Attribute()), most=None)},
)


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
        elif action == "append" or action == "override" or name not in headers:
            values = [(await exchange.text(value)).strip() for value in self._values]
            if any(LINE_END.search(value) for value in (name, *values)):
                raise SectionError("set-header", "HeaderInvalid", f"A line end in header {name!r}.")
            kept = headers.get(name) if action == "append" else None
            headers.set(name, joined(name, [*(kept or []), *values]))


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


POLICIES = (Policy("set-header", SetHeader, SECTIONS, SHAPE, check=fault),)
