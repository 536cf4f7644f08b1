"""JSON web tokens and the keys that sign them (RFC 7515, 7517, 7518), by PyJWT and cryptography."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm, RSAAlgorithm, get_default_algorithms
from jwt.exceptions import PyJWTError

from apim_gateway.policies.claims import InvalidTokenError

LARGEST = 65_536  # characters of a token
# What API Management documents, by the kind of key that such a signature needs.
ALGORITHMS: Mapping[str, type] = {
    f"{family}{bits}": kind
    for family, kind in {
        "HS": bytes,
        "RS": RSAPublicKey,
        "PS": RSAPublicKey,
        "ES": EllipticCurvePublicKey,
    }.items()
    for bits in (256, 384, 512)
}
_METHODS = get_default_algorithms()


@dataclass(frozen=True)
class Key:
    """Hold a shared secret or a public key; `id` matches a token's `kid`, if both have one."""

    value: Union[bytes, RSAPublicKey, EllipticCurvePublicKey]
    id: str = ""


@dataclass(frozen=True)
class Token:
    """Hold a token's parts; `signed` is the text that the signature signs."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signature: bytes
    signed: bytes

    def is_signed_by(self, keys: Iterable[Key]) -> bool:
        """Tell whether one of the keys made the signature."""
        kid = self.header.get("kid")
        fitting = [key for key in keys if not (kid and key.id) or key.id == kid]
        return any(self._matches(key.value) for key in fitting)

    def _matches(self, key: Any) -> bool:
        name = self.header.get("alg")
        kind = ALGORITHMS.get(name) if isinstance(name, str) else None
        if kind is None or not isinstance(key, kind):
            return False
        method = _METHODS[str(name)]
        try:
            prepared = key if kind is bytes else method.prepare_key(key)  # refuses a wrong curve
            return bool(method.verify(self.signed, prepared, self.signature))
        except (PyJWTError, ValueError):
            return False


def read(text: str) -> Token:
    """Take a token apart without trusting it. Raises InvalidTokenError."""
    if len(text) > LARGEST or text.count(".") != 2:
        raise InvalidTokenError(
            "JwtInvalid", "The token is not of the form header.claims.signature."
        )
    try:
        parts = PyJWS().decode_complete(text, options={"verify_signature": False})
        claims = json.loads(parts["payload"])
    except PyJWTError as error:
        raise InvalidTokenError("JwtInvalid", f"The token cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidTokenError("JwtInvalid", "The claims of the token are not JSON.") from error
    if not isinstance(claims, dict):
        raise InvalidTokenError("JwtInvalid", "The claims of the token are not a JSON object.")
    signed = text.rpartition(".")[0].encode("utf-8")
    return Token(parts["header"], claims, parts["signature"], signed)


def shared_key(text: str, identity: str = "") -> Key:
    """Return the key that a Base64 text holds, of the usual or the URL alphabet.

    Raises InvalidTokenError.
    """
    try:
        usual = text.strip().translate(str.maketrans("-_", "+/")).rstrip("=")
        return Key(base64.b64decode(usual + "=" * (-len(usual) % 4), validate=True), identity)
    except (binascii.Error, ValueError) as error:
        raise InvalidTokenError("JwtInvalid", f"The key is not Base64: {error}") from error


def rsa_key(modulus: str, exponent: str, identity: str = "") -> Key:
    """Return the RSA key of a JSON web key's `n` and `e`. Raises InvalidTokenError."""
    url = str.maketrans("+/", "-_")
    n, e = (part.strip().translate(url).rstrip("=") for part in (modulus, exponent))
    return _public(RSAAlgorithm, {"kty": "RSA", "n": n, "e": e}, identity)


def key_set(document: Any) -> list[Key]:
    """Return the RSA and EC keys of a JSON web key set; others are left out.

    Raises InvalidTokenError.
    """
    found = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise InvalidTokenError("JwtInvalid", "The key set holds no keys.")
    keys = [_published(item) for item in found if isinstance(item, dict)]
    return [key for key in keys if key]


def _published(item: dict[str, Any]) -> Optional[Key]:
    names = {"RSA": ("n", "e"), "EC": ("crv", "x", "y")}.get(str(item.get("kty")))
    if names is None or item.get("use") == "enc":
        return None
    given = {name: item.get(name) for name in ("kty", *names)}
    if not all(isinstance(value, str) for value in given.values()):
        return None
    method = ECAlgorithm if "crv" in given else RSAAlgorithm
    try:
        return _public(method, given, str(item.get("kid", "")))
    except InvalidTokenError:  # of a curve, say, that nobody here knows
        return None


def _public(method: Any, given: Mapping[str, Any], identity: str) -> Key:
    try:
        return Key(method.from_jwk(dict(given)), identity)
    except (PyJWTError, ValueError, TypeError) as error:
        raise InvalidTokenError("JwtInvalid", f"The key cannot be read: {error}") from error
