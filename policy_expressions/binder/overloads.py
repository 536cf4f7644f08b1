"""Chooses among the forms of a method: type inference, conversions, the better of two.

https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/expressions#1264-overload-resolution
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Optional

from policy_expressions.binder.conversions import (
    implicit,
    implicit_expr,
    to_type,
)
from policy_expressions.binder.exprs import Expr, Runner, Untyped, constant
from policy_expressions.binder.forms import Argument, Form
from policy_expressions.binder.inference import delegate_of, infer
from policy_expressions.errors import CompileError, argument_null
from policy_expressions.library import LIBRARY
from policy_expressions.runtime.containers import Array
from policy_expressions.runtime.enums import member as enum_member
from policy_expressions.runtime.numbers import NUMBERS
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import Declaration


def choose(
    owner: Type,
    name: str,
    members: Iterable[tuple[Type, Declaration]],
    arguments: Sequence[Argument],
    explicit_types: Sequence[Type] = (),
) -> Optional[Form]:
    """Return the form C# would call, None when none fits. Raises CompileError for a tie."""
    fitting = []
    for of, member in members:
        for expanded in (False, True):
            form = _fit(of, member, arguments, explicit_types, expanded)
            if form is not None:
                fitting.append(form)
                break
    best = [f for f in fitting if all(f is g or _better(f, g, arguments) for g in fitting)]
    if len(best) == 1:
        return best[0]
    if not fitting:
        return None
    rivals = [
        f for f in fitting if not any(_better(g, f, arguments) for g in fitting if g is not f)
    ]
    names = [form.describe() for form in (rivals * 2)[:2]]
    text = "The call is ambiguous between the following methods or properties"
    raise CompileError("CS0121", f"{text}: '{names[0]}' and '{names[1]}'")


def _fit(
    owner: Type,
    member: Declaration,
    arguments: Sequence[Argument],
    explicit_types: Sequence[Type],
    expanded: bool,
) -> Optional[Form]:
    scope = LIBRARY.scope(owner)
    form = Form(owner, member, scope, expanded=expanded)
    if explicit_types and len(explicit_types) != len(member.generics):
        return None
    if not fill(form, arguments):
        return None
    scope.update({name: LIBRARY.parameter(name) for name in member.generics})
    open_types = [LIBRARY.resolve(p.type, scope) for p in form.syntax]
    if member.generics:
        found = dict(zip(member.generics, explicit_types)) or infer(form, open_types, arguments)
        if found is None:
            return None
        scope.update(found)
    form.parameters = [LIBRARY.substitute(of, scope) for of in open_types]
    for index, argument in enumerate(arguments):
        wanted = form.modifier_for(index)
        if argument.modifier != wanted:
            return None
        target = form.type_for(index)
        if wanted and not isinstance(argument.expr, Untyped):
            if argument.expr.type is not target:
                return None
        elif implicit_expr(argument.expr, target) is None:
            return None
    return form


def fill(form: Form, arguments: Sequence[Argument]) -> bool:
    """Assign arguments to parameters: by position, then by name, the rest by default."""
    syntax = form.syntax
    rest = len(syntax) - 1 if syntax and syntax[-1].modifier == "params" else len(syntax)
    if form.expanded and rest == len(syntax):
        return False
    form.filled = [[] for _ in syntax]
    for index, argument in enumerate(arguments):
        if argument.name:
            at = next((i for i, p in enumerate(syntax) if p.name == argument.name), -1)
        else:
            at = rest if form.expanded and index >= rest else index
        if not 0 <= at < len(syntax) or (form.filled[at] and not (form.expanded and at == rest)):
            return False
        form.filled[at].append(index)
    return all(
        indexes or p.default or (form.expanded and p.modifier == "params")
        for indexes, p in zip(form.filled, syntax)
    )


def _better(first: Form, second: Form, arguments: Sequence[Argument]) -> bool:
    """Tell whether the first form is the better one for these arguments."""
    verdicts = [
        _better_conversion(argument.expr, first.type_for(i), second.type_for(i))
        for i, argument in enumerate(arguments)
    ]
    if any(v < 0 for v in verdicts):
        return False
    if any(v > 0 for v in verdicts):
        return True
    return _specificity(first, second) > _specificity(second, first)


def _specificity(form: Form, other: Form) -> tuple[int, ...]:
    """Rank forms that convert the arguments alike."""
    defaults = sum(not indexes for indexes in form.filled)
    concrete = sum(
        mine.type.name not in form.member.generics and theirs.type.name in other.member.generics
        for mine, theirs in zip(form.syntax, other.syntax)
    )
    return (not form.member.generics, not form.expanded, -defaults, concrete, -len(form.syntax))


def _better_conversion(expr: Expr, first: Type, second: Type) -> int:
    """Return 1 when the first target suits better, -1 when the second does, 0 when alike."""
    if first is second:
        return 0
    if isinstance(expr, Untyped):
        one, two = delegate_of(first), delegate_of(second)
        if one is None or two is None or one[0] != two[0]:
            return 0
        result = expr.result(one[0])
        return _better_conversion(Expr(result, expr.run), one[1], two[1]) if result else 0
    if expr.type is first or expr.type is second:
        return 1 if expr.type is first else -1
    forth, back = implicit(first, second) is not None, implicit(second, first) is not None
    if forth != back:
        return 1 if forth else -1
    a, b = NUMBERS.get(first.name), NUMBERS.get(second.name)
    if a and b and a.is_integer and b.is_integer and (a.low < 0) != (b.low < 0):
        return 1 if a.low < 0 else -1
    return 0


def runners(form: Form, arguments: Sequence[Argument]) -> list[Runner]:
    """Return a function for each parameter that gives its value."""
    found: list[Runner] = []
    for syntax, of, indexes in zip(form.syntax, form.parameters, form.filled):
        if form.expanded and syntax.modifier == "params":
            items = [_value(arguments[i].expr, of.element) for i in indexes]
            found.append(_array(of, items))
        elif not indexes:
            found.append(constant(of, default_value(syntax.default, of)).run)
        else:
            run = _value(arguments[indexes[0]].expr, of)
            found.append(_checked(run, syntax.name) if syntax.not_null else run)
    return found


def _value(expr: Expr, of: Type) -> Runner:
    return to_type(expr, of).run


def _array(of: Type, items: list[Runner]) -> Runner:
    if of.element.name == "byte":
        return lambda f: bytearray(item(f) for item in items)
    return lambda f: Array(of, [item(f) for item in items])


def _checked(run: Runner, name: str) -> Runner:
    def checked(f: list[Any]) -> Any:
        value = run(f)
        if value is None:
            raise argument_null(name)
        return value

    return checked


def default_value(text: str, of: Type) -> Any:
    """Return the value of a parameter's default as the tables write it. Raises CompileError."""
    if text == "default" or (text == "null" and (not of.is_value or of.is_nullable)):
        return of.default if text == "default" else None
    if text.startswith('"') and of.name in ("string", "object"):
        return text[1:-1]
    if text.startswith("'") and of.name == "char":
        return LIBRARY.type("char").definition.python(text[1:-1])  # type: ignore[misc]
    if text in ("true", "false") and of.name == "bool":
        return text == "true"
    kind = NUMBERS.get(of.name)
    if kind is None and of.kind == "enum":
        return enum_member(of.name, text)
    number = text.rstrip("fFdDmMlLuU")
    wanted = r"-?\d+" if kind is not None and kind.is_integer else r"-?\d*\.?\d+"
    if kind is None or not re.fullmatch(wanted, number, re.ASCII):
        told = f"A value such as {text} cannot be used as a default parameter of type '{of}'"
        raise CompileError("CS1750", told)
    return kind.make(int(number) if kind.is_integer else Decimal(number))
