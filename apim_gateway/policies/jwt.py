"""validate-jwt and validate-azure-ad-token: who calls.

Sources: https://learn.microsoft.com/azure/api-management/validate-jwt-policy and
https://learn.microsoft.com/azure/api-management/validate-azure-ad-token-policy. Signatures are
checked (see `signature`); keys come from the document or from where openid-config
points, which `--redirect` may replace by a local stand-in. Where the keys cannot be had, the token
is refused. Inferred: the messages, which in API Management come from its token library; the key
set is asked for once an hour.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from apim_gateway.policies import signature
from apim_gateway.policies.claims import InvalidTokenError, check_party, check_times, held_values
from apim_gateway.policies.signature import Key, SharedKey, TokenError
from apim_gateway.reading.schema import (
    BOOLEAN,
    NAME,
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
from apim_gateway.running.sections import INBOUND
from apim_gateway.wire.reply import BrokenError, HeadersTimeoutError, UnreachableError
from apim_gateway.wire.responses import refusal
from policy_expressions.members.jwt import parse_jwt

ENTRA = "https://login.microsoftonline.com/{}/v2.0/.well-known/openid-configuration"
HOUR = 3_600.0
TIMEOUT = 10.0  # seconds for a key set


class ValidateJwt:
    """Refuse a request without a valid token."""

    def __init__(self, node: Node) -> None:
        self._name = node.name
        self._node = node
        self._variable = node.literal("output-token-variable-name")
        self._claims = [_Claim(child) for child in _inside(node, "required-claims")]

    async def run(self, exchange: Exchange) -> None:
        """Check the token. Raises SectionError with the status and message the policy wants."""
        try:
            text = await self._text(exchange)
            await self._check(exchange, text)
        except (InvalidTokenError, TokenError) as error:
            reason = error.reason if isinstance(error, InvalidTokenError) else "JwtInvalid"
            status = await exchange.integer(self._node["failed-validation-httpcode"])
            custom = await exchange.text(self._node.get("failed-validation-error-message"))
            phrase = "Unauthorized" if status == 401 else ""
            answer = refusal(status, phrase, custom or str(error))
            raise SectionError(self._name, reason, str(error), answer) from error
        if self._variable:
            exchange.context.variables[self._variable] = parse_jwt(text)

    async def _text(self, exchange: Exchange) -> str:
        node, request = self._node, exchange.context.request
        if node.get("token-value"):
            text = await exchange.text(node["token-value"])
        elif node.get("query-parameter-name"):
            wanted = await exchange.text(node["query-parameter-name"])
            text = exchange.query(wanted)
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

    async def _check(self, exchange: Exchange, text: str) -> None:
        token = signature.read(text)
        keys, issuers = await self._keys(exchange)
        signed = token.is_signed_by(keys)
        if not signed and (token.signature or await self._wants(exchange, "require-signed-tokens")):
            message = "IDX10500: Signature validation failed. Access denied."
            raise InvalidTokenError("TokenSignatureInvalid", message)
        skew = self._node.get("clock-skew")
        seconds = await exchange.integer(skew) if skew else 0
        expires = await self._wants(exchange, "require-expiration-time")
        check_times(token.claims, time.time(), seconds, expires)
        audiences = [text async for text in _texts(exchange, _inside(self._node, "audiences"))]
        wanted = [text async for text in _texts(exchange, _inside(self._node, "issuers"))]
        check_party(token.claims, "aud", audiences, "TokenAudienceNotAllowed", "Audience")
        check_party(token.claims, "iss", wanted or issuers, "TokenIssuerNotAllowed", "Issuer")
        clients = _inside(self._node, "client-application-ids")
        applications = [text async for text in _texts(exchange, clients)]
        caller = token.claims.get("azp", token.claims.get("appid"))
        if applications and caller not in applications:
            message = f"Claim appid value of {caller} is not allowed. Access denied."
            raise InvalidTokenError("TokenClaimValueNotAllowed", message)
        for claim in self._claims:
            await claim.check(exchange, token.claims)

    async def _wants(self, exchange: Exchange, check: str) -> bool:
        value = self._node.get(check)
        return value is None or await exchange.boolean(value)

    async def _keys(self, exchange: Exchange) -> tuple[list[Key], list[str]]:
        keys: list[Key] = []
        issuers: list[str] = []
        for child in _inside(self._node, "issuer-signing-keys"):
            keys.append(await _given_key(exchange, child))
        addresses = [await exchange.text(c["url"]) for c in self._node.all("openid-config")]
        if self._node.get("tenant-id"):
            addresses.append(ENTRA.format((await exchange.text(self._node["tenant-id"])).strip()))
        for address in addresses:
            found, issuer = await _published_keys(exchange, address.strip())
            keys += found
            issuers += [issuer] if issuer and "{tenantid}" not in issuer else []
        return keys, issuers


class _Claim:
    def __init__(self, node: Node) -> None:
        self._name, self._match = node["name"], node["match"]
        self._separator = node.get("separator")
        self._values = node.all("value")

    async def check(self, exchange: Exchange, claims: Any) -> None:
        name = (await exchange.text(self._name)).strip()
        if name not in claims:
            message = f"JWT token is missing the following claims: {name}. Access denied."
            raise InvalidTokenError("TokenClaimNotFound", message)
        held = held_values(claims[name], await exchange.text(self._separator))
        wanted = [text async for text in _texts(exchange, self._values)]
        enough = any if (await exchange.text(self._match)).strip() == "any" else all
        if wanted and not enough(value in held for value in wanted):
            message = f"Claim {name} value of {','.join(held)} is not allowed. Access denied."
            raise InvalidTokenError("TokenClaimValueNotAllowed", message)


async def _given_key(exchange: Exchange, node: Node) -> Key:
    identity = await exchange.text(node.get("id"))
    if node.get("n"):
        modulus, exponent = await exchange.text(node["n"]), await exchange.text(node.get("e"))
        return signature.public_key(modulus, exponent, identity)
    return SharedKey(signature.decode(await exchange.text(node.text)), identity)


async def _published_keys(exchange: Exchange, address: str) -> tuple[list[Key], str]:
    cache = exchange.services.cache
    found, kept = cache.find(f"openid {address}")
    if not found:
        configuration = await _json(exchange, address)
        keys = signature.key_set(await _json(exchange, str(configuration.get("jwks_uri", ""))))
        kept = (keys, str(configuration.get("issuer", "")))
        cache.put(f"openid {address}", kept, HOUR)
    keys, issuer = kept
    return keys, issuer


async def _json(exchange: Exchange, address: str) -> dict[str, Any]:
    failed = f"IDX20803: Unable to obtain configuration from: '{address}'."
    try:
        reply = await exchange.services.client.send("GET", address, (), timeout=TIMEOUT)
        try:
            document = json.loads(await reply.read())
        finally:
            reply.close()
    except (UnreachableError, HeadersTimeoutError, BrokenError, ValueError) as error:
        raise InvalidTokenError("TokenSignatureKeyNotFound", failed) from error
    if not isinstance(document, dict):
        raise InvalidTokenError("TokenSignatureKeyNotFound", failed)
    return document


def _inside(node: Node, name: str) -> tuple[Node, ...]:
    child = node.first(name)
    return child.children if child else ()


async def _texts(exchange: Exchange, nodes: Iterable[Node]) -> AsyncIterator[str]:
    for node in nodes:
        yield (await exchange.text(node.text)).strip()


def _source_fault(node: Node) -> str:
    names = ("header-name", "query-parameter-name", "token-value")
    given = [name for name in names if node.get(name)]
    if len(given) > 1 or (not given and node.name == "validate-jwt"):
        return f"needs one of {', '.join(names)}"
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
    {name: Attribute(NAME) for name in ("id", "n", "e")},
    text=Attribute(),
)
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
                "audiences": _list("audience", TEXT),
                "required-claims": CLAIMS,
            },
        ),
        check=_source_fault,
    ),
)
