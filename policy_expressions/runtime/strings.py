"""What strings can do, with .NET's errors; positions count UTF-16 units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Optional

from policy_expressions.errors import (
    argument,
    index_out_of_range,
    index_outside,
    out_of_range,
)
from policy_expressions.runtime import casing
from policy_expressions.runtime.containers import Array, walk
from policy_expressions.runtime.enums import enum_text
from policy_expressions.runtime.meter import gathered, paced
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import Char, Enumeration

SPACES = "\t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000 " + "".join(
    map(chr, range(0x2000, 0x200B))
)
_ALL = 2**31 - 1


def strings(items: Iterable[str]) -> Array:
    """Return a string[]."""
    return Array("string[]", items)


def at(text: str, index: int) -> Char:
    """Return the character at an index."""
    if not 0 <= index < len(text):
        raise index_outside()
    return Char(text[index])


def _not_negative(name: str, value: int) -> None:
    if value < 0:
        raise out_of_range(f"{name} ('{value}') must be a non-negative value.", name, value)


def substring(text: str, start: int, length: Optional[int] = None) -> str:
    """Return a part, to the end when no length is given."""
    _not_negative("startIndex", start)
    if start > len(text):
        raise out_of_range("startIndex cannot be larger than length of string.", "startIndex")
    if length is None:
        return text[start:]
    _not_negative("length", length)
    if start + length > len(text):
        message = "Index and length must refer to a location within the string."
        raise out_of_range(message, "length")
    return text[start : start + length]


def index_of(text: str, value: str, start: Any = 0, count: Optional[int] = None) -> int:
    """Return where a character or string stands, -1 when it does not; start may be a comparison."""
    if isinstance(start, Enumeration):
        return casing.find(text, value, enum_text(start))
    if not 0 <= start <= len(text):
        message = "Index was out of range. Must be non-negative and less than or equal to the size"
        raise out_of_range(f"{message} of the collection.", "startIndex")
    if count is not None:
        if not 0 <= count <= len(text) - start:
            message = "Count must be positive and count must refer to a location within the"
            raise out_of_range(f"{message} string/array/collection.", "count")
        return text.find(value, start, start + count)
    if value.__class__ is Char:
        return text.find(value, start)
    return casing.find(text, value, start=start)


def last_index_of(text: str, value: str, how: Optional[Enumeration] = None) -> int:
    """Return where a character or string stands last, -1 when it does not stand there."""
    ignore_case = how is not None and enum_text(how).endswith("IgnoreCase")
    return casing.upper(text).rfind(casing.upper(value)) if ignore_case else text.rfind(value)


def index_of_any(text: str, chars: Iterable[str], last: bool = False) -> int:
    """Return where the first (or last) of some characters stands."""
    found = [i for i, char in enumerate(text) if char in chars]
    return found[-1 if last else 0] if found else -1


def contains(text: str, value: str, how: Optional[Enumeration] = None) -> bool:
    """Tell whether a character or string stands in the text."""
    return value in text if how is None else casing.find(text, value, enum_text(how)) >= 0


def starts(text: str, value: str, how: Optional[Enumeration] = None) -> bool:
    """Tell whether the text starts with a character or string."""
    fold = casing.visible_fold(enum_text(how) if how else "CurrentCulture")
    return fold(text).startswith(fold(value))


def ends(text: str, value: str, how: Optional[Enumeration] = None) -> bool:
    """Tell whether the text ends with a character or string."""
    fold = casing.visible_fold(enum_text(how) if how else "CurrentCulture")
    return fold(text).endswith(fold(value))


def equals(a: Optional[str], b: Optional[str], how: Enumeration) -> bool:
    """Compare two strings as told."""
    if a is None or b is None:
        return a is b
    fold = casing.folder(enum_text(how))
    return bool(fold(a) == fold(b))


def replace(
    run: Run, text: str, old: str, new: Optional[str], how: Optional[Enumeration] = None
) -> str:
    """Replace one string by another; how may ignore case."""
    if not old:
        raise argument("The value cannot be an empty string.", "oldValue")
    ignore_case = how is not None and enum_text(how).endswith("IgnoreCase")
    if not ignore_case:
        run.charge(text.count(old) * len(new or ""))
        return text.replace(old, new or "")
    folded, sought = casing.upper(text), casing.upper(old)
    run.charge(folded.count(sought) * len(new or ""))
    parts, position = [], 0
    while (found := folded.find(sought, position)) >= 0:
        parts += [text[position:found], new or ""]
        position = found + len(old)
    return "".join([*parts, text[position:]])


def trim(text: str, chars: Optional[Iterable[str]] = None) -> str:
    """Take white space or some characters off both ends."""
    return text.strip("".join(chars or ()) or SPACES)


def trim_start(text: str, chars: Optional[Iterable[str]] = None) -> str:
    """Take white space or some characters off the start."""
    return text.lstrip("".join(chars or ()) or SPACES)


def trim_end(text: str, chars: Optional[Iterable[str]] = None) -> str:
    """Take white space or some characters off the end."""
    return text.rstrip("".join(chars or ()) or SPACES)


def split(text: str, separators: Any, *how: Any) -> Array:
    """Split at a character, a string or any of several, at white space when there are none.

    how: the most pieces wanted, and StringSplitOptions.
    """
    if isinstance(separators, str):
        separators = [separators]
    flags = next((h.number for h in how if isinstance(h, Enumeration)), 0)
    count = next((h for h in how if isinstance(h, int)), _ALL)
    _not_negative("count", count)
    remove, cut = flags & 1, (lambda piece: piece.strip(SPACES)) if flags & 2 else str
    sought = sorted((s for s in separators or () if s), key=len, reverse=True)
    pieces: list[str] = []
    rest = 0
    for start, end, after in paced(_cuts(text, sought)):
        piece = cut(text[start:end])
        if len(pieces) + 1 >= count and (piece or not remove):
            break
        if piece or not remove:
            pieces.append(piece)
        rest = after
    if count and (cut(text[rest:]) or not remove):
        pieces.append(cut(text[rest:]))
    return strings(gathered(pieces))


def _cuts(text: str, separators: list[str]) -> Iterator[tuple[int, int, int]]:
    """Yield where each piece before a separator starts and ends, and where the next may start."""
    cutting = re.compile("|".join(map(re.escape, separators)) if separators else f"[{SPACES}]")
    start = 0
    for found in cutting.finditer(text):
        yield start, found.start(), found.end()
        start = found.end()


def pad_left(run: Run, text: str, width: int, char: str = " ") -> str:
    """Fill up on the left."""
    _not_negative("totalWidth", width)
    run.charge(max(width - len(text), 0))
    return text.rjust(width, char)


def pad_right(run: Run, text: str, width: int, char: str = " ") -> str:
    """Fill up on the right."""
    _not_negative("totalWidth", width)
    run.charge(max(width - len(text), 0))
    return text.ljust(width, char)


def insert(text: str, index: int, value: str) -> str:
    """Put a string in."""
    _not_negative("startIndex", index)
    if index > len(text):
        message = f"startIndex ('{index}') must be less than or equal to '{len(text)}'."
        raise out_of_range(message, "startIndex", index)
    return text[:index] + value + text[index:]


def remove(text: str, start: int, count: Optional[int] = None) -> str:
    """Take a part out, to the end when no count is given."""
    _not_negative("startIndex", start)
    if count is None:
        if start > len(text):
            raise out_of_range("startIndex cannot be larger than length of string.", "startIndex")
        return text[:start]
    _not_negative("count", count)
    if start + count > len(text):
        raise out_of_range("Index and count must refer to a location within the string.", "count")
    return text[:start] + text[start + count :]


def repeat(run: Run, char: str, count: int) -> str:
    """Return a character so many times."""
    _not_negative("count", count)
    run.charge(count)
    return str(char) * count


def concat(run: Run, items: Iterable[Any]) -> str:
    """Return the texts of all items as one."""
    return join(run, "", items)


def join(
    run: Run, separator: Optional[str], items: Any, start: int = 0, count: Optional[int] = None
) -> str:
    """Return the texts of all items (or so many of them) with a separator between."""
    if count is not None:
        if start < 0 or count < 0 or start + count > len(items):
            raise index_out_of_range()
        items = list(items)[start : start + count]
    parts = [text_of(run, item) for item in walk(items)]
    run.charge(len(separator or "") * len(parts))
    return (separator or "").join(parts)


def compare(a: Optional[str], b: Optional[str], how: Any = None) -> int:
    """Compare two strings as told: by a comparison, or ignoring case or not."""
    if isinstance(how, Enumeration):
        return casing.compare(a, b, enum_text(how))
    return casing.compare(a, b, "CurrentCultureIgnoreCase" if how else "CurrentCulture")


def compare_to(a: str, b: Any) -> int:
    """Compare with another string, which any object may turn out to be."""
    if b is not None and not isinstance(b, str):
        raise argument("Object must be of type String.")
    return casing.compare(a, b)
