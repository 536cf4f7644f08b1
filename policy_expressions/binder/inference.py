"""Finds the type arguments of a generic method: from values first, then from what lambdas give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from policy_expressions.binder.conversions import (
    common_type,
)
from policy_expressions.binder.exprs import Expr, Untyped
from policy_expressions.binder.forms import Argument, Form
from policy_expressions.library import LIBRARY, VOID
from policy_expressions.types.model import Type


def infer(
    form: Form, open_types: list[Type], arguments: Sequence[Argument]
) -> Optional[dict[str, Type]]:
    """Find the type arguments: from values first, then from what lambdas return."""
    form.parameters = open_types
    bounds: dict[str, list[Expr]] = {name: [] for name in form.member.generics}
    fixed: dict[str, Type] = {}
    pending = []
    for index, argument in enumerate(arguments):
        if isinstance(argument.expr, Untyped) and argument.expr.result([]) is None:
            pending.append((argument.expr, form.type_for(index)))
        elif argument.expr.type is not None:
            _unify(form.type_for(index), argument.expr, bounds)
    _fix(bounds, fixed)
    for untyped, of in pending:
        delegate = delegate_of(of)
        if delegate is None:
            continue
        inputs, output = delegate
        known = [LIBRARY.substitute(t, fixed) for t in inputs]
        if any(_is_open(t) for t in known):
            return None
        if _is_open(LIBRARY.substitute(output, fixed)):
            result = untyped.result(known)
            if result is None or result is VOID:
                return None
            _unify(LIBRARY.substitute(output, fixed), Expr(result, untyped.run), bounds)
            _fix(bounds, fixed)
    return fixed if len(fixed) == len(bounds) else None


def _fix(bounds: dict[str, list[Expr]], fixed: dict[str, Type]) -> None:
    for name, exprs in bounds.items():
        if exprs and name not in fixed:
            found = common_type(exprs)
            if found is not None:
                fixed[name] = found


def _is_open(of: Type) -> bool:
    return of.kind == "parameter" or any(_is_open(argument) for argument in of.arguments)


def _unify(parameter: Type, argument: Expr, bounds: dict[str, list[Expr]]) -> None:
    if parameter.kind == "parameter":
        if parameter.name in bounds:
            bounds[parameter.name].append(argument)
        return
    if not parameter.arguments or argument.type is None:
        return
    made = LIBRARY.as_definition(argument.type, parameter.definition)
    if made is None and parameter.is_nullable:
        made = LIBRARY.nullable(argument.type)
    if made is not None:
        for inner, actual in zip(parameter.arguments, made.arguments):
            _unify(inner, Expr(actual, argument.run), bounds)


def delegate_of(of: Type) -> Optional[tuple[list[Type], Type]]:
    """Return the parameter types and the result of a delegate type, None for other types."""
    if of.kind != "delegate":
        return None
    invoke = of.definition.named("Invoke")[0]
    scope = LIBRARY.scope(of)
    inputs = [LIBRARY.resolve(p.type, scope) for p in invoke.parameters or ()]
    return inputs, LIBRARY.resolve(invoke.returns, scope)
