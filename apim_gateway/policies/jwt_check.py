"""Is a token what validate-jwt or validate-azure-ad-token wants? See `jwt`."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from apim_gateway.policies import signature
from apim_gateway.policies.claims import InvalidTokenError, check_party, check_times, held_values
from apim_gateway.policies.signature import Key
from apim_gateway.reading.schema import Node
from apim_gateway.running.exchange import Exchange
from apim_gateway.wire.reply import BrokenError, HeadersTimeoutError, UnreachableError

ENTRA = "https://login.microsoftonline.com/{}/v2.0/.well-known/openid-configuration"
HOUR = 3_600.0
TIMEOUT = 10.0  # seconds for a key set


async def check(exchange: Exchange, node: Node, text: str) -> None:
    """Check the token against what the policy wants. Raises InvalidTokenError."""
    token = signature.read(text)
    keys, issuers = await _keys(exchange, node)
    signed = token.is_signed_by(keys)
    if not signed and (token.signature or await _wants(exchange, node, "require-signed-tokens")):
        message = "IDX10500: Signature validation failed. Access denied."
        raise InvalidTokenError("TokenSignatureInvalid", message)
    skew = node.get("clock-skew")
    seconds = await exchange.integer(skew) if skew else 0
    expires = await _wants(exchange, node, "require-expiration-time")
    check_times(token.claims, time.time(), seconds, expires)
    audiences = [text async for text in _texts(exchange, _inside(node, "audiences"))]
    wanted = [text async for text in _texts(exchange, _inside(node, "issuers"))]
    check_party(token.claims, "aud", audiences, "TokenAudienceNotAllowed", "Audience")
    check_party(token.claims, "iss", wanted or issuers, "TokenIssuerNotAllowed", "Issuer")
    backends = [text async for text in _texts(exchange, _inside(node, "backend-application-ids"))]
    accepted = [*backends, *(f"api://{identity}" for identity in backends)]
    check_party(token.claims, "aud", accepted, "TokenAudienceNotAllowed", "Audience")
    clients = _inside(node, "client-application-ids")
    applications = [text async for text in _texts(exchange, clients)]
    caller = token.claims.get("azp", token.claims.get("appid"))
    if applications and caller not in applications:
        message = f"Claim appid value of {caller} is not allowed. Access denied."
        raise InvalidTokenError("TokenClaimValueNotAllowed", message)
    for child in _inside(node, "required-claims"):
        await _check_claim(exchange, child, token.claims)


async def _wants(exchange: Exchange, node: Node, check: str) -> bool:
    value = node.get(check)
    return value is None or await exchange.boolean(value)


async def _keys(exchange: Exchange, node: Node) -> tuple[list[Key], list[str]]:
    keys: list[Key] = []
    issuers: list[str] = []
    for child in _inside(node, "issuer-signing-keys"):
        keys.append(await _given_key(exchange, child))
    addresses = [await exchange.text(c["url"]) for c in node.all("openid-config")]
    if node.get("tenant-id"):
        addresses.append(ENTRA.format((await exchange.text(node["tenant-id"])).strip()))
    for address in addresses:
        found, issuer = await _published_keys(exchange, address.strip())
        keys += found
        issuers += [issuer] if issuer and "{tenantid}" not in issuer else []
    return keys, issuers


async def _check_claim(exchange: Exchange, node: Node, claims: Any) -> None:
    name = (await exchange.text(node["name"])).strip()
    if name not in claims:
        message = f"JWT token is missing the following claims: {name}. Access denied."
        raise InvalidTokenError("TokenClaimNotFound", message)
    held = held_values(claims[name], await exchange.text(node.get("separator")))
    wanted = [text async for text in _texts(exchange, node.all("value"))]
    enough = any if (await exchange.text(node["match"])).strip() == "any" else all
    if wanted and not enough(value in held for value in wanted):
        message = f"Claim {name} value of {','.join(held)} is not allowed. Access denied."
        raise InvalidTokenError("TokenClaimValueNotAllowed", message)


async def _given_key(exchange: Exchange, node: Node) -> Key:
    identity = await exchange.text(node.get("id"))
    if node.get("n"):
        modulus, exponent = await exchange.text(node["n"]), await exchange.text(node.get("e"))
        return signature.rsa_key(modulus, exponent, identity)
    return signature.shared_key(await exchange.text(node.text), identity)


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
    except (UnreachableError, HeadersTimeoutError, BrokenError) as error:
        raise InvalidTokenError("TokenSignatureKeyNotFound", f"{failed} {error}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidTokenError("TokenSignatureKeyNotFound", f"{failed} No JSON.") from error
    if not isinstance(document, dict):
        raise InvalidTokenError("TokenSignatureKeyNotFound", failed)
    return document


def _inside(node: Node, name: str) -> tuple[Node, ...]:
    child = node.first(name)
    return child.children if child else ()


async def _texts(exchange: Exchange, nodes: Iterable[Node]) -> AsyncIterator[str]:
    for node in nodes:
        yield (await exchange.text(node.text)).strip()
