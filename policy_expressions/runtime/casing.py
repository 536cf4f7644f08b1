"""Upper and lower case, and the order of strings, as the invariant culture has them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, Optional

# The order of ICU's root collation: white space, punctuation, digits, letters.
_RANK = {char: rank for rank, char in enumerate("\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$")}
_UNSEEN = (range(9), range(14, 32), range(127, 160), (0xAD, 0xFEFF), range(0x200B, 0x2010))
_IGNORED = dict.fromkeys(code for codes in _UNSEEN for code in codes)


def upper(text: str) -> str:
    """Return ToUpperInvariant: only characters with a single counterpart change."""
    return text.upper() if text.isascii() else "".join(map(_upper, text))


def lower(text: str) -> str:
    """Return ToLowerInvariant: only characters with a single counterpart change."""
    return text.lower() if text.isascii() else "".join(map(_lower, text))


def _upper(char: str) -> str:
    changed = char.upper()
    return changed if len(changed) == 1 and char not in "\u0131\u017f" else char


def _lower(char: str) -> str:
    changed = char.lower()
    return changed if len(changed) == 1 and char not in "\u0130\u1e9e" else char


def _visible(text: str) -> str:
    """Return the text without what the culture ignores, such as soft hyphens."""
    return text.translate(_IGNORED)


def culture_key(text: str, ignore_case: bool = False) -> Any:
    """Return a key that sorts as the culture does: letters first, then accents, then case."""
    shown = unicodedata.normalize("NFD", _visible(text))
    base = [char for char in shown if not unicodedata.combining(char)]
    accents = [char for char in shown if unicodedata.combining(char)]
    case = [] if ignore_case else [char != char.lower() for char in base]
    return [_primary(char.lower()) for char in base], accents, case


def _primary(char: str) -> tuple[int, int]:
    if char in _RANK:
        return 0, _RANK[char]
    return (2 if char.isdigit() else 3 if char.isalpha() else 1), ord(char)


def compare(a: Optional[str], b: Optional[str], comparison: str = "CurrentCulture") -> int:
    """Compare two strings, null first; the result is -1, 0 or 1, ordinal ones a difference."""
    if a is None or b is None:
        return (a is not None) - (b is not None)
    if comparison.startswith("Ordinal"):
        one, two = (upper(a), upper(b)) if comparison.endswith("IgnoreCase") else (a, b)
        differing = next(((x, y) for x, y in zip(one, two) if x != y), None)
        return ord(differing[0]) - ord(differing[1]) if differing else len(one) - len(two)
    ignore_case = comparison.endswith("IgnoreCase")
    x, y = culture_key(a, ignore_case), culture_key(b, ignore_case)
    return int(x > y) - int(x < y)


def folder(comparison: str) -> Callable[[str], Any]:
    """Return the function that makes equal what the comparison calls equal."""
    if comparison == "Ordinal":
        return str
    if comparison == "OrdinalIgnoreCase":
        return upper
    return lambda text: repr(culture_key(text, comparison.endswith("IgnoreCase")))


def visible_fold(comparison: str) -> Callable[[str], str]:
    """Return the function after which a search finds what the comparison would."""
    if comparison == "Ordinal":
        return str
    if comparison == "OrdinalIgnoreCase":
        return upper
    ignore_case = comparison.endswith("IgnoreCase")
    return lambda text: upper(_visible(text)) if ignore_case else _visible(text)


def find(text: str, value: str, comparison: str = "CurrentCulture", start: int = 0) -> int:
    """Return where a string stands in another, -1 when it does not."""
    sought = visible_fold(comparison)(value)
    if not sought:
        return start
    return (upper(text) if comparison.endswith("IgnoreCase") else text).find(sought, start)
