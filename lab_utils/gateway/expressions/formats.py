"""Format strings: `string.Format`, the holes of `$""`, and `ToString(format)` of any value."""

from __future__ import annotations

from typing import Any

from lab_utils.gateway.expressions.run import Run
from lab_utils.gateway.expressions.texts import text_of


def pad(run: Run, text: str, width: int) -> str:
    """Align to the right in so many characters, to the left when the width is negative."""
    if abs(width) > len(text):
        run.charge(abs(width))
    return text.rjust(width) if width >= 0 else text.ljust(-width)


def format_value(run: Run, value: Any, form: str) -> str:
    """Return the text of a value in a format; values that know none give their text."""
    return text_of(run, value)
