"""What an answer depends on beside its request."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .behaviour import Behaviour
from .memory import Memory
from .models import Model
from .pace import Pace
from .script import Scripted

NOTHING = Scripted()


@dataclass(frozen=True)
class Context:
    """Hold one call's surroundings; `created` is in seconds since 1970."""

    behaviour: Behaviour
    model: Model
    pace: Pace
    created: int
    rng: random.Random
    memory: Memory
    scripted: Scripted = NOTHING
