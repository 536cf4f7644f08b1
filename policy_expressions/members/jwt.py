"""Jwt, BasicAuthCredentials and Authorization; nothing here checks a signature."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any, Optional

from policy_expressions.context import Authorization
from policy_expressions.runtime.containers import Array
from policy_expressions.runtime.dates import SECOND, UNIX_EPOCH, UTC, DateTime
from policy_expressions.runtime.names import Names, lists
from policy_expressions.runtime.values import units
from policy_expressions.types.model import Definition

_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*", re.ASCII)  # PyJWT skips what is no base64url


class Jwt:
    """A JSON web token: header and claims as JSON has them."""

    type = "Jwt"

    def __init__(self, header: dict[str, Any], claims: dict[str, Any]) -> None:
        self.header = header
        self.claims = claims

    def lists(self) -> Names:
        """Return all claims, each as a list of texts."""
        many = {k: v if isinstance(v, list) else [v] for k, v in self.claims.items()}
        return lists({name: map(_claim, values) for name, values in many.items()})


def _claim(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def parse_jwt(text: Optional[str]) -> Optional[Jwt]:
    """Return the token, perhaps after `Bearer `; None when the text is none."""
    token = (text or "").strip().rpartition(" ")[2]
    if not _TOKEN.fullmatch(token):
        return None
    import jwt  # with cryptography behind it: only an expression that reads a token waits for it

    try:
        found = jwt.decode_complete(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return None
    return Jwt(found["header"], found["payload"])


def _text(name: str) -> Callable[[Jwt], Optional[str]]:
    return lambda jwt: _claim(jwt.claims[name]) if name in jwt.claims else None


def _moment(name: str) -> Callable[[Jwt], Optional[DateTime]]:
    def run(jwt: Jwt) -> Optional[DateTime]:
        found = jwt.claims.get(name)
        is_number = isinstance(found, (int, float))
        return DateTime(UNIX_EPOCH + int(found) * SECOND, UTC) if is_number else None  # type: ignore[arg-type]

    return run


def _audiences(jwt: Jwt) -> Any:
    found = jwt.lists().find("aud")
    return found.value if found else Array("string[]")


_JWT = {
    "string Algorithm": lambda jwt: jwt.header.get("alg"),
    "string Type": lambda jwt: jwt.header.get("typ"),
    "string Id": _text("jti"),
    "string Issuer": _text("iss"),
    "string Subject": _text("sub"),
    "IEnumerable<string> Audiences": _audiences,
    "DateTime? ExpirationTime": _moment("exp"),
    "DateTime? NotBefore": _moment("nbf"),
    "DateTime? IssuedAt": _moment("iat"),
    "IReadOnlyDictionary<string, string[]> Claims": Jwt.lists,
}


class Credentials:
    """BasicAuthCredentials: the user and the password, parted by the first colon."""

    type = "BasicAuthCredentials"

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self.password = password


def parse_basic(text: Optional[str]) -> Optional[Credentials]:
    """Return what `Basic ...` holds, None when the text is something else."""
    scheme, _, value = (text or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return None
    return Credentials(units(user), units(password)) if colon else None


def _trying(read: Callable[[Optional[str]], Any]) -> Callable[[Optional[str], list[Any]], bool]:
    def run(text: Optional[str], cell: list[Any]) -> bool:
        cell[0] = read(text)
        return cell[0] is not None

    return run


_EXTENSIONS = {
    "static Jwt AsJwt(this string input)": parse_jwt,
    "static bool TryParseJwt(this string input, out Jwt result)": _trying(parse_jwt),
    "static BasicAuthCredentials AsBasic(this string input)": parse_basic,
    "static bool TryParseBasic(this string input, out BasicAuthCredentials result)": (
        _trying(parse_basic)
    ),
}
_CREDENTIALS = {
    "string Username; string UserId": lambda found: found.user,
    "string Password": lambda found: found.password,
}

DEFINITIONS = (
    Definition("class Jwt", _JWT, sealed=True),
    Definition("class BasicAuthCredentials", _CREDENTIALS, sealed=True),
    Definition(
        "class Authorization",
        {"string AccessToken": lambda held: held.access_token},
        python=Authorization,
        sealed=True,
    ),
    Definition("class TokenExtensions", _EXTENSIONS),
)
