"""What the claims of a token must say (RFC 7519); the reasons are those of `context.LastError`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class InvalidTokenError(Exception):
    """Say why a token is refused, with the reason of `context.LastError`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check_times(claims: Mapping[str, Any], now: float, skew: float, required: bool) -> None:
    """Refuse a token that has expired or is not valid yet; `now` in Unix seconds.

    Raises InvalidTokenError.
    """
    expires, begins = claims.get("exp"), claims.get("nbf")
    if not isinstance(expires, (int, float)):
        if required:
            message = "IDX10225: Lifetime validation failed. The token has no expiration time."
            raise InvalidTokenError("JwtInvalid", f"{message} Access denied.")
    elif expires + skew <= now:
        message = "IDX10223: Lifetime validation failed. The token is expired. Access denied."
        raise InvalidTokenError("TokenExpired", message)
    if isinstance(begins, (int, float)) and begins - skew > now:
        message = "IDX10222: Lifetime validation failed. The token is not yet valid. Access denied."
        raise InvalidTokenError("JwtInvalid", message)


def check_party(
    claims: Mapping[str, Any], claim: str, wanted: list[str], reason: str, label: str
) -> None:
    """Refuse a token whose `claim`, such as `aud`, holds none of the texts `wanted`.

    No text wanted means that any will do. Raises InvalidTokenError with `reason`.
    """
    held = held_values(claims[claim], "") if claim in claims else []
    if wanted and not set(held) & set(wanted):
        message = f"{label} validation failed: {','.join(held) or 'none'}. Access denied."
        raise InvalidTokenError(reason, message)


def held_values(value: object, separator: str) -> list[str]:
    """Return the texts a claim holds, each split at `separator` if there is one."""
    values = value if isinstance(value, list) else [value]
    texts = [str(item).lower() if isinstance(item, bool) else str(item) for item in values]
    return [part for text in texts for part in (text.split(separator) if separator else [text])]
