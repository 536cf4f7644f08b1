"""Where a request goes: a backend or pool, and the path below its address."""

from __future__ import annotations

from typing import Optional
from urllib.parse import quote, unquote

from apim_gateway.running.backends import Backend, Pool, Target
from policy_expressions.context import Backend as Entity
from policy_expressions.context import Request, Url


class Destination:
    """Keep a request's URL at the backend it will go to; the query is the request's own.

    An API may have no backend: then the URL is what the client sent, until a policy chooses one.
    """

    def __init__(self, request: Request, target: Optional[Target], path: str) -> None:
        self._request = request
        self._target = target
        self.path = path  # what follows the API's path
        self.backend = ""  # the one that was called last
        if target is not None:
            self._address(target.url)

    @property
    def entity(self) -> Optional[Entity]:
        """Return the backend entity as policies see it, None for a server that has no entity."""
        target = self._target
        if target is None or (isinstance(target, Backend) and not target.entity):
            return None
        return Entity(target.name, "Pool" if isinstance(target, Pool) else "Single")

    def choose(self, target: Target) -> None:
        """Let the request go to this backend or pool."""
        self._target = target
        self._address(target.url)

    def rewrite(self, path: str) -> None:
        """Replace the path below the backend's address."""
        self.path = path
        if self._target is None:
            self._request.url.path = path
        else:
            self._address(self._target.url)

    def pick(self) -> Optional[Backend]:
        """Return the backend whose turn it is, and address the request to it; None without one.

        Raises UnavailableError.
        """
        if self._target is None:
            return None
        backend = self._target.pick(self._session())
        self.backend = backend.name
        self._address(backend.url)
        return backend

    def session_cookie(self, backend: Backend) -> str:
        """Return the cookie that keeps the caller with this member of the pool, or nothing."""
        target = self._target
        if not isinstance(target, Pool) or not target.cookie or self._session() == backend.name:
            return ""
        return f"{target.cookie}={quote(backend.name)}; Path=/; HttpOnly"

    def _session(self) -> str:
        target = self._target
        if not isinstance(target, Pool) or not target.cookie:
            return ""
        for header in self._request.headers.get("Cookie") or ():
            for pair in header.split(";"):
                name, _, value = pair.strip().partition("=")
                if name == target.cookie:
                    return unquote(value)
        return ""

    def _address(self, base: str) -> None:
        url = Url.parse(base)
        url.path = url.path.rstrip("/") + self.path
        url.query = self._request.url.query
        self._request.url = url
