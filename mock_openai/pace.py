"""When each event is sent: time to first token, then an even pace with a little jitter."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import wire
from .wire import Event


@dataclass(frozen=True)
class Pace:
    """Hold the time to the first token and the mean time per later token, in seconds."""

    ttft: float
    tpot: float

    def total(self, tokens: int) -> float:
        """Return the seconds that an answer of `tokens` tokens takes as a whole."""
        return self.ttft + self.tpot * max(tokens - 1, 0)


DEFAULT = Pace(0.3, 0.02)


def paced(events: Iterable[Event], pace: Pace, rng: random.Random) -> Iterator[Event]:
    """Give each event the silence before it.

    The verdict on the prompt comes after a quarter of the time to the first token, as it does
    in Azure; the model opens its answer one token's time before the first text. Tokens nobody
    sees (reasoning) take as long as those one sees.
    """
    left = pace.ttft  # of the time to the first token
    for event in events:
        if event.kind == wire.PROMPT_FILTER:
            wait = pace.ttft / 4
            left -= wait
        elif event.kind == wire.ROLE:
            wait = max(left - pace.tpot, 0) + event.tokens * pace.tpot
            left = min(left, pace.tpot)
        elif event.tokens and left:
            wait, left = left, 0.0
        elif event.tokens or event.kind == wire.FINISH:
            wait = max(event.tokens, 1) * pace.tpot * rng.uniform(0.6, 1.4)
        else:
            wait = 0.0
        yield Event(event.kind, event.data, event.tokens, wait)
