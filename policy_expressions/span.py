"""Where a C# policy expression ends: the one thing a reader of policy documents must know of C#."""

from __future__ import annotations

import html
import re
from typing import Optional

_CLOSING = {"(": ")", "{": "}", "[": "]"}
_PARTNERS = frozenset(_CLOSING.values())
_STRING = re.compile(r'(?:\$@|@\$|\$|@)?"')
_RAW = re.compile(r'"{3,}')
_CHAR = re.compile(r"'(?:\\.[^'\n]*|[^'\\\n])'")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_START = re.compile(r"@(?=[({])")
ENTITY = re.compile(r"&(?:quot|apos|lt|gt|amp|#\d{1,7}|#x[0-9A-Fa-f]{1,6});")
_WHOLE_STRING = re.compile(r'@"(?:[^"]|"")*"|"(?:[^"\\]|\\.)*"', re.DOTALL)


def expression_start(text: str, position: int = 0, end: Optional[int] = None) -> int:
    """Return where the next `@(` or `@{` stands in the text before `end`, -1 when there is none."""
    found = _START.search(text, position, len(text) if end is None else end)
    return found.start() if found else -1


def expression_end(text: str, start: int) -> Optional[int]:
    """Return the position after the expression whose `@` stands at start, None when it never ends.

    A bracket that closes what none has opened is no end either. Brackets inside strings, characters
    and comments do not count. `&quot;` delimits a string too: that is how documents written as
    escaped XML hold one.
    """
    return _skip_brackets(text, start + 1)


def expression_text(source: str) -> str:
    """Return an expression as C# has it; entities outside its strings mean that all are escaped."""
    if ENTITY.search(_WHOLE_STRING.sub("", source)):
        return ENTITY.sub(decode_entity, source)
    return source


def decode_entity(entity: re.Match[str]) -> str:
    """Return the character that an entity stands for."""
    return html.unescape(entity.group())


def _skip_brackets(text: str, position: int, hole: bool = False) -> Optional[int]:
    """Return the position after a bracket's partner; in a hole of a string a format may follow."""
    closing = [_CLOSING[text[position]]]
    position += 1
    while position < len(text):
        char = text[position]
        if char in "\"$@'/&":
            after = _skip_token(text, position)
            if after is None:
                return None
            position = after
            continue
        if char in _CLOSING:
            closing.append(_CLOSING[char])
        elif char == closing[-1]:
            closing.pop()
            if not closing:
                return position + 1
        elif char in _PARTNERS and not hole:
            return None
        position += 1
    return None


def _skip_token(text: str, position: int) -> Optional[int]:
    """Return the position after a string, character or comment, else after one character."""
    raw = _RAW.match(text, position)
    if raw:
        end = text.find(raw.group(), raw.end())
        return None if end < 0 else end + len(raw.group())
    string = _STRING.match(text, position)
    if string:
        return _skip_string(text, string.end(), "$" in string.group(), "@" in string.group())
    if text.startswith("&quot;", position):
        end = text.find("&quot;", position + 6)
        return None if end < 0 else end + 6
    token = _CHAR.match(text, position) or _COMMENT.match(text, position)
    return token.end() if token else position + 1


def _skip_string(text: str, position: int, interpolated: bool, verbatim: bool) -> Optional[int]:
    while position < len(text):
        char = text[position]
        if char == '"':
            if not (verbatim and text.startswith('""', position)):
                return position + 1
            position += 1
        elif char == "\\" and not verbatim:
            position += 1
        elif interpolated and char == "{":
            if text.startswith("{{", position):
                position += 1
            else:
                after = _skip_brackets(text, position, hole=True)
                if after is None:
                    return None
                position = after - 1
        position += 1
    return None
