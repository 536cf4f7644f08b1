"""Stands between a client and a real service, and keeps each exchange with its timing.

Keys never reach the folder: no header of a request is kept, of an answer's only those that say
nothing of an account, and fields of a body that may hold a key are emptied. What was taken out is
told for each exchange.
"""

from __future__ import annotations

import itertools
import json
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Callable, Optional
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from yarl import URL

from .errors import OptionError
from .listening import MOST_RECORDED, Handler, listening
from .recording import (
    COMPLETE,
    CUT,
    META,
    REMOVED,
    Recording,
    kept_headers,
    read_body,
    without_secrets,
)

HOP_BY_HOP = frozenset(
    [
        "connection",
        "host",
        "content-length",
        "transfer-encoding",
        "keep-alive",
        "upgrade",
        "te",
        "trailer",
    ]
)
CREDENTIALS = ("api-key", "authorization", "ocp-apim-subscription-key", "cookie")
SHORTEST = 8  # characters of a credential that is looked for in texts: a shorter one is in any
Say = Callable[[str], None]


@asynccontextmanager
async def recording(
    upstream: str,
    folder: Path,
    host: str,
    port: int,
    say: Say,
    tls: Optional[ssl.SSLContext] = None,
) -> AsyncIterator[str]:
    """Serve while the context is open; gives the URL for the client.

    Raises OptionError for an address or folder that cannot be used, OSError if the port is taken.
    """
    parts = urlsplit(upstream)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise OptionError(f"--upstream {upstream}: should be such as https://NAME.openai.azure.com")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OptionError(f"--out {folder} cannot be written: {error.strerror}") from None
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=30)
    async with aiohttp.ClientSession(
        timeout=timeout, auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True
    ) as session:
        app = web.Application(client_max_size=MOST_RECORDED)
        handle = _between(session, upstream.rstrip("/"), folder, say)
        app.router.add_route("*", "/{path:.*}", handle)
        async with listening(app, host, port, tls) as url:
            yield url


def _between(session: aiohttp.ClientSession, upstream: str, folder: Path, say: Say) -> Handler:
    there = [file.name[: -len(META)] for file in folder.glob(f"*{META}")]
    numbers = itertools.count(max((int(n) for n in there if n.isdigit()), default=0) + 1)

    async def handle(http: web.Request) -> web.StreamResponse:
        body, began, name = await http.read(), time.perf_counter(), f"{next(numbers):04}"
        headers = {n: v for n, v in http.headers.items() if n.lower() not in HOP_BY_HOP}
        headers["Accept-Encoding"] = "identity"  # so that what is kept can be read
        pieces: list[tuple[float, bytes]] = []
        ended = CUT
        url = URL(upstream + http.raw_path, encoded=True)
        try:
            answer = await session.request(
                http.method, url, headers=headers, data=body or None, allow_redirects=False
            )
        except (aiohttp.ClientError, OSError) as error:
            say(json.dumps({"failed": f"no answer from {upstream}: {type(error).__name__}"}))
            told = {"error": {"code": "NoUpstream", "message": f"{upstream} does not answer"}}
            return web.json_response(told, status=502)
        try:
            response = web.StreamResponse(status=answer.status, reason=answer.reason)
            for header, value in answer.headers.items():
                if header.lower() not in HOP_BY_HOP:
                    response.headers.add(header, value)
            await response.prepare(http)
            async for data in answer.content.iter_any():
                pieces.append(((time.perf_counter() - began) * 1000, data))
                await response.write(data)
            ended = COMPLETE
            await response.write_eof()
        except aiohttp.ClientError:  # the upstream broke off: so does this
            if http.transport is not None:
                http.transport.close()
        finally:
            answer.close()
            _keep(http, body, answer, pieces, ended, folder, name, say)
        return response

    return handle


def _keep(
    http: web.Request,
    body: bytes,
    answer: aiohttp.ClientResponse,
    pieces: list[tuple[float, bytes]],
    ended: str,
    folder: Path,
    name: str,
    say: Say,
) -> None:
    request, removed = without_secrets(read_body(body))
    credentials = _credentials(http.headers, http.query)
    secrets = [value for value in credentials.values() if len(value) >= SHORTEST]
    headers = kept_headers(answer.headers)
    left = sorted({n.lower() for n in answer.headers} - set(headers) - HOP_BY_HOP)
    kept = Recording(
        http.method,
        http.path,
        _without(request, secrets),
        answer.status,
        headers,
        _without_bytes(pieces, secrets),
        ended,
        (*credentials, *removed, *left),
    )
    try:
        kept.save(folder, name)
    except OSError as error:
        say(json.dumps({"failed": f"{folder} cannot be written: {error.strerror}"}))
        return
    told = {"recorded": name, "path": http.path, "status": answer.status}
    say(json.dumps({**told, "ended": ended, "removed": list(kept.removed)}))


def _credentials(headers: Mapping[str, str], query: Mapping[str, str]) -> dict[str, str]:
    """Return the credentials of a request by the names they have."""
    found = {n.lower(): v for n, v in headers.items() if n.lower() in CREDENTIALS}
    found.update({f"?{n}": v for n, v in query.items() if "key" in n.lower()})
    return {name: value.rpartition(" ")[2] for name, value in found.items() if value.strip()}


def _without(value: Any, secrets: list[str]) -> Any:
    """Return JSON without the credentials of its own request, should they stand in a text."""
    text = json.dumps(value, ensure_ascii=False)
    for secret in secrets:
        text = text.replace(json.dumps(secret, ensure_ascii=False)[1:-1], REMOVED)
    return json.loads(text)


def _without_bytes(
    pieces: list[tuple[float, bytes]], secrets: list[str]
) -> tuple[tuple[float, bytes], ...]:
    """Return the pieces with x for every letter of a credential, also of one cut in two."""
    body = b"".join(data for _, data in pieces)
    for secret in secrets:
        body = body.replace(secret.encode(), b"x" * len(secret.encode()))
    ends = list(itertools.accumulate(len(data) for _, data in pieces))
    return tuple((at, body[end - len(data) : end]) for (at, data), end in zip(pieces, ends))
