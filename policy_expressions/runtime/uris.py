"""System.Uri, as far as http and file-like addresses go."""

from __future__ import annotations

import re
from typing import Optional
from urllib.parse import quote, unquote_to_bytes

from policy_expressions.errors import ExpressionFailure
from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.values import characters, units

_PORTS = {"http": 80, "https": 443, "ftp": 21, "ws": 80, "wss": 443}
_ABSOLUTE = re.compile(
    r"([A-Za-z][A-Za-z0-9+.\-]*)://(?:([^/?#@]*)@)?(\[[0-9A-Fa-f:.]+\]|[^/?#:@\s]*)(?::(\d*))?"
    r"([^?#]*)(\?[^#]*)?(#.*)?",
    re.DOTALL,
)
MAX_LENGTH = 65_520
_KEPT = "/?:@!$&'()*+,;=-._~%"
_RESERVED = "%/?#:@&=+$,;"


def _format_error(text: str) -> ExpressionFailure:
    return ExpressionFailure("System.UriFormatException", f"Invalid URI: {text}")


class Uri(HasText):
    """An absolute or relative address."""

    type = "Uri"

    def __init__(self, text: str, kind: str = "Absolute") -> None:
        if not text and kind != "Relative":
            raise _format_error("The URI is empty.")
        if len(text) > MAX_LENGTH:
            raise _format_error("The Uri string is too long.")
        self.original = text
        found = _ABSOLUTE.fullmatch(text.strip())
        self.is_absolute = found is not None and kind != "Relative"
        if found is None or not self.is_absolute:
            if kind == "Absolute":
                raise _format_error("The format of the URI could not be determined.")
            return
        scheme, user, host, port, path, query, fragment = found.groups()
        self.scheme = scheme.lower()
        if not host and self.scheme in _PORTS:
            raise _format_error("The hostname could not be parsed.")
        if port and int(port) > 65535:
            raise _format_error("Invalid port specified.")
        self.user = user or ""
        self.host = host.lower()
        self.port = int(port) if port else _PORTS.get(self.scheme, -1)
        self.path = _escaped(_without_dots(path)) or "/"
        self.query = _escaped(query or "")
        self.fragment = _escaped(fragment or "")

    @property
    def is_default_port(self) -> bool:
        """Tell whether the port is the scheme's own."""
        return self.port == _PORTS.get(self.scheme, -1)

    @property
    def authority(self) -> str:
        """Return host, and port unless it is the scheme's own."""
        return self.host if self.is_default_port else f"{self.host}:{self.port}"

    def absolute(self) -> str:
        """Return the whole address, escaped."""
        user = f"{self.user}@" if self.user else ""
        start = f"{self.scheme}://{user}{self.authority}"
        return start + self.path + self.query + self.fragment

    def left_part(self, part: str) -> str:
        """Return scheme, authority, path or query and all before it."""
        start = f"{self.scheme}://"
        if part == "Scheme":
            return start
        user = f"{self.user}@" if self.user else ""
        tail = {"Authority": "", "Path": self.path, "Query": self.path + self.query}[part]
        return start + user + self.authority + tail

    def to_text(self, run: Optional[Run] = None) -> str:
        """Return the address unescaped, but for what would change its meaning."""
        return _unescaped(self.absolute()) if self.is_absolute else self.original

    def __str__(self) -> str:
        return self.to_text()

    def __eq__(self, other: object) -> bool:
        """Compare addresses; the fragment does not count."""
        if not isinstance(other, Uri) or self.is_absolute != other.is_absolute:
            return False
        if not self.is_absolute:
            return self.original == other.original
        return self.left_part("Query") == other.left_part("Query")

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash(self.left_part("Query") if self.is_absolute else self.original)


def joined(base: Uri, relative: str) -> Uri:
    """Return a relative address seen from a base."""
    if _ABSOLUTE.fullmatch(relative):
        return Uri(relative)
    start = f"{base.scheme}://{base.authority}"
    if relative[:1] == "/":
        return Uri(start + relative)
    if relative[:1] == "?":
        return Uri(start + base.path + relative)
    if relative[:1] == "#":
        return Uri(start + base.path + base.query + relative)
    return Uri(f"{start}{base.path.rpartition('/')[0]}/{relative}" if relative else base.absolute())


def try_uri(text: Optional[str], kind: str) -> Optional[Uri]:
    """Return the address, None when it is none."""
    try:
        return None if text is None else Uri(text, kind)
    except ExpressionFailure:
        return None


def _without_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.replace("\\", "/").split("/")
    for i, segment in enumerate(segments):
        last = i == len(segments) - 1
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
            kept += [""] if last else []
        elif segment == ".":
            kept += [""] if last else []
        else:
            kept.append(segment)
    return "/".join(kept)


def _escaped(text: str) -> str:
    fixed = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", characters(text))
    return quote(fixed, safe=_KEPT + "#[]")


def _unescaped(text: str) -> str:
    """Unescape all but reserved characters and controls."""

    def decode(run: re.Match[str]) -> str:
        try:
            shown = unquote_to_bytes(run.group()).decode("utf-8")
        except UnicodeDecodeError:
            return run.group()
        return "".join(
            quote(c, safe="") if c in _RESERVED or ord(c) < 32 or c == "\x7f" else c for c in shown
        )

    return units(re.sub(r"(?:%[0-9A-Fa-f]{2})+", decode, text))


def escape_data(text: str) -> str:
    """Return Uri.EscapeDataString: all but letters, digits and `-_.~`."""
    return quote(characters(text), safe="-_.~")


def escape_uri(text: str) -> str:
    """Return Uri.EscapeUriString: reserved characters stay too."""
    return quote(characters(text), safe="-_.~!*'();:@&=+$,/?#[]")


def unescape_data(text: str) -> str:
    """Return Uri.UnescapeDataString: what is no escape stays."""

    def decode(run: re.Match[str]) -> str:
        data = unquote_to_bytes(run.group())
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            return run.group()

    return units(re.sub(r"(?:%[0-9A-Fa-f]{2})+", decode, text))


def url_encode(text: str) -> str:
    """Return WebUtility.UrlEncode: blanks as `+`, letters, digits and `-_.!*()` as they are."""
    return quote(characters(text), safe=" -_.!*()").replace("~", "%7E").replace(" ", "+")


def url_decode(text: str) -> str:
    """Return WebUtility.UrlDecode: `+` is a blank, bad bytes become U+FFFD."""

    def decode(run: re.Match[str]) -> str:
        return unquote_to_bytes(run.group()).decode("utf-8", "replace")

    return units(re.sub(r"(?:%[0-9A-Fa-f]{2})+", decode, text.replace("+", " ")))
