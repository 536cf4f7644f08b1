"""The trace of one request: what each policy did, and when each piece of the answer went out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from apim_gateway.running import drawing
from gateway_conformance import tracing
from stream_probe import proxies

from .boundary import lab_errors
from .errors import GatewayError

API = "inference"  # infra/gateway/api.json


@dataclass(frozen=True, repr=False)
class Trace:
    """Hold a trace as listTrace gives it; shown as a table with a time line."""

    document: Mapping[str, Any]

    def __repr__(self) -> str:
        return drawing.text(self.document).rstrip("\n")


@lab_errors()
def take(management: str, url: str, key: str, question: str) -> Trace:
    """Send one streamed request to `url`, with a debug credential, and return its trace.

    Raises GatewayError.
    """
    body = {"messages": [{"role": "user", "content": question}], "stream": True}
    try:
        with proxies.direct() as session:
            token = tracing.grant(session, management, key, API)
            debug = {"api-key": key, "Apim-Debug-Authorization": token}
            answer = tracing.answered(session, url, headers=debug, json=body)
            trace = answer.headers["Apim-Trace-Id"]
            return Trace(tracing.read(session, management, key, trace))
    except requests.RequestException:
        raise GatewayError(
            f"the gateway does not answer at {management}: run lab.deploy() to deploy again"
        ) from None
