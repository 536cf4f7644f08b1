"""One mock: what it was started with, and what it remembers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Optional

from .deployments import Deployments
from .limits import Limits
from .log import StreamLog
from .memory import Memory
from .pace import DEFAULT, Pace
from .script import Script

KEPT = 1000  # calls that are remembered
ANY = Deployments({}, anything=True)


@dataclass
class Mock:
    """Hold a region with its pace, seed, deployments and limits per minute of each."""

    region: str = "local"
    pace: Pace = DEFAULT
    seed: int = 0
    deployments: Deployments = ANY
    requests_per_minute: Optional[int] = None
    tokens_per_minute: Optional[int] = None
    log: StreamLog = field(default_factory=StreamLog)
    memory: Memory = field(default_factory=Memory)
    script: Script = field(default_factory=Script)
    asked: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    calls: int = 0
    _limits: dict[str, Limits] = field(default_factory=dict)

    def limits_of(self, deployment: str) -> Limits:
        """Return the limits of a deployment."""
        if deployment not in self._limits:
            limits = Limits(self.requests_per_minute, self.tokens_per_minute)
            self._limits[deployment] = limits
        return self._limits[deployment]
