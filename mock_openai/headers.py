"""The headers of an answer, as Azure OpenAI sends them since 2026."""

from __future__ import annotations

import random
from dataclasses import dataclass
from urllib.parse import quote

from . import refusals, wire

_SECURITY = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
}
STREAM_TYPE = "text/event-stream; charset=utf-8"


@dataclass(frozen=True)
class Origin:
    """Hold where an answer comes from."""

    region: str
    deployment: str
    request_id: str


def layer(name: str, origin: Origin, rng: random.Random) -> dict[str, str]:
    """Return the headers that one layer of the service (see `errors`) puts on its answers."""
    found = {"apim-request-id": origin.request_id}
    if name == refusals.BARE:
        return found
    found.update(_SECURITY)
    if name == refusals.EDGE:
        return found
    found["x-ms-region"] = _visible(origin.region)
    if name == refusals.REGION:
        return found
    if origin.deployment:  # what asks for a kept response has none
        found["x-ms-deployment-name"] = _visible(origin.deployment)
    return {
        **found,
        "azureml-model-session": wire.hexadecimal("d20260317000000-", 12, rng),
        "skip-error-remapping": "true",
        "x-accel-buffering": "no",
        "x-ms-is-spilled-over": "false",
        "x-ms-rai-invoked": "true",
        "x-request-id": wire.guid(rng),
    }


def responses(rng: random.Random) -> dict[str, str]:
    """Return what the Responses API adds."""
    return {
        "openai-processing-ms": str(rng.randrange(40, 90)),
        "openai-version": "2020-10-01",
        "x-ms-middleware-request-id": wire.guid(rng),
    }


def _visible(value: str) -> str:
    # A header cannot hold line breaks, and had better not hold more than ASCII.
    return value if value.isascii() and value.isprintable() else quote(wire.encode(value))
