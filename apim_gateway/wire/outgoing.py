"""The request that goes to a backend, as bytes: nothing in it that was not given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

from multidict import CIMultiDict
from yarl import URL

from apim_gateway.wire.reply import RequestBody, UnreachableError

WITHOUT_BODY = ("GET", "HEAD", "OPTIONS", "TRACE")  # the others say that their body is empty
PORTS = {"http": 80, "https": 443}
_NOT_IN_A_LINE = re.compile(r"[\x00-\x20\x7f]")
_NOT_IN_A_VALUE = re.compile(r"[\x00\r\n]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2


@dataclass(frozen=True)
class Request:
    """Hold one request; its headers are those that travel on."""

    method: str
    url: URL
    headers: CIMultiDict[str]
    body: RequestBody

    @property
    def is_kept(self) -> bool:
        """Tell whether the body is here whole, so that it can be sent once more."""
        return self.body is None or isinstance(self.body, bytes)

    @property
    def length(self) -> Optional[int]:
        """Return the length of the body, None where only its end will tell."""
        if self.body is None or isinstance(self.body, bytes):
            return len(self.body or b"")
        given = self.headers.get("Content-Length", "")
        return int(given) if given.isascii() and given.isdigit() else None

    def head(self) -> bytes:
        """Return request line and headers. Raises UnreachableError for what no line can hold."""
        for what in (self.method, self.url.raw_path_qs):
            if _NOT_IN_A_LINE.search(what):
                raise UnreachableError(f"{what!r} cannot be sent: it has a blank or a control.")
        lines = [f"{self.method} {self.url.raw_path_qs} HTTP/1.1"]
        if "Host" not in self.headers:
            lines.append(f"Host: {_host(self.url)}")
        for name, value in self.headers.items():
            if not _TOKEN.fullmatch(name) or _NOT_IN_A_VALUE.search(value):
                raise UnreachableError(f"The header {name!r} cannot be sent: {value!r}.")
            if name.lower() != "content-length":
                lines.append(f"{name}: {value}")
        length = self.length
        if length is None:
            lines.append("Transfer-Encoding: chunked")
        elif self.body is not None or self.method not in WITHOUT_BODY:
            lines.append(f"Content-Length: {length}")
        return "\r\n".join([*lines, "\r\n"]).encode("utf-8", "surrogateescape")


def address(text: str) -> URL:
    """Return an address as it is written. Raises UnreachableError for one that is none."""
    try:
        url = URL(text, encoded=True)
        if url.scheme in PORTS and url.host and url.port:
            return url
    except ValueError:
        pass
    raise UnreachableError(f"{text!r} is no http or https address.")


def _host(url: URL) -> str:
    named = url.raw_host or ""
    host = f"[{named}]" if ":" in named else named
    return host if url.port == PORTS[url.scheme] else f"{host}:{url.port}"
