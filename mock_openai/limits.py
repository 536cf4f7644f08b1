"""Rate limits of a deployment: requests and tokens per minute, and the headers that count them.

Each limit is a bucket that drains evenly and is empty after a minute. That fits what was recorded:
with 120 requests a minute, `x-ratelimit-reset-requests` is 500 milliseconds after the first.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Callable, Optional

from .errors import RefusedError

PERIOD = 60  # seconds

# What the headers count down from where nobody has set a limit; then none is enforced.
NOMINAL = {"requests": 2_500, "tokens": 250_000}


@dataclass
class Bucket:
    """Hold how much of a limit is used, as of `at` seconds on the clock."""

    limit: int
    used: float = 0.0
    at: float = 0.0

    def drain(self, now: float) -> None:
        """Let go what time has made free."""
        self.used = max(self.used - (now - self.at) * self.limit / PERIOD, 0.0)
        self.at = now

    def wait(self, cost: int) -> float:
        """Return the seconds until `cost` fits in; what exceeds the limit fits when all is free."""
        return (self.used + min(cost, self.limit) - self.limit) * PERIOD / self.limit

    @property
    def remaining(self) -> int:
        """Return how much is free."""
        return max(math.floor(self.limit - self.used), 0)

    @property
    def reset(self) -> int:
        """Return the milliseconds until all is free."""
        return round(self.used * PERIOD * 1000 / self.limit)


class Limits:
    """Keep the limits of one deployment, in requests and tokens per minute."""

    def __init__(
        self,
        requests: Optional[int] = None,
        tokens: Optional[int] = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        limits = {"requests": requests, "tokens": tokens}
        self._enforced = [name for name, limit in limits.items() if limit is not None]
        self._buckets = {name: Bucket(limit or NOMINAL[name]) for name, limit in limits.items()}

    def take(self, tokens: int) -> None:
        """Charge one request of `tokens` tokens, or raise RefusedError and charge nothing."""
        costs = {"requests": 1, "tokens": tokens}
        now = self._clock()
        for name, bucket in self._buckets.items():
            bucket.drain(now)
            wait = bucket.wait(costs[name])
            if name in self._enforced and wait > _ROUNDING:
                raise throttled(_LIMITS[name], math.ceil(wait - _ROUNDING))
        for name, bucket in self._buckets.items():
            bucket.used += costs[name]

    def headers(self) -> dict[str, str]:
        """Return the headers that tell what is left."""
        told = {"x-ratelimit-abusepenalty-active": "False"}
        for name, bucket in self._buckets.items():
            bucket.drain(self._clock())
            told[f"x-ratelimit-limit-{name}"] = str(bucket.limit)
            told[f"x-ratelimit-remaining-{name}"] = str(bucket.remaining)
            told[f"x-ratelimit-renewalperiod-{name}"] = str(PERIOD)
            told[f"x-ratelimit-reset-{name}"] = str(bucket.reset)
        return told


_LIMITS = {"requests": "call", "tokens": "token"}  # as Azure's messages call them
_ROUNDING = 1e-6  # seconds


def throttled(
    limit: str, seconds: Optional[int], milliseconds: Optional[int] = None
) -> RefusedError:
    """Return the 429 of a limit, `call` or `token`; None leaves out its header."""
    headers = {"policy-id": f"DeploymentRatelimit-{limit.title()}"}
    if seconds is not None:
        headers["Retry-After"] = str(seconds)
    if milliseconds is not None:
        headers["retry-after-ms"] = str(milliseconds)
    told = PERIOD if seconds is None else seconds
    return RefusedError("throttled", headers, limit=limit, seconds=str(told))
