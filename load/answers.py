"""What one streamed answer under load came to: how it ended, its times, whether they were good.

Time to first token, inter-token latency and time per output token are as `lab_utils.stream` defines
them. Goodput counts, as AIPerf does, the answers that kept every limit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from stream_probe.arrival import Arrival

WHOLE, REFUSED_429, REFUSED, DROPPED = "whole", "429", "refused", "dropped"
DONE = b"data: [DONE]"
REGION = "x-ms-region"


@dataclass(frozen=True)
class Limits:
    """Hold what an answer must keep to be a good one, in milliseconds."""

    first_token: float
    per_token: float


@dataclass(frozen=True)
class Answer:
    """Hold one answer; times in milliseconds, None where there is none."""

    outcome: str
    why: str  # nothing where it is whole
    region: str
    first_token: Optional[float]
    gaps: tuple[float, ...]
    whole: float
    tokens: int

    @property
    def per_token(self) -> Optional[float]:
        """Return the mean time of a token after the first one."""
        return sum(self.gaps) / (self.tokens - 1) if self.gaps and self.tokens > 1 else None

    @property
    def tokens_per_second(self) -> Optional[float]:
        """Return the speed after the first token."""
        return 1000 / self.per_token if self.per_token else None

    def keeps(self, limits: Limits) -> bool:
        """Tell whether it is whole and within the limits."""
        return (
            self.outcome == WHOLE
            and self.first_token is not None
            and self.first_token <= limits.first_token
            and (self.per_token or 0.0) <= limits.per_token
        )


def answer(arrival: Arrival, region: str = "") -> Answer:
    """Return what an arrival came to."""
    outcome, why = _outcome(arrival)
    texts = [event.at * 1000 for event in arrival.texts]
    return Answer(
        outcome,
        why,
        region or "unknown",
        texts[0] if texts else None,
        tuple(b - a for a, b in zip(texts, texts[1:])),
        arrival.ended_at * 1000,
        arrival.tokens if arrival.tokens is not None else len(texts),
    )


def nobody(why: str, seconds: float) -> Answer:
    """Return what a request came to that nobody answered."""
    return Answer(DROPPED, why, "unknown", None, (), seconds * 1000, 0)


def _outcome(arrival: Arrival) -> tuple[str, str]:
    if arrival.status == 429:
        return REFUSED_429, "429: the model's limit, or a policy's"
    if arrival.status != 200:
        return REFUSED, f"status {arrival.status}"
    if arrival.ending:
        return DROPPED, f"the stream ended early: {arrival.ending}"
    if not arrival.is_stream:
        return REFUSED, "the answer is no stream"
    if DONE not in arrival.body[-256:]:
        return DROPPED, "the stream ended without [DONE]"
    return WHOLE, ""
