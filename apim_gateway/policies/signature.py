"""JSON web tokens: read, and checked against keys (RFC 7515, 7517, 7519).

HS256, HS384 and HS512, and RS256, RS384 and RS512 (RFC 8017, PKCS1 v1.5) are known.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Optional, Union

# What precedes the digest in a signature: DigestInfo of SHA-256, -384 and -512 (RFC 8017, 9.2).
_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
LARGEST = 65_536  # characters of a token


class TokenError(Exception):
    """Say why a text is no token."""


@dataclass(frozen=True)
class SharedKey:
    """Hold a symmetric key; `id` matches a token's `kid`, if both have one."""

    secret: bytes
    id: str = ""


@dataclass(frozen=True)
class PublicKey:
    """Hold an RSA key: modulus and exponent."""

    modulus: int
    exponent: int
    id: str = ""


Key = Union[SharedKey, PublicKey]


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
        return any(self._matches(key) for key in fitting)

    def _matches(self, key: Key) -> bool:
        algorithm = str(self.header.get("alg", ""))
        family, name = algorithm[:2], f"sha{algorithm[2:]}"
        if name not in _DIGEST_INFO:
            return False
        if family == "HS" and isinstance(key, SharedKey):
            wanted = hmac.new(key.secret, self.signed, name).digest()
            return hmac.compare_digest(wanted, self.signature)
        if family == "RS" and isinstance(key, PublicKey):
            return _rsa_matches(key, self.signature, name, self.signed)
        return False


def read(text: str) -> Token:
    """Take a token apart without trusting it. Raises TokenError."""
    parts = text.split(".")
    if len(parts) != 3 or len(text) > LARGEST:
        raise TokenError("The token is not of the form header.claims.signature.")
    header, claims = (_object(part) for part in parts[:2])
    return Token(header, claims, decode(parts[2]), ".".join(parts[:2]).encode("utf-8"))


def decode(text: str) -> bytes:
    """Return what a Base64 text holds, of the usual or the URL alphabet. Raises TokenError."""
    try:
        usual = text.strip().translate(str.maketrans("-_", "+/")).rstrip("=")
        return base64.b64decode(usual + "=" * (-len(usual) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenError(f"A part is not Base64: {error}") from error


def public_key(modulus: str, exponent: str, identity: str = "") -> PublicKey:
    """Return the RSA key of a JSON web key's `n` and `e`. Raises TokenError."""
    n, e = (int.from_bytes(decode(text), "big") for text in (modulus, exponent))
    return PublicKey(n, e, identity)


def key_set(document: Any) -> list[Key]:
    """Return the RSA keys of a JSON web key set; others are left out. Raises TokenError."""
    found = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise TokenError("The key set holds no keys.")
    return [
        public_key(str(key["n"]), str(key["e"]), str(key.get("kid", "")))
        for key in found
        if isinstance(key, dict) and key.get("kty") == "RSA" and "n" in key and "e" in key
    ]


def _object(part: str) -> Mapping[str, Any]:
    try:
        found: Optional[object] = json.loads(decode(part))
    except (ValueError, RecursionError) as error:
        raise TokenError(f"A part is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise TokenError("A part is not a JSON object.")
    return found


def _rsa_matches(key: PublicKey, signature: bytes, name: str, signed: bytes) -> bool:
    size = (key.modulus.bit_length() + 7) // 8
    digest = _DIGEST_INFO[name] + hashlib.new(name, signed).digest()
    padding = size - len(digest) - 3
    if len(signature) != size or padding < 8 or key.exponent < 3:
        return False
    opened = pow(int.from_bytes(signature, "big"), key.exponent, key.modulus)
    wanted = b"\0\1" + b"\xff" * padding + b"\0" + digest
    return hmac.compare_digest(opened.to_bytes(size, "big"), wanted)
