"""Named values in a policy document: `{{name}}` is replaced before the document is read."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Callable, Optional

from apim_gateway.errors import PolicyError

MAX_BYTES = 256 * 1024  # of a document, as in API Management
UNKNOWN = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")
MARKUP = (
    "this named value has a quote, < or & that ends the text it stands in: write &quot;, &lt; or "
    "&amp; in it"
)
_MARK = re.compile(rf"<!--|<set-body\b|{UNKNOWN.pattern}")
_LIQUID = re.compile(r"\btemplate\s*=\s*[\"']liquid[\"']")
_COMMENT_END, _LIQUID_END = "-->", "</set-body>"


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

    parts, done = [], 0
    for match in _MARK.finditer(document):
        if match.start() < done:
            continue  # in a comment or a Liquid template
        stop = _skipped(document, match)
        parts.append(document[done : match.start()])
        parts.append(document[match.start() : stop] if stop else value(match))
        done = stop or match.end()
    return "".join([*parts, document[done:]])


def spoilt(
    document: str,
    file: str,
    named_values: Mapping[str, str],
    reads: Callable[[Mapping[str, str]], object],
) -> Optional[PolicyError]:
    """Return what to say of a document that is read once the markup in named values is escaped."""

    def fails(values: Mapping[str, str]) -> bool:
        try:
            reads(values)
        except PolicyError:
            return True
        return False

    plain = {name: html.escape(text) for name, text in named_values.items()}
    if plain == named_values or fails(plain):
        return None
    for match in UNKNOWN.finditer(document):
        name = match.group(1)
        if name in named_values and fails({**plain, name: named_values[name]}):
            line = document.count("\n", 0, match.start()) + 1
            return PolicyError(file, line, name, MARKUP)
    return None


def _skipped(document: str, match: re.Match[str]) -> int:
    """Return where what takes no named values ends: a comment, a Liquid template; 0 for others.

    An end that is missing is the end of the document, so that each text is looked at once.
    """
    if match.group(1) is not None:
        return 0
    start, closing = match.end(), _COMMENT_END
    if match.group() != "<!--":
        tag = document.find("<", start)
        opening = document[start : tag if tag >= 0 else len(document)].partition(">")[0]
        if not _LIQUID.search(opening):
            return start
        closing = _LIQUID_END
    end = document.find(closing, start)
    return end + len(closing) if end >= 0 else len(document)
