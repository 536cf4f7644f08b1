"""A clock that no test waits for."""

from __future__ import annotations

from typing import Callable

from azure_resources.clock import Clock


class FakeClock(Clock):
    """Let no real time pass; Azure's moves on with each question."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.pauses = 0
        self.on_pause: Callable[[], None] = lambda: None

    def now(self) -> float:
        """Return what was slept."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Count the pause."""
        self.seconds += seconds
        self.pauses += 1
        assert self.pauses < 400, "waits for ever"
        self.on_pause()
