"""The internal cache: values and responses that expire."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


class Cache:
    """Keep values under names for some seconds, at most `most` of them: the oldest go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = 10_000) -> None:
        self._clock = clock
        self._most = most
        self._entries: dict[str, tuple[float, Any]] = {}

    def put(self, key: str, value: Any, seconds: float) -> None:
        """Keep `value` for `seconds`."""
        self._entries.pop(key, None)
        self._entries[key] = (self._clock() + seconds, value)
        while len(self._entries) > self._most:
            del self._entries[next(iter(self._entries))]

    def find(self, key: str) -> tuple[bool, Any]:
        """Return whether there is a value, and the value."""
        entry = self._entries.get(key)
        if entry is None:
            return False, None
        if entry[0] <= self._clock():
            del self._entries[key]
            return False, None
        return True, entry[1]

    def remove(self, key: str) -> None:
        """Forget the value, if there is one."""
        self._entries.pop(key, None)
