"""Connections to backends: opened as they are needed, kept for the next request."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from functools import cached_property, partial
from ipaddress import ip_address
from typing import NamedTuple, Optional

from yarl import URL

from apim_gateway.wire.connection import Connection
from apim_gateway.wire.reply import UnreachableError

KEPT = 15.0  # seconds without a request


class Origin(NamedTuple):
    """Name where a connection goes."""

    tls: bool
    host: str
    port: int

    @classmethod
    def of(cls, url: URL) -> Origin:
        """Return the origin of an address."""
        return cls(url.scheme == "https", url.host or "", url.port or 0)


class Pool:
    """Hold the connections of one client, as many as it takes."""

    def __init__(self, silence: float) -> None:
        self._silence = silence
        self._idle: dict[Origin, dict[Connection, asyncio.TimerHandle]] = {}
        self._all: set[Connection] = set()

    def take(self, origin: Origin) -> Optional[Connection]:
        """Return the connection that was used last, or None where none is idle."""
        idle = self._idle.get(origin)
        while idle:
            connection, timer = idle.popitem()
            timer.cancel()
            if connection.usable:
                return connection
        return None

    async def open(self, origin: Origin) -> Connection:
        """Return a new connection. Raises UnreachableError."""
        loop = asyncio.get_running_loop()
        failed: Optional[OSError] = None
        for address in await _addresses(origin):
            try:
                _, connection = await loop.create_connection(
                    lambda: Connection(partial(self._keep, origin), self._silence),
                    address,
                    origin.port,
                    ssl=self._tls if origin.tls else None,
                    server_hostname=origin.host if origin.tls else None,
                )
            except OSError as error:
                failed = error
            else:
                self._all.add(connection)
                connection.closed.add_done_callback(partial(self._forget, connection))
                return connection
        raise UnreachableError(f"No connection to {origin.host}:{origin.port}: {_why(failed)}.")

    def _keep(self, origin: Origin, connection: Connection) -> None:
        timer = asyncio.get_running_loop().call_later(KEPT, self._expire, origin, connection)
        self._idle.setdefault(origin, {})[connection] = timer

    def _forget(self, connection: Connection, closed: asyncio.Future[None]) -> None:
        self._all.discard(connection)

    def _expire(self, origin: Origin, connection: Connection) -> None:
        del self._idle[origin][connection]
        connection.cut()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    async def close(self) -> None:
        """Close every connection and wait until they are gone."""
        for idle in self._idle.values():
            for timer in idle.values():
                timer.cancel()
        self._idle.clear()
        closing = list(self._all)
        for connection in closing:
            connection.cut()
        await asyncio.gather(*(connection.closed for connection in closing))


async def _addresses(origin: Origin) -> list[str]:
    """Return the addresses of a host in the order to try them. Raises UnreachableError."""
    try:
        ip_address(origin.host)
    except ValueError:
        pass
    else:
        return [origin.host]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            origin.host, origin.port, type=socket.SOCK_STREAM
        )
    except (OSError, UnicodeError) as error:  # UnicodeError: a label that is too long
        raise UnreachableError(f"The name '{origin.host}' could not be resolved.") from error
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def _why(error: Optional[OSError]) -> str:
    """Return why no connection came about, in words of the network and not of a library."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted, {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed, {(error.reason or 'no reason told').lower().replace('_', ' ')}"
    if error is not None and error.errno:
        return os.strerror(error.errno).lower()
    return "no connection"
