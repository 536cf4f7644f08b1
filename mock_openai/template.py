"""An event that is written once, but for the places in which the next one of its kind differs.

JSON is most of what an event costs; of the events of a stream only a few characters change.
"""

from __future__ import annotations

from . import wire
from .wire import Json

HOLE = "\0hole"  # stands in a payload for a value that changes
_WRITTEN = wire.compact(HOLE)


class Template:
    """Hold the text of an event around its holes."""

    def __init__(self, payload: Json, name: str = "") -> None:
        self._around = wire.framed(payload, name).split(_WRITTEN)

    def filled(self, *values: str) -> bytes:
        """Return the event with these values, each of which is JSON, in its holes in their order.

        Raises ValueError where holes and values are not as many.
        """
        first, *others = self._around
        pieces = [first]
        for value, text in zip(values, others):
            pieces += (value, text)
        if len(values) != len(others):
            raise ValueError(f"{len(values)} values for {len(others)} holes")
        return wire.encode("".join(pieces))


def length(payload: Json) -> int:
    """Return the length in characters of a payload's JSON, without what is in its holes."""
    text = wire.compact(payload)
    return len(text) - text.count(_WRITTEN) * len(_WRITTEN)
