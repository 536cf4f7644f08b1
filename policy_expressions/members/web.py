"""Uri, WebUtility, IPAddress."""

from __future__ import annotations

import html
import re
from typing import Any

from policy_expressions.errors import (
    ExpressionFailure,
    bad_format,
    invalid_operation,
)
from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.containers import Array
from policy_expressions.runtime.enums import enum_text
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.uris import (
    Uri,
    escape_data,
    escape_uri,
    joined,
    try_uri,
    unescape_data,
    url_decode,
    url_encode,
)
from policy_expressions.runtime.values import characters, units
from policy_expressions.types.model import Definition


def _part(name: str) -> Any:
    def run(uri: Uri) -> Any:
        if not uri.is_absolute:
            raise invalid_operation("This operation is not supported for a relative URI.")
        found = getattr(uri, name)
        return found() if callable(found) else found

    return run


def _try(text: Any, kind: Any, cell: list[Any]) -> bool:
    cell[0] = try_uri(text, enum_text(kind))
    return cell[0] is not None


def _segments(uri: Uri) -> Array:
    return Array("string[]", re.findall(r"[^/]*/|[^/]+$", uri.path))


def _well_formed(text: str, kind: Any) -> bool:
    found = try_uri(text, enum_text(kind))
    return found is not None and (not found.is_absolute or escape_uri(text) == text)


_URI = {
    "new(string! uriString)": Uri,
    "new(string! uriString, UriKind uriKind)": lambda text, kind: Uri(text, enum_text(kind)),
    "new(Uri! baseUri, string relativeUri)": lambda base, text: joined(base, text or ""),
    "new(Uri! baseUri, Uri! relativeUri)": lambda base, uri: joined(base, uri.original),
    "string Scheme": _part("scheme"),
    "string Host": _part("host"),
    "string DnsSafeHost": _part("host"),
    "int Port": _part("port"),
    "bool IsDefaultPort": _part("is_default_port"),
    "string Authority": _part("authority"),
    "string UserInfo": _part("user"),
    "string AbsolutePath": _part("path"),
    "string LocalPath": lambda uri: unescape_data(uri.path),
    "string Query": _part("query"),
    "string Fragment": _part("fragment"),
    "string PathAndQuery": lambda uri: uri.path + uri.query,
    "string AbsoluteUri": _part("absolute"),
    "string OriginalString": lambda uri: uri.original,
    "bool IsAbsoluteUri": lambda uri: uri.is_absolute,
    "string[] Segments": _segments,
    "string GetLeftPart(UriPartial part)": lambda uri, part: uri.left_part(enum_text(part)),
    "string ToString()": lambda uri: uri.to_text(),
    "static bool TryCreate(string uriString, UriKind uriKind, out Uri result)": _try,
    "static bool IsWellFormedUriString(string uriString, UriKind uriKind)": _well_formed,
    "static string EscapeDataString(string! stringToEscape)": escape_data,
    "static string EscapeUriString(string! stringToEscape)": escape_uri,
    "static string UnescapeDataString(string! stringToUnescape)": unescape_data,
    "static bool operator == (Uri a, Uri b)": lambda a, b: a == b,
    "static bool operator != (Uri a, Uri b)": lambda a, b: a != b,
}


def _html_encode(text: Any) -> Any:
    if text is None:
        return None
    named = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&#39;"}
    return "".join(
        named.get(c) or (f"&#{ord(c)};" if 160 <= ord(c) < 256 or ord(c) > 0xFFFF else c)
        for c in characters(text)
    )


def _html_decode(text: Any) -> Any:
    if text is None:
        return None
    return units(re.sub(r"&(?:#\d+|#[xX][0-9A-Fa-f]+|\w+);", _entity, characters(text)))


def _entity(found: re.Match[str]) -> str:
    return html.unescape(found.group())


class Address(HasText):
    """System.Net.IPAddress."""

    type = "IPAddress"

    def __init__(self, text: str) -> None:
        try:
            from ipaddress import ip_address

            self.value = ip_address(text.strip())
        except ValueError:
            raise bad_format("An invalid IP address was specified.") from None

    def to_text(self, run: Run) -> str:
        """Return the address."""
        return str(self.value)

    def __eq__(self, other: object) -> bool:
        """Compare addresses."""
        return isinstance(other, Address) and self.value == other.value

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return hash(self.value)


def _try_address(text: Any, cell: list[Any]) -> bool:
    try:
        cell[0] = Address(text or "")
    except ExpressionFailure:
        cell[0] = None
    return cell[0] is not None


_WEB = {
    "static string UrlEncode(string value)": lambda text: (
        None if text is None else url_encode(text)
    ),
    "static string UrlDecode(string value)": lambda text: (
        None if text is None else url_decode(text)
    ),
    "static string HtmlEncode(string value)": _html_encode,
    "static string HtmlDecode(string value)": _html_decode,
}

DEFINITIONS = (
    Definition("class System.Uri", _URI),
    Definition("class System.Net.WebUtility", _WEB),
    Definition(
        "class System.Net.IPAddress",
        {
            "static IPAddress Parse(string! ipString)": Address,
            "static bool TryParse(string ipString, out IPAddress address)": _try_address,
            "byte[] GetAddressBytes()": lambda address: bytearray(address.value.packed),
            "string ToString()": lambda address: str(address.value),
        },
    ),
)
