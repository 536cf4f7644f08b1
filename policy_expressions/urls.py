"""The address of a request, as IUrl shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit


@dataclass
class Url:
    """A URL in parts; path and query as sent (escaped), the query without its question mark."""

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""

    @classmethod
    def parse(cls, text: str) -> Url:
        """Split an absolute URL. Raises ValueError."""
        return cls(*_parts(text))

    def __str__(self) -> str:
        default = {"http": 80, "https": 443}.get(self.scheme)
        port = "" if self.port == default else f":{self.port}"
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.host}{port}{self.path}{query}"


@lru_cache(maxsize=256)  # each request asks three times for the address of its backend
def _parts(text: str) -> tuple[str, str, int, str, str]:
    parts = urlsplit(text)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, parts.hostname or "", port, parts.path or "/", parts.query
