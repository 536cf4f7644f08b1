"""The sign-in: an authority that gives every client a token, and knows its tokens again.

The authority's address ends in /adfs: MSAL then asks nobody else whether it may be trusted.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from typing import Any
from urllib.parse import parse_qs

from .errors import ArmError
from .messages import Answer, Request, Routes

TENANT = "11111111-1111-1111-1111-111111111111"
CLIENT = "22222222-2222-2222-2222-222222222222"
OBJECT = "33333333-3333-3333-3333-333333333333"
SECONDS = 86_000  # how long a token lasts
CLIENT_SECRET = "not-a-secret-of-anyone-4711"


class Identity:
    """Give out tokens, each for one audience, and refuse those that are not valid (any more)."""

    def __init__(self) -> None:
        self.seconds = SECONDS
        self.issued: dict[str, tuple[str, float]] = {}  # token -> audience, end

    def routes(self, routes: Routes) -> None:
        """Add the authority's routes."""
        routes.add("GET", "/adfs/.well-known/openid-configuration", self._discovery)
        routes.add("POST", "/adfs/oauth2/token", self._token)

    def check(self, request: Request, audience: str) -> None:
        """Raise ArmError unless the request carries a valid token for `audience`."""
        token = request.headers.get("authorization", "").partition("Bearer ")[2]
        if token not in self.issued:
            raise ArmError(401, "AuthenticationFailed", "Authentication failed.")
        given_for, end = self.issued[token]
        if given_for.rstrip("/") != audience.rstrip("/"):
            raise ArmError(
                401,
                "InvalidAuthenticationTokenAudience",
                f"The access token is for {given_for}, not for {audience}.",
            )
        if time.time() >= end:
            raise ArmError(
                401,
                "ExpiredAuthenticationToken",
                "The access token expiry UTC time is earlier than current UTC time.",
            )

    def _discovery(self, request: Request) -> Answer:
        root = f"{request.base}/adfs"
        return Answer(
            200,
            {
                "issuer": root,
                "authorization_endpoint": f"{root}/oauth2/authorize",
                "token_endpoint": f"{root}/oauth2/token",
                "device_authorization_endpoint": f"{root}/oauth2/devicecode",
            },
        )

    def _token(self, request: Request) -> Answer:
        form = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        if form.get("client_secret") != CLIENT_SECRET or self.seconds <= 0:
            described = "AADSTS7000215: Invalid client secret provided."
            return Answer(401, {"error": "invalid_client", "error_description": described})
        audience = form["scope"].split()[0][: -len("/.default")]
        token = _unsigned(audience, self.seconds)
        self.issued[token] = (audience, time.time() + self.seconds)
        return Answer(
            200, {"token_type": "Bearer", "expires_in": self.seconds, "access_token": token}
        )


def _unsigned(audience: str, seconds: int) -> str:
    now = int(time.time())
    claims = {
        "aud": audience,
        "tid": TENANT,
        "oid": OBJECT,
        "appid": CLIENT,
        "jti": uuid.uuid4().hex,
    }
    times = {"iat": now, "nbf": now, "exp": now + seconds}
    return f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{_encoded({**claims, **times})}.unsigned"


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
