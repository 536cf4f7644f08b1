"""The probe's requests: one streamed chat completion, read piece by piece as it comes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
import urllib3

from . import proxies
from .arrival import Arrival, Read
from .errors import ProbeError

SILENCE = 120  # seconds without a byte; a reasoning model is silent for long
QUESTION = "Count to 100, with a comma between the numbers, in digits."
LONGER = "Count to 250, with a comma between the numbers, in digits."


@dataclass(frozen=True)
class Where:
    """Hold the address of a chat completion, the key, and the header that carries it."""

    url: str
    key: str = field(repr=False)
    key_header: str = "api-key"
    headers: Mapping[str, str] = field(default_factory=dict)


def completions(base: str, model: str, version: str) -> str:
    """Return the address of chat completions, given a gateway's, /openai/v1, or that itself."""
    base = base.rstrip("/")
    if "/chat/completions" in base:
        return base
    if base.endswith("/v1"):
        return f"{base}/chat/completions"
    base = base[: -len("/openai")] if base.endswith("/openai") else base
    return f"{base}/openai/deployments/{model}/chat/completions?api-version={version}"


def ask(where: Where, body: Mapping[str, Any]) -> Arrival:
    """Send one request and return its answer as it came. Raises ProbeError if nobody answers."""
    with proxies.session(where.url) as session:
        start = time.perf_counter()
        try:
            response = post(session, where, body)
        except requests.RequestException:
            shown = where.url.partition("?")[0]
            raise ProbeError(f"nobody answers at {shown}{proxies.hint(where.url)}") from None
        with response:
            return received(response, start, body.get("stream") is True)


def post(session: requests.Session, where: Where, body: Mapping[str, Any]) -> requests.Response:
    """Send one request; its answer is yet to be read. Raises requests.RequestException."""
    bearer = "Bearer " if where.key_header.lower() == "authorization" else ""
    headers = {
        **where.headers,
        where.key_header: bearer + where.key,
        "Accept-Encoding": "identity",
    }
    return session.post(
        where.url,
        headers=headers,
        json=body,
        stream=True,
        timeout=(15, SILENCE),
        allow_redirects=False,
    )


def received(response: requests.Response, start: float, asked: bool) -> Arrival:
    """Read an answer to its end as it comes; `start` is when it was asked for."""
    headers_at, reads, broken = time.perf_counter() - start, [], ""
    try:
        for data in _pieces(response.raw):
            reads.append(Read(time.perf_counter() - start, data))
    except (urllib3.exceptions.HTTPError, OSError) as error:
        broken = type(error).__name__
    return Arrival(
        reads=tuple(reads),
        headers_at=headers_at,
        ended_at=time.perf_counter() - start,
        status=response.status_code,
        content_type=response.headers.get("Content-Type", "").lower(),
        asked=asked,
        broken=broken,
    )


def _pieces(raw: Any) -> Iterator[bytes]:
    """Yield what was sent at a time: a chunk of the transfer, where the answer has chunks."""
    if raw.chunked:
        yield from raw.read_chunked(decode_content=False)
        return
    while True:
        data = raw.read1(65_536) if hasattr(raw, "read1") else raw.read(512)
        if not data:
            return
        yield data


def body(question: str, model: str, **more: Any) -> dict[str, Any]:
    """Return the body of a streamed chat completion; None leaves a member out."""
    whole = {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "stream": True,
        "stream_options": {"include_usage": True},
        **more,
    }
    return {name: value for name, value in whole.items() if value is not None}
