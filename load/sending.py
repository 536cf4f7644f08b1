"""One request over a connection that is kept, as a client under load has it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import requests

from load.answers import REGION
from stream_probe import proxies
from stream_probe.arrival import Arrival
from stream_probe.errors import ProbeError
from stream_probe.sending import SILENCE, Where, received


def session(url: str) -> requests.Session:
    """Return a session whose connection is used again."""
    return proxies.session(url)


def ask(kept: requests.Session, where: Where, body: Mapping[str, Any]) -> tuple[Arrival, str]:
    """Send a request and return its answer as it came, and the region that gave it.

    Raises ProbeError where nobody answers.
    """
    headers = {**where.headers, where.key_header: where.key}
    start = time.perf_counter()
    try:
        response = kept.post(
            where.url,
            headers={**headers, "Accept-Encoding": "identity"},
            json=body,
            stream=True,
            timeout=(15, SILENCE),
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise ProbeError(f"no answer: {type(error).__name__}") from None
    with response:
        return received(response, start, asked=True), response.headers.get(REGION, "")
