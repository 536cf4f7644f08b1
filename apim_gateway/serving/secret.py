"""Keys and tokens: compared without telling where they differ."""

from __future__ import annotations

import hmac
from typing import Optional


def same(given: str, wanted: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode("utf-8"))


def bearer(authorization: str) -> Optional[str]:
    """Return the token of a header `Authorization: Bearer TOKEN`, None for any other header."""
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
