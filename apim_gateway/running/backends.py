"""Backends, pools and circuit breakers.

Source: https://learn.microsoft.com/azure/api-management/backends. A pool takes the first group
of equal priority that has a member whose circuit is closed, and spreads by weight within it. The
request that trips a breaker is not rescued; a policy's `retry` does that.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Callable, Optional, Union
from urllib.parse import urlsplit

Clock = Callable[[], float]


@dataclass(frozen=True)
class BreakerRule:
    """Hold a circuit breaker rule; times in seconds, `errors` are reasons of `context.LastError`.

    Source: `Microsoft.ApiManagement/service/backends`, `circuitBreaker.rules`.
    """

    count: Optional[int]
    percentage: Optional[float]
    interval: float
    trip_duration: float
    ranges: tuple[tuple[int, int], ...]
    errors: tuple[str, ...]
    accept_retry_after: bool


class UnavailableError(Exception):
    """Say that no backend may be called now; `retry_after` in seconds, rounded up by the caller."""

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Breaker:
    """Count a backend's failures and open its circuit by one rule; without a rule never."""

    def __init__(self, rule: Optional[BreakerRule], clock: Clock = time.monotonic) -> None:
        self._rule = rule
        self._clock = clock
        self._outcomes: deque[tuple[float, bool]] = deque()
        self._open_until = 0.0

    def remaining(self) -> float:
        """Return the seconds until the circuit closes; 0 when it is closed."""
        return max(0.0, self._open_until - self._clock())

    def record(self, status: int, error: str = "", retry_after: Optional[float] = None) -> None:
        """Count one outcome: the status sent, or the `error` reason with the status it became."""
        rule = self._rule
        if rule is None or self.remaining():
            return
        failed = error in rule.errors or any(low <= status <= high for low, high in rule.ranges)
        now = self._clock()
        self._outcomes.append((now, failed))
        while self._outcomes[0][0] <= now - rule.interval:
            self._outcomes.popleft()
        if failed and self._tripped(rule):
            use_header = rule.accept_retry_after and retry_after is not None
            self._open_until = now + (retry_after if use_header else rule.trip_duration)  # type: ignore[operator]
            self._outcomes.clear()

    def _tripped(self, rule: BreakerRule) -> bool:
        failures = sum(failed for _, failed in self._outcomes)
        if rule.count is not None:
            return failures >= rule.count
        return failures * 100 >= (rule.percentage or 0) * len(self._outcomes)


@dataclass
class Backend:
    """Hold one server: `url` without a slash at the end, and what is sent to it as credentials."""

    name: str
    url: str
    breaker: Breaker = field(default_factory=lambda: Breaker(None))
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    query: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    entity: bool = True  # a policy may name it; the servers of base-url and service URLs have none

    def pick(self, session: str = "") -> Backend:
        """Return this backend. Raises UnavailableError while its circuit is open."""
        wait = self.breaker.remaining()
        if wait:
            raise UnavailableError(f"Backend {self.name} is temporarily unavailable", wait)
        return self


@dataclass
class Member:
    """Hold a backend's place in a pool: lower priorities first, then shares by weight."""

    backend: Backend
    priority: int = 1
    weight: int = 1
    credit: int = 0


class Pool:
    """Spread requests over members, by smooth weighted round robin within one priority.

    With a `cookie`, those who bring back the name of a member in it stay with that member.
    """

    def __init__(self, name: str, members: Sequence[Member], cookie: str = "") -> None:
        self.name, self.cookie = name, cookie
        self.members = tuple(sorted(members, key=lambda member: member.priority))
        self.url = self.members[0].backend.url  # what a request shows until a member is picked

    def pick(self, session: str = "") -> Backend:
        """Return the next backend, or that of a session while its circuit is closed.

        Raises UnavailableError when every circuit is open.
        """
        closed = [member for member in self.members if not member.backend.breaker.remaining()]
        if not closed:
            wait = min(member.backend.breaker.remaining() for member in self.members)
            raise UnavailableError(f"Backend pool {self.name} is temporarily unavailable", wait)
        for member in closed:
            if session and member.backend.name == session:
                return member.backend
        group = [member for member in closed if member.priority == closed[0].priority]
        for member in group:
            member.credit += member.weight
        chosen = max(group, key=lambda member: member.credit)
        chosen.credit -= sum(member.weight for member in group)
        return chosen.backend


Target = Union[Backend, Pool]


def is_address(url: str) -> bool:
    """Tell whether a text is the address of an HTTP server."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, a bracket too many
        return False
