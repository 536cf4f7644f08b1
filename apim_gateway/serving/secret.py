"""Keys and tokens: compared without telling where they differ."""

from __future__ import annotations

import hmac


def same(given: str, wanted: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode("utf-8"))
