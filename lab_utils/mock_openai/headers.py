"""The headers of an answer, as Azure OpenAI sends them."""

from __future__ import annotations

import random
import time

from . import errors, wire

# Sources: recorded answers of the service, 2024 to 2026.
_SECURITY = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
}
STREAM_TYPE = "text/event-stream; charset=utf-8"


def layer(
    name: str, region: str, deployment: str, request_id: str, rng: random.Random
) -> dict[str, str]:
    """Return the headers that one layer of the service (see `errors`) puts on its answers."""
    found = {"apim-request-id": request_id}
    if name == errors.BARE:
        return found
    found.update(_SECURITY)
    if name == errors.EDGE:
        return found
    found["x-ms-region"] = region
    if name == errors.REGION:
        return found
    session = time.strftime("d%Y%m%d%H%M%S-", time.gmtime(rng.randrange(1_767_225_600)))
    found.update(
        {
            "azureml-model-session": wire.hexadecimal(session, 12, rng),
            "x-accel-buffering": "no",
            "x-ms-deployment-name": deployment,
            "x-ms-rai-invoked": "true",
            "x-request-id": wire.guid(rng),
        }
    )
    return found
