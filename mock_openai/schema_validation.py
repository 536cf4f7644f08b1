"""Whether a JSON schema is one, and whether a value is valid for it, within a limit of work.

Who imports this module imports jsonschema, which takes a second where JupyterLab has installed all
of its formats: the mock does so when the first schema comes, not when it starts.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any, Optional

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from . import patterns
from .budget import Budget

_LARGEST = 20_000  # values in a schema; OpenAI takes 5,000 properties


def fault(schema: Any) -> Optional[str]:
    """Return what is wrong with a schema, None if nothing is."""
    if not isinstance(schema, (dict, bool)):
        return f"{schema!r:.100} is not of type 'object', 'boolean'"
    if _size(schema) > _LARGEST:
        return f"it holds more than {_LARGEST} values"
    try:
        _base(schema).check_schema(schema)
    except SchemaError as error:
        return str(error.message)[:300]
    except RecursionError:
        return "it is nested too deeply"
    return None


def valid(value: Any, schema: Any, budget: Budget) -> bool:
    """Tell whether a value is valid for a schema without fault; what cannot be told is.

    Raises TooMuchError.
    """
    # The registry is empty: a reference to another document fetches nothing.
    validator = _counting(_base(schema), budget)(schema, registry=Registry())
    try:
        return bool(validator.is_valid(value))
    except Unresolvable:
        return True


def _base(schema: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unknown $schema is no fault of ours
        return validator_for(schema, default=Draft202012Validator)


def _counting(base: Any, budget: Budget) -> Any:
    """Return a validator class that spends a budget, and searches patterns for a limited time."""

    def counted(check: Any) -> Any:
        def run(validator: Any, argument: Any, instance: Any, schema: Any) -> Any:
            budget.spend()
            return check(validator, argument, instance, schema)

        return run

    checks = {name: counted(check) for name, check in base.VALIDATORS.items()}
    typed: Any = extend  # the stubs leave its parameters open
    return typed(base, {**checks, "pattern": counted(_pattern)})


def _pattern(_: Any, pattern: Any, instance: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not patterns.matches(pattern, instance):
        yield ValidationError("does not match")


def _size(value: Any) -> int:
    """Count the values within a value, up to a little more than there may be."""
    waiting, counted = [value], 0
    while waiting and counted <= _LARGEST:
        each = waiting.pop()
        inner = list(each.values()) if isinstance(each, dict) else each
        if isinstance(inner, list):
            waiting += inner
        counted += 1
    return counted
