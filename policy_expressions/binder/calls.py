"""The Python function behind a call: evaluates receiver and arguments, calls the implementation."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

from policy_expressions.binder.core import Frame, Runner
from policy_expressions.errors import null_reference
from policy_expressions.library import VOID
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import Declaration


def call_runner(
    member: Declaration, returns: Type, target: Optional[Runner], arguments: list[Runner]
) -> Runner:
    """Return the function that evaluates receiver and arguments and calls the implementation."""
    function = member.implementation
    if member.wants_type:
        function = _with_type(function, returns, member.wants_run)
    heavy = not returns.is_value and returns is not VOID
    if member.wants_run or heavy or len(arguments) > 2:
        return _general(function, member.wants_run, heavy, target, arguments)
    if target is None:
        if not arguments:
            return lambda f: function()
        if len(arguments) == 1:
            a = arguments[0]
            return lambda f: function(a(f))
        a, b = arguments
        return lambda f: function(a(f), b(f))

    def run(f: Frame) -> Any:
        value = target(f)
        if value is None:
            raise null_reference()
        return function(value, *[argument(f) for argument in arguments])

    return run


def _with_type(function: Any, returns: Type, wants_run: bool) -> Any:
    if wants_run:
        return lambda run, *values: function(run, returns, *values)
    return partial(function, returns)


def _general(
    function: Any, wants_run: bool, heavy: bool, target: Optional[Runner], arguments: list[Runner]
) -> Runner:
    def run(f: Frame) -> Any:
        values = []
        if target is not None:
            value = target(f)
            if value is None:
                raise null_reference()
            values.append(value)
        for argument in arguments:
            values.append(argument(f))
        result = function(f[0], *values) if wants_run else function(*values)
        return f[0].weigh(result) if heavy else result

    return run
