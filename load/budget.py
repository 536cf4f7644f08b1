"""How many requests a run may send, and what they cost, told before the first of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from lab_utils.errors import ConfigError

MOST = 200  # requests to a model that costs something, unless more are allowed
PROMPT_TOKENS = 30  # of the question, with what the service adds
SECONDS_PER_TOKEN = 0.02  # a guess for what the run will need; models write 30 to 100 a second


@dataclass(frozen=True)
class Budget:
    """Hold the size of a run: users, seconds, output tokens of an answer, most requests."""

    users: int
    seconds: int
    tokens: int
    most: Optional[int] = None

    @property
    def expected(self) -> int:
        """Return how many requests the run will send, each user one after the other."""
        each = max(1.0, self.tokens * SECONDS_PER_TOKEN)
        return max(self.users, round(self.users * self.seconds / each))

    @property
    def capacity(self) -> int:
        """Return the tokens a minute that the run asks of the model."""
        a_minute = self.expected * 60 / max(self.seconds, 1)
        return round(a_minute * (self.tokens + PROMPT_TOKENS))


def limit(budget: Budget, target: str) -> Optional[int]:
    """Return after how many requests the run stops, None where none costs anything.

    Raises ConfigError where it would need more than it may.
    """
    if target == "local":
        return budget.most
    most = MOST if budget.most is None else budget.most
    if budget.expected > most:
        raise ConfigError(
            f"this run would send some {budget.expected:,} requests to a model that may cost "
            f"money, and {most:,} are allowed: give fewer --users or --seconds, or "
            f"--most-requests {budget.expected}"
        )
    return most


def cost(budget: Budget, target: str) -> str:
    """Return in words what the run costs, before it starts."""
    if target == "local":
        return "target local: costs nothing"
    requests = budget.expected
    return (
        f"target {target}: some {requests:,} requests, {requests * PROMPT_TOKENS:,} input and at "
        f"most {requests * budget.tokens:,} output tokens, at the price of your model "
        "(https://azure.microsoft.com/pricing/details/cognitive-services/openai-service/); it "
        f"needs {budget.capacity:,} tokens a minute, else 429 is what it measures"
    )
