"""set-query-parameter and rewrite-uri: the address a request goes to.

Sources: https://learn.microsoft.com/azure/api-management/set-query-parameter-policy and
https://learn.microsoft.com/azure/api-management/rewrite-uri-policy.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from apim_gateway.policies import headers
from apim_gateway.reading.schema import BOOLEAN, NAME, Attribute, Node, Policy, Shape
from apim_gateway.running import parameters
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.sections import BACKEND, INBOUND


class SetQueryParameter:
    """Override, append to, skip or delete one query parameter."""

    def __init__(self, node: Node) -> None:
        self._name = node["name"]
        self._action = node["exists-action"]
        self._values = [value.text for value in node.all("value")]

    async def run(self, exchange: Exchange) -> None:
        """Change the query; the other parameters keep their spelling."""
        url = exchange.context.request.url
        name = (await exchange.text(self._name)).strip()
        action = (await exchange.text(self._action)).strip()
        kept = parameters.parts(url.query)
        mine = [part for part in kept if parameters.name_of(part) == name.lower()]
        if action == "skip" and mine:
            return
        if action in ("override", "delete"):
            kept = [part for part in kept if part not in mine]
        if action != "delete":
            for value in self._values:
                text = (await exchange.text(value)).strip()
                kept.append(parameters.part(name, text))
        url.query = "&".join(kept)


class RewriteUri:
    """Give the request another path and query below the backend's address."""

    def __init__(self, node: Node) -> None:
        self._template = node["template"]
        self._copy = node["copy-unmatched-params"]

    async def run(self, exchange: Exchange) -> None:
        """Fill in the template and address the request to it."""
        request = exchange.context.request
        template = (await exchange.text(self._template)).strip()
        matched = request.matched_parameters

        def fill(found: re.Match[str]) -> str:
            name = found.group(1)
            return quote(matched[name], safe="") if name in matched else found.group()

        path, _, query = re.sub(r"\{\*?([^{}]+)\}", fill, template).partition("?")
        parts = parameters.parts(query)
        if await exchange.boolean(self._copy):
            given = {parameters.name_of(part) for part in parts}
            original = parameters.parts(request.url.query)
            parts += [part for part in original if parameters.name_of(part) not in given]
        request.url.query = "&".join(parts)
        exchange.destination.rewrite(path if path.startswith("/") else f"/{path}")


POLICIES = (
    Policy(
        "set-query-parameter",
        SetQueryParameter,
        (INBOUND, BACKEND),
        Shape(
            {"name": Attribute(NAME, required=True), "exists-action": headers.ACTION},
            headers.VALUES,
        ),
        check=headers.fault,
    ),
    Policy(
        "rewrite-uri",
        RewriteUri,
        (INBOUND,),
        Shape(
            {
                "template": Attribute(NAME, required=True),
                "copy-unmatched-params": Attribute(BOOLEAN, default="true"),
            }
        ),
    ),
)
