"""Named values in a policy document: `{{name}}` is replaced before the document is read."""

from __future__ import annotations

import re
from collections.abc import Mapping

from apim_gateway.errors import PolicyError

MAX_BYTES = 256 * 1024  # of a document, as in API Management
UNKNOWN = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")
_NAMED_VALUE = re.compile(
    r"<!--.*?-->"
    r"|<set-body\b[^>]*\btemplate\s*=\s*[\"']liquid[\"'].*?</set-body>"
    rf"|{UNKNOWN.pattern}",
    re.DOTALL,
)


def substitute(
    document: str, file: str, named_values: Mapping[str, str], keep_unknown: bool
) -> str:
    """Return the document with its named values; unknown ones raise PolicyError or are kept."""
    size = len(document)

    def value(match: re.Match[str]) -> str:
        nonlocal size
        name = match.group(1)
        if name is None:
            return match.group()
        line = document.count("\n", 0, match.start()) + 1
        if name not in named_values:
            if keep_unknown:
                return match.group()
            raise PolicyError(file, line, name, "is no named value: define it or correct the name")
        size += len(named_values[name])
        if size > MAX_BYTES:
            raise PolicyError(file, line, name, f"makes the document exceed {MAX_BYTES:,} bytes")
        return named_values[name]

    return _NAMED_VALUE.sub(value, document)
