"""Traces of a gateway on loopback, by the calls that API Management has for them.

Source: https://learn.microsoft.com/azure/api-management/api-management-howto-api-inspector
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from .errors import CallError

SECONDS = 120


def grant(session: requests.Session, gateway: str, key: str, api: str) -> str:
    """Return a debug credential for an API, good for an hour. Raises CallError."""
    asked = {"purposes": ["tracing"], "apiId": f"/apis/{api}", "credentialsExpireAfter": "PT1H"}
    return str(_managed(session, gateway, key, "listDebugCredentials", asked)["token"])


def read(session: requests.Session, gateway: str, key: str, trace: str) -> Mapping[str, Any]:
    """Return the document of a trace. Raises CallError."""
    return _managed(session, gateway, key, "listTrace", {"traceId": trace})


def _managed(
    session: requests.Session, gateway: str, key: str, call: str, asked: Mapping[str, Any]
) -> Mapping[str, Any]:
    url, headers = f"{gateway}/gateways/managed/{call}", {"Authorization": f"Bearer {key}"}
    found: Mapping[str, Any] = answered(session, url, headers=headers, json=asked).json()
    return found


def answered(session: requests.Session, url: str, **arguments: Any) -> requests.Response:
    """Return the answer to a POST. Raises CallError for one that is refused."""
    answer = session.post(url, timeout=SECONDS, **arguments)
    if not answer.ok:
        raise CallError(f"no trace: {answer.status_code} {answer.text}")
    return answer
