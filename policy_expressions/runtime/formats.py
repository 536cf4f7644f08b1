"""Format strings: `string.Format`, the holes of `$""`, and `ToString(format)` of any value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from policy_expressions.errors import bad_format
from policy_expressions.runtime.abilities import Boxed
from policy_expressions.runtime.date_format import format_date, format_span
from policy_expressions.runtime.dates import DateTime, DateTimeOffset, TimeSpan
from policy_expressions.runtime.guids import format_guid
from policy_expressions.runtime.number_format import format_number
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import Enumeration

_ITEM = re.compile(r"\{\s*(\d{1,7})\s*(?:,\s*(-?\d{1,7})\s*)?(?::([^{}]*))?\}", re.ASCII)
_OUTSIDE = (
    "Index (zero based) must be greater than or equal to zero and less than the size of the "
    "argument list."
)


def pad(run: Run, text: str, width: int) -> str:
    """Align to the right in so many characters, to the left when the width is negative."""
    if abs(width) > len(text):
        run.charge(abs(width))
    return text.rjust(width) if width >= 0 else text.ljust(-width)


def format_value(run: Run, value: Any, form: str) -> str:
    """Return the text of a value in a format; values that know none give their text."""
    if not form or value is None or isinstance(value, (str, bool)):
        return text_of(run, value)
    if isinstance(value, (int, float, Decimal)):
        return format_number(value, form)
    if isinstance(value, (DateTime, DateTimeOffset)):
        return format_date(value, form)
    if isinstance(value, TimeSpan):
        return format_span(value, form)
    if isinstance(value, UUID):
        return format_guid(value, form)
    if isinstance(value, Enumeration) and form in "dDxX":
        return str(value.number) if form in "dD" else f"{value.number:08X}"
    if isinstance(value, Boxed):
        return format_value(run, value.value, form)
    return text_of(run, value)


def format_items(run: Run, form: str, items: Sequence[Any]) -> str:
    """Return what `string.Format` gives. Raises a FormatException for a bad format."""
    parts, position = [], 0
    while position < len(form):
        char = form[position]
        if char in "{}" and form[position : position + 2] == char * 2:
            parts.append(char)
            position += 2
        elif char == "{":
            item = _ITEM.match(form, position)
            if item is None:
                raise _bad_item(form, position)
            if int(item.group(1)) >= len(items):
                raise bad_format(_OUTSIDE)
            text = format_value(run, items[int(item.group(1))], item.group(3) or "")
            parts.append(pad(run, text, int(item.group(2) or 0)))
            position = item.end()
        elif char == "}":
            raise bad_format(f"{_AT} {position + 1}. Format item ends prematurely.")
        else:
            end = min(
                (i for i in (form.find(b, position) for b in "{}") if i >= 0), default=len(form)
            )
            parts.append(form[position:end])
            position = end
    return run.weigh("".join(parts))  # type: ignore[no-any-return]


_AT = "Input string was not in a correct format. Failure to parse near offset"


def _bad_item(form: str, position: int) -> Exception:
    rest = re.compile(r"\{\s*\d*\s*", re.ASCII).match(form, position)
    end = rest.end() if rest else position + 1
    if form[position + 1 : position + 2].isdigit() or position + 1 == len(form):
        if end == len(form):
            return bad_format(f"{_AT} {end}. Format item ends prematurely.")
        return bad_format(f"{_AT} {end + 1}. Format item ends prematurely.")
    return bad_format(f"{_AT} {position + 1}. Expected an ASCII digit.")
