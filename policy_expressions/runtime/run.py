"""One evaluation: what it may see and how much time and memory it may still use."""

from __future__ import annotations

from policy_expressions.context import Context
from policy_expressions.runtime.meter import Meter
from policy_expressions.types.library import Library


class Run(Meter):
    """The state of one evaluation, held in the first slot of every frame.

    Limits, from `context.limits`: seconds of wall time (APIM stops after 5) and the sum of the
    sizes of all long strings and collections made.
    """

    __slots__ = ("context", "library", "newline")

    def __init__(self, context: Context, library: Library) -> None:
        super().__init__(context.limits)
        self.context = context
        self.library = library
        self.newline = context.switches.newline
