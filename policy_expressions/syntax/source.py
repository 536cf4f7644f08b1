"""The text that is compiled, and where in it something stands."""

from __future__ import annotations

from bisect import bisect_right
from typing import Optional, TypeVar

from policy_expressions.errors import ExpressionError

Refusal = TypeVar("Refusal", bound=ExpressionError)


class Source:
    """A text; start and end bound the C# in it, offsets count from the beginning of the text."""

    __slots__ = ("_lines", "end", "start", "text")
    is_implied = False  # whether the text is what a clause of a query stands for

    def __init__(self, text: str, start: int = 0, end: Optional[int] = None) -> None:
        self.text = text
        self.start = start
        self.end = len(text) if end is None else end
        self._lines: list[int] = []

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1."""
        if not self._lines:
            self._lines = [0, *(i + 1 for i, char in enumerate(self.text) if char == "\n")]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def at(self, offset: int, refusal: Refusal) -> Refusal:
        """Return the refusal with its place, unless it has one already."""
        if not refusal.line:
            refusal.line, refusal.column = self.position(offset)
        return refusal
