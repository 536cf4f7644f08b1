"""One request over a connection that is kept, as a client under load has it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import requests

from load.answers import REGION
from stream_probe.arrival import Arrival
from stream_probe.errors import ProbeError
from stream_probe.sending import Where, post, received


def ask(kept: requests.Session, where: Where, body: Mapping[str, Any]) -> tuple[Arrival, str]:
    """Send a request and return its answer as it came, and the region that gave it.

    Raises ProbeError where nobody answers.
    """
    start = time.perf_counter()
    try:
        response = post(kept, where, body)
    except requests.RequestException as error:
        raise ProbeError(f"no answer: {type(error).__name__}") from None
    with response:
        return received(response, start, asked=True), response.headers.get(REGION, "")
