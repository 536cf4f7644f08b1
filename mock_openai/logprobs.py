"""How sure the model says it was of each token."""

from __future__ import annotations

import random
from collections.abc import Iterable

from .wire import Json, encode

_OTHERS = (" the", " a", ",", " and", ".", " of", " to", " in", " it", "\n")


def entries(tokens: Iterable[str], top: int, rng: random.Random) -> list[Json]:
    """Return one entry per token, with its `top` most likely alternatives, itself the first."""
    return [_entry(token, top, rng) for token in tokens]


def _entry(token: str, top: int, rng: random.Random) -> Json:
    likely = round(-rng.expovariate(4), 7)
    others = [other for other in (*_OTHERS, *map(str, range(top))) if other != token]
    listed = [_rated(token, likely)]
    for other in others[: max(top - 1, 0)]:
        listed.append(_rated(other, round(listed[-1]["logprob"] - rng.expovariate(1), 7)))
    return {**_rated(token, likely), "top_logprobs": listed[:top]}


def _rated(token: str, logprob: float) -> Json:
    return {"bytes": list(encode(token)), "logprob": logprob, "token": token}
