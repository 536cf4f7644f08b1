"""Time, as what waits for Azure sees it: tests bring a clock of their own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Callable

from local_processes import waiting

BREATH = 60.0  # seconds: nothing is waited for longer than this without a line


class Clock:
    """Tell the seconds since some moment, and wait."""

    def now(self) -> float:
        """Return seconds that only ever grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        waiting.sleep(seconds)


def passed(seconds: float) -> str:
    """Return a duration to read: `40 s`, `12 min`."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


@contextmanager
def breathing(say: Callable[[str], None], what: str, every: float = BREATH) -> Iterator[None]:
    """Say a line every `every` seconds while the block, which waits by itself, runs."""
    over, started = threading.Event(), time.monotonic()

    def breathe() -> None:
        while not over.wait(every):
            say(f"{what}: still waiting, {passed(time.monotonic() - started)} so far")

    thread = threading.Thread(target=breathe, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
