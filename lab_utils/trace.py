"""The trace of one request: what each policy did, and when each piece of the answer went out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from apim_gateway.running import drawing
from stream_probe import proxies

from .errors import GatewayError

API = "inference"  # infra/gateway/api.json
SECONDS = 120


@dataclass(frozen=True, repr=False)
class Trace:
    """Hold a trace as listTrace gives it; shown as a table with a time line."""

    document: Mapping[str, Any]

    def __repr__(self) -> str:
        return drawing.text(self.document).rstrip("\n")


def take(management: str, url: str, key: str, question: str) -> Trace:
    """Send one streamed request to `url`, with a debug credential, and return its trace.

    The three calls are those of API Management, whose `management` surface hands out the
    credential and the trace: https://learn.microsoft.com/azure/api-management/api-management-howto-api-inspector
    Raises GatewayError.
    """
    body = {"messages": [{"role": "user", "content": question}], "stream": True}
    manager = {"Authorization": f"Bearer {key}"}
    try:
        with proxies.direct() as session:
            granted = _answer(
                session,
                f"{management}/gateways/managed/listDebugCredentials",
                headers=manager,
                json={"apiId": API, "purposes": ["tracing"]},
            )
            debug = {"api-key": key, "Apim-Debug-Authorization": granted.json()["token"]}
            answered = _answer(session, url, headers=debug, json=body)
            found = _answer(
                session,
                f"{management}/gateways/managed/listTrace",
                headers=manager,
                json={"traceId": answered.headers["Apim-Trace-Id"]},
            )
    except requests.RequestException:
        raise GatewayError(
            f"the gateway does not answer at {management}: run lab.deploy() to deploy again"
        ) from None
    return Trace(found.json())


def _answer(session: requests.Session, url: str, **arguments: Any) -> requests.Response:
    answer = session.post(url, timeout=SECONDS, **arguments)
    if not answer.ok:
        raise GatewayError(f"no trace: {answer.status_code} {answer.text}")
    return answer
