"""Credentials for backends: none of them is real here.

Sources: the reference pages of authentication-managed-identity, authentication-certificate,
authentication-basic and get-authorization-context. The token of the managed identity and of a
connection is a text that no service accepts.
"""

from __future__ import annotations

import base64

from apim_gateway.reading.schema import BOOLEAN, NAME, Attribute, Node, Policy, Shape, one_of
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.sections import INBOUND, SECTIONS
from policy_expressions.context import Authorization, Headers

TOKEN = "not-a-token.managed-identity-of-the-local-gateway"  # noqa: S105 (it says so)


class ManagedIdentity:
    """Put the local token into the Authorization header or into a variable."""

    def __init__(self, node: Node) -> None:
        self._variable = node.literal("output-token-variable-name")

    async def run(self, exchange: Exchange) -> None:
        """Hand out the token for the request."""
        await self.apply(exchange, exchange.context.request.headers)

    async def apply(self, exchange: Exchange, headers: Headers) -> None:
        """Hand out the token, for these headers unless a variable is named."""
        if self._variable:
            exchange.context.variables[self._variable] = TOKEN
        else:
            headers.set("Authorization", [f"Bearer {TOKEN}"])


class Basic:
    """Put a user name and password into the Authorization header."""

    def __init__(self, node: Node) -> None:
        self._user, self._word = node["username"], node["password"]

    async def run(self, exchange: Exchange) -> None:
        """Set the header."""
        pair = f"{await exchange.text(self._user)}:{await exchange.text(self._word)}"
        encoded = base64.b64encode(pair.encode()).decode("ascii")
        exchange.context.request.headers.set("Authorization", [f"Basic {encoded}"])


class ClientCertificate:
    """Note that the backend gets no certificate: there are none here."""

    def __init__(self, node: Node) -> None:
        pass

    async def run(self, exchange: Exchange) -> None:
        """Tell so in the trace."""
        exchange.trace("authentication-certificate", {"message": "No certificate is sent here."})


def _certificate_fault(node: Node) -> str:
    given = [name for name in CERTIFICATE if name != "password" and node.get(name)]
    return "" if len(given) == 1 else "needs one of thumbprint, certificate-id or body"


class AuthorizationContext:
    """Put the authorization of a connection into a variable: always the local token."""

    def __init__(self, node: Node) -> None:
        self._variable = node["context-variable-name"]

    async def run(self, exchange: Exchange) -> None:
        """Set the variable."""
        exchange.context.variables[await exchange.text(self._variable)] = Authorization(TOKEN)


IDENTITY = Shape(
    {
        "resource": Attribute(NAME, required=True),
        "client-id": Attribute(NAME),
        "output-token-variable-name": Attribute(NAME, literal=True),
        "ignore-error": Attribute(BOOLEAN, default="false"),
    }
)
CERTIFICATE = {
    "thumbprint": Attribute(NAME),
    "certificate-id": Attribute(NAME),
    "body": Attribute(NAME),
    "password": Attribute(),
}
POLICIES = (
    Policy(
        "authentication-certificate",
        ClientCertificate,
        (INBOUND,),
        Shape(CERTIFICATE),
        check=_certificate_fault,
    ),
    Policy("authentication-managed-identity", ManagedIdentity, SECTIONS, IDENTITY),
    Policy(
        "get-authorization-context",
        AuthorizationContext,
        (INBOUND,),
        Shape(
            {
                "provider-id": Attribute(NAME, required=True),
                "authorization-id": Attribute(NAME, required=True),
                "context-variable-name": Attribute(NAME, required=True),
                "identity-type": Attribute(one_of("managed", "jwt"), default="managed"),
                "identity": Attribute(),
                "ignore-error": Attribute(BOOLEAN, default="false"),
            }
        ),
    ),
    Policy(
        "authentication-basic",
        Basic,
        (INBOUND,),
        Shape(
            {"username": Attribute(NAME, required=True), "password": Attribute(required=True)},
        ),
    ),
)
