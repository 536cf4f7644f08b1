"""How much time and memory an evaluation may still use, also for code that is not told of its run.

What walks or makes something long asks for the meter of the evaluation that runs in this thread;
outside of any, as for constants, there is nothing to count.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Iterator, Sized
from typing import Any, Optional

from policy_expressions.context import Limits
from policy_expressions.errors import Exceeded

SMALL = 4096  # results up to this size are not counted
REFERENCE = 4  # characters, of 2 bytes each, that an item of a collection takes


class Meter:
    """Count down seconds of wall time, and characters of all long texts and collections made."""

    __slots__ = ("deadline", "left", "seconds")

    def __init__(self, limits: Limits) -> None:
        self.seconds = limits.seconds
        self.deadline = time.monotonic() + self.seconds
        self.left = limits.characters

    def step(self) -> None:
        """Count one loop or call. Raises Exceeded when the time is up."""
        if time.monotonic() > self.deadline:
            raise self.timeout()

    def timeout(self) -> Exceeded:
        """Return the failure of an evaluation whose time is up."""
        return Exceeded("Timeout", f"longer than {self.seconds:g} s")

    def time_left(self) -> float:
        """Return the seconds left, at least a hundredth."""
        return max(0.01, self.deadline - time.monotonic())

    def charge(self, size: int) -> None:
        """Count the making of something of that size. Raises Exceeded when it is too much."""
        self.make_room(size)
        self.left -= size

    def make_room(self, size: int) -> None:
        """See whether something of that size may be made. Raises Exceeded when it may not."""
        if size > self.left:
            message = "Insufficient memory to continue the execution of the program."
            raise Exceeded("System.OutOfMemoryException", message)

    def weigh(self, value: Any) -> Any:
        """Count a value if it is long, and return it."""
        if isinstance(value, Sized):
            size = len(value)
            if size > SMALL:
                self.charge(size if isinstance(value, (str, bytearray)) else size * REFERENCE)
        return value


class _Held(threading.local):
    meter: Optional[Meter] = None


_held = _Held()


def current() -> Meter:
    """Return the meter of the evaluation that runs in this thread, a fresh one outside of any."""
    return _held.meter or Meter(Limits())


class Metered:
    """Make a meter the current one for a while; a generator would cost each evaluation more."""

    __slots__ = ("_before", "_meter")

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def __enter__(self) -> None:
        self._before, _held.meter = _held.meter, self._meter

    def __exit__(self, *error: object) -> None:
        _held.meter = self._before


def step() -> None:
    """Count one step of the evaluation that runs. Raises Exceeded when its time is up."""
    if _held.meter is not None:
        _held.meter.step()


def paced(items: Iterable[Any]) -> Iterator[Any]:
    """Walk what may be long, looking at the time now and then. Raises Exceeded."""
    for number, item in enumerate(items):
        if not number % SMALL:
            step()
        yield item


def gathered(items: Iterable[Any]) -> list[Any]:
    """Return the items as a list, if there is room for it. Raises Exceeded.

    It is not counted: whoever returns it does that.
    """
    meter, walked = _held.meter, iter(items)
    found = list(itertools.islice(walked, SMALL))
    while some := list(itertools.islice(walked, SMALL)):
        found += some
        if meter is not None:
            meter.step()
            meter.make_room(len(found) * REFERENCE)
    return found
