"""validate-jwt and validate-azure-ad-token: who calls.

Sources: https://learn.microsoft.com/azure/api-management/validate-jwt-policy and
https://learn.microsoft.com/azure/api-management/validate-azure-ad-token-policy. Signatures are
checked by PyJWT; keys come from the document or from where openid-config points, which
`--redirect` may replace by a local stand-in. Where the keys cannot be had, the token is refused.
Inferred: the messages, which in API Management come from its token library; the key set is asked
for once an hour; a token is for a backend application if its `aud` is the application's id, or
that after `api://`.
"""

from __future__ import annotations

from apim_gateway.policies.claims import InvalidTokenError
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
from apim_gateway.running import parameters
from apim_gateway.running.exchange import Exchange
from apim_gateway.running.place import SectionError
from apim_gateway.running.sections import INBOUND
from apim_gateway.wire.responses import refusal
from policy_expressions.members.jwt import parse_jwt


class ValidateJwt:
    """Refuse a request without a valid token."""

    def __init__(self, node: Node) -> None:
        self._name = node.name
        self._node = node
        self._variable = node.literal("output-token-variable-name")

    async def run(self, exchange: Exchange) -> None:
        """Check the token. Raises SectionError with the status and message the policy wants."""
        # With cryptography, which takes longer to load than a document takes to be checked.
        from apim_gateway.policies import jwt_check

        try:
            text = await self._text(exchange)
            await jwt_check.check(exchange, self._node, text)
        except InvalidTokenError as error:
            status = await exchange.integer(self._node["failed-validation-httpcode"])
            custom = await exchange.text(self._node.get("failed-validation-error-message"))
            phrase = "Unauthorized" if status == 401 else ""
            answer = refusal(status, phrase, custom or str(error))
            raise SectionError(self._name, error.reason, str(error), answer) from error
        if self._variable:
            exchange.context.variables[self._variable] = parse_jwt(text)

    async def _text(self, exchange: Exchange) -> str:
        node, request = self._node, exchange.context.request
        if node.get("token-value"):
            text = await exchange.text(node["token-value"])
        elif node.get("query-parameter-name"):
            wanted = await exchange.text(node["query-parameter-name"])
            text = parameters.first(exchange.context.request.url.query, wanted)
        else:
            header = await exchange.text(node.get("header-name"), "Authorization")
            text = ",".join(request.headers.get(header) or [])
            scheme, space, rest = text.partition(" ")
            wanted = (await exchange.text(node.get("require-scheme"))).strip()
            if wanted and scheme.lower() != wanted.lower():
                raise InvalidTokenError("TokenNotPresent", "JWT not present.")
            text = rest if space or "." not in text else text
        if not text.strip():
            raise InvalidTokenError("TokenNotPresent", "JWT not present.")
        return text.strip()


def _source_fault(node: Node) -> str:
    names = ("header-name", "query-parameter-name", "token-value")
    given = [name for name in names if node.get(name)]
    if len(given) > 1 or (not given and node.name == "validate-jwt"):
        return f"needs one of {', '.join(names)}"
    return _not_here(node)


def _not_here(node: Node) -> str:
    if node.first("decryption-keys"):
        return NotHere("decryption-keys: tokens that are encrypted are not read here")
    keys = node.first("issuer-signing-keys")
    if keys and any(key.get("certificate-id") for key in keys.all("key")):
        return NotHere("certificate-id: there are no certificates here; give the key's n and e")
    return ""


def _list(name: str, shape: Shape) -> Child:
    return Child(Shape(children={name: Child(shape, least=1, most=None)}))


TEXT = Shape(text=Attribute(NAME, required=True))
TOKEN = {
    "header-name": Attribute(NAME),
    "query-parameter-name": Attribute(NAME),
    "token-value": Attribute(NAME),
    "failed-validation-httpcode": Attribute(whole(100, 599), default="401"),
    "failed-validation-error-message": Attribute(),
    "output-token-variable-name": Attribute(NAME, literal=True),
}
ALWAYS = Attribute(BOOLEAN, default="true")
CHECKS = {"require-expiration-time": ALWAYS, "require-signed-tokens": ALWAYS}
SKEW = {"clock-skew": Attribute(whole(0), default="0")}
CLAIMS = _list(
    "claim",
    Shape(
        {
            "name": Attribute(NAME, required=True),
            "match": Attribute(one_of("all", "any"), default="all"),
            "separator": Attribute(),
        },
        children={"value": Child(TEXT, most=None)},
    ),
)
KEY = Shape(
    {name: Attribute(NAME) for name in ("id", "n", "e", "certificate-id")},
    text=Attribute(),
)
DECRYPTION = Child(Shape(anything=True))
POLICIES = (
    Policy(
        "validate-jwt",
        ValidateJwt,
        (INBOUND,),
        Shape(
            {**TOKEN, **CHECKS, **SKEW, "require-scheme": Attribute(NAME)},
            children={
                "openid-config": Child(Shape({"url": Attribute(NAME, required=True)}), most=None),
                "issuer-signing-keys": _list("key", KEY),
                "decryption-keys": DECRYPTION,
                "audiences": _list("audience", TEXT),
                "issuers": _list("issuer", TEXT),
                "required-claims": CLAIMS,
            },
        ),
        check=_source_fault,
    ),
    Policy(
        "validate-azure-ad-token",
        ValidateJwt,
        (INBOUND,),
        Shape(
            {**TOKEN, "tenant-id": Attribute(NAME, required=True)},
            children={
                "client-application-ids": _list("application-id", TEXT),
                "backend-application-ids": _list("application-id", TEXT),
                "decryption-keys": DECRYPTION,
                "audiences": _list("audience", TEXT),
                "required-claims": CLAIMS,
            },
        ),
        check=_source_fault,
    ),
)
