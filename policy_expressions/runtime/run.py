"""One evaluation: what it may see and how much time and memory it may still use."""

from __future__ import annotations

import time
from typing import Any

from policy_expressions.context import Context
from policy_expressions.errors import Exceeded
from policy_expressions.types.library import Library

SMALL = 4096  # results up to this size are not counted


class Run:
    """The state of one evaluation, held in the first slot of every frame.

    Limits, from `context.limits`: seconds of wall time (APIM stops after 5) and the sum of the
    sizes of all long strings and collections made.
    """

    __slots__ = ("context", "deadline", "left", "library", "newline", "seconds")

    def __init__(self, context: Context, library: Library) -> None:
        self.context = context
        self.library = library
        self.newline = context.switches.newline
        self.seconds = context.limits.seconds
        self.deadline = time.monotonic() + self.seconds
        self.left = context.limits.characters

    def step(self) -> None:
        """Count one loop or call. Raises Exceeded when the time is up."""
        if time.monotonic() > self.deadline:
            raise Exceeded("Timeout", f"longer than {self.seconds:g} s")

    def time_left(self) -> float:
        """Return the seconds left, at least a hundredth."""
        return max(0.01, self.deadline - time.monotonic())

    def charge(self, size: int) -> None:
        """Count the making of something of that size. Raises Exceeded when it is too much."""
        self.left -= size
        if self.left < 0:
            message = "Insufficient memory to continue the execution of the program."
            raise Exceeded("System.OutOfMemoryException", message)

    def weigh(self, value: Any) -> Any:
        """Count a value if it is long, and return it."""
        if hasattr(value, "__len__"):
            size = len(value)
            if size > SMALL:
                self.charge(size)
        return value
