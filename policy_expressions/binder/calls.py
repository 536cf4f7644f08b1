"""The Python function behind a call: evaluates the arguments, calls the implementation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from policy_expressions.binder.exprs import Frame, Runner, Step
from policy_expressions.errors import null_reference
from policy_expressions.library import VOID
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import Declaration


def static_call(member: Declaration, returns: Type, arguments: list[Runner]) -> Runner:
    """Return the function that evaluates the arguments and calls the implementation."""
    function = _function(member, returns)
    if member.wants_run or _is_heavy(returns) or len(arguments) > 2:
        call = caller(member, returns, arguments)
        return lambda f: call(f, [])
    if not arguments:
        return lambda f: function()
    if len(arguments) == 1:
        a = arguments[0]
        return lambda f: function(a(f))
    a, b = arguments
    return lambda f: function(a(f), b(f))


def call_step(member: Declaration, returns: Type, owner: Type, arguments: list[Runner]) -> Step:
    """Return the function that goes on from a receiver, which must not be null, with a call.

    The members of a `T?` take null.
    """
    takes_null = owner.is_nullable
    if member.wants_run or _is_heavy(returns):
        call = caller(member, returns, arguments)

        def general(f: Frame, target: Any) -> Any:
            if target is None and not takes_null:
                raise null_reference()
            return call(f, [target])

        return general
    function = _function(member, returns)

    def step(f: Frame, target: Any) -> Any:
        if target is None and not takes_null:
            raise null_reference()
        return function(target, *[argument(f) for argument in arguments])

    return step


def _is_heavy(returns: Type) -> bool:
    """Tell whether what is returned may be large, and so has to be counted."""
    return not returns.is_value and returns is not VOID


def _function(member: Declaration, returns: Type) -> Any:
    function = member.implementation
    if not member.wants_type:
        return function
    if member.wants_run:
        return lambda run, *values: function(run, returns, *values)
    return partial(function, returns)


def caller(
    member: Declaration, returns: Type, arguments: list[Runner]
) -> Callable[[Frame, list[Any]], Any]:
    """Return the call of what wants the run, or makes something large, after some values."""
    function, wants_run, heavy = _function(member, returns), member.wants_run, _is_heavy(returns)

    def call(f: Frame, values: list[Any]) -> Any:
        for argument in arguments:
            values.append(argument(f))
        result = function(f[0], *values) if wants_run else function(*values)
        return f[0].weigh(result) if heavy else result

    return call
