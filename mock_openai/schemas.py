"""Values that a JSON schema asks for: what the model writes where a schema binds it.

A value is made along the schema and then checked by a validator. Where it does not pass, because
the schema says in one place what it forbids in another, the next attempt takes other branches,
by chance but the same each time.
"""

from __future__ import annotations

import random
from typing import Any

from .budget import Budget, TooMuchError
from .sampler import Sampler
from .schema_merging import ImpossibleError

_ATTEMPTS = 100
_STEPS = 30_000  # of sampling and checking together: a part of a second
_NOTHING = "example"  # where a schema is none


def sample(schema: Any) -> Any:
    """Return a value that is valid for a schema, the same one each time.

    A schema that nothing satisfies, or that asks for more than a model could write, gets what
    comes near it.
    """
    from .schema_validation import fault, valid  # see there why not above

    if fault(schema):
        return _NOTHING
    budget = Budget(_STEPS)
    nearest: Any = _NOTHING
    for attempt in range(_ATTEMPTS):
        try:
            value = Sampler(schema, random.Random(attempt), attempt, budget).value()  # noqa: S311
            if not attempt:
                nearest = value
            if valid(value, schema, budget):
                return value
        except ImpossibleError:
            continue
        except (TooMuchError, RecursionError):
            break
    return nearest
