"""What a run found, as a table: read from Locust's own statistics, of all workers together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# What the locustfile reports: the type of the event in Locust, and the names of times.
STREAM, GOODPUT, REGION, OUTCOME, REASON = "stream", "goodput", "region", "outcome", "reason"
FIRST_TOKEN = "time to first token, ms"
GAP = "inter-token latency, ms"
WHOLE = "end to end, ms"
SPEED = "tokens/s of a stream"
GOOD = "within the limits"
PERCENTS = (50, 90, 99)


@dataclass(frozen=True)
class Summary:
    """Hold a run: how often each value of a time was seen, how many answers were what."""

    seconds: float
    times: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    tokens: int = 0  # of whole answers
    good: int = 0  # kept the limits
    outcomes: Mapping[str, int] = field(default_factory=dict)
    regions: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)  # of those that are not whole

    @property
    def answers(self) -> int:
        """Return how many requests ended, however they did."""
        return sum(self.outcomes.values())

    def table(self) -> str:
        """Return it as text."""
        lines = [f"{'':28}" + "".join(f"{f'p{percent}':>10}" for percent in PERCENTS)]
        for name in (FIRST_TOKEN, GAP, WHOLE, SPEED):
            counts = self.times.get(name)
            if counts:
                found = (percentile(counts, percent) for percent in PERCENTS)
                lines.append(f"{name:28}" + "".join(f"{value:10,}" for value in found))
        lines += [
            "",
            f"answers  {self.answers:,} in {self.seconds:.0f} s, {self._a_second(self.answers)}",
            f"tokens   {self.tokens:,} of whole answers, {self._a_second(self.tokens)}",
            f"goodput  {self.good:,} answers kept the limits, {self._a_second(self.good)}",
            f"ended    {_told(self.outcomes)}",
            f"regions  {_told(self.regions)}",
            *(f"  {count:,} x {reason}" for reason, count in sorted(self.reasons.items())),
        ]
        return "\n".join(lines)

    def _a_second(self, count: int) -> str:
        return f"{count / self.seconds:,.1f} a second" if self.seconds > 0 else "no time passed"


def summary(entries: Iterable[Mapping[str, Any]], seconds: float) -> Summary:
    """Return the summary of Locust's entries, as its statistics serialize them."""
    times: dict[str, Mapping[int, int]] = {}
    counts: dict[str, Counter[str]] = {
        kind: Counter() for kind in (GOODPUT, REGION, OUTCOME, REASON)
    }
    tokens = 0
    for entry in entries:
        kind, name = entry["method"], entry["name"]
        if kind == STREAM:
            times[name] = {int(value): count for value, count in entry["response_times"].items()}
            tokens += entry["total_content_length"] if name == WHOLE else 0
        elif kind in counts:
            counts[kind][name] += entry["num_requests"]
    return Summary(
        seconds,
        times,
        tokens,
        counts[GOODPUT][GOOD],
        counts[OUTCOME],
        counts[REGION],
        counts[REASON],
    )


def percentile(counts: Mapping[int, int], percent: float) -> int:
    """Return the least value that so many percent of all do not exceed."""
    wanted = sum(counts.values()) * percent / 100
    below = 0
    for value in sorted(counts):
        below += counts[value]
        if below >= wanted:
            return value
    raise ValueError("no values")


def _told(counts: Mapping[str, int]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered) or "none"
