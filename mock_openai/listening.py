"""Listens on an address, with TLS where that is wanted."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Callable, Optional

from aiohttp import web

from .errors import OptionError

SHUTDOWN = 0.1  # seconds that open streams get once the server has to stop
BACKLOG = 4096  # connections that wait to be taken; the system may allow fewer
MOST_RECORDED = 64 * 1024 * 1024  # bytes of a request that is recorded or replayed

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, tls: Optional[ssl.SSLContext] = None
) -> AsyncIterator[str]:
    """Serve while the context is open; gives the URL. Raises OSError if the port is taken."""
    # A client who leaves has to end its stream at once: aiohttp then cancels the handler.
    runner = web.AppRunner(
        app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls, backlog=BACKLOG).start()
        yield f"{'https' if tls else 'http'}://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def own_certificate(authority: Path, host: str) -> ssl.SSLContext:
    """Return TLS with a certificate made now; who calls trusts the authority written to a file.

    Raises OptionError where trustme is missing or the file cannot be written.
    """
    try:
        import trustme
    except ImportError:
        raise OptionError("--tls needs trustme: pip install trustme") from None
    made = trustme.CA(organization_name="mock-openai")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert("localhost", "127.0.0.1", host).configure_cert(context)
    try:
        authority.write_bytes(made.cert_pem.bytes())
    except OSError as error:
        raise OptionError(f"--tls {authority} cannot be written: {error.strerror}") from None
    return context
