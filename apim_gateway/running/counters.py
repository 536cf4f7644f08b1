"""What limits count: sliding windows, fixed periods and calls that run side by side.

Source: the rate-limit-by-key, quota-by-key and llm-token-limit policies.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

Clock = Callable[[], float]
MINUTE = 60.0


class Window:
    """Sum what was added in the last `seconds`."""

    def __init__(self) -> None:
        self._entries: deque[tuple[float, int]] = deque()

    def add(self, now: float, amount: int) -> None:
        """Count `amount` at the time `now`."""
        self._entries.append((now, amount))

    def total(self, now: float, seconds: float) -> int:
        """Return the sum of the last `seconds`."""
        while self._entries and self._entries[0][0] <= now - seconds:
            self._entries.popleft()
        return sum(amount for _, amount in self._entries)

    def wait(self, now: float, seconds: float, room: int) -> int:
        """Return the whole seconds, 1 at least, until the sum is `room` or less."""
        total = self.total(now, seconds)
        for moment, amount in self._entries:
            total -= amount
            if total <= room:
                return max(1, math.ceil(moment + seconds - now))
        return max(1, math.ceil(seconds))


class Period:
    """Sum what was added since a fixed period began."""

    def __init__(self) -> None:
        self.total = 0
        self._start = -math.inf

    def enter(self, start: float) -> None:
        """Begin at zero if `start` is a new period's."""
        if start != self._start:
            self._start, self.total = start, 0

    def add(self, amount: int) -> None:
        """Count `amount`."""
        self.total += amount


class Counters:
    """Hold the counters of one gateway by their keys; times are Unix seconds."""

    def __init__(self, clock: Clock = time.time) -> None:
        self.clock = clock
        self.windows: defaultdict[str, Window] = defaultdict(Window)
        self.periods: defaultdict[str, Period] = defaultdict(Period)
        self.running: defaultdict[str, int] = defaultdict(int)


def period(now: float, seconds: int, first: float) -> tuple[float, float]:
    """Return when the fixed period around `now` began and when it ends; 0 seconds: never."""
    if seconds == 0:
        return first, math.inf
    start = first + (now - first) // seconds * seconds
    return start, start + seconds


def calendar(now: float, name: str) -> tuple[float, float]:
    """Return when the UTC hour, day, week, month or year around `now` began and when it ends."""
    moment = datetime.fromtimestamp(now, timezone.utc).replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0)
    month = day.replace(day=1)
    year = month.replace(month=1)
    week = day - timedelta(days=day.weekday())
    start, end = {
        "Hourly": (moment, moment + timedelta(hours=1)),
        "Daily": (day, day + timedelta(days=1)),
        "Weekly": (week, week + timedelta(days=7)),
        "Monthly": (month, (month + timedelta(days=31)).replace(day=1)),
        "Yearly": (year, year.replace(year=year.year + 1)),
    }[name]
    return start.timestamp(), end.timestamp()
