"""Conversions from one static type to another, implicit and explicit, as C# 7.3 defines them.

https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/conversions
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from policy_expressions.binder.exprs import MISSING, Expr, Untyped, constant
from policy_expressions.errors import (
    CompileError,
    ExpressionFailure,
)
from policy_expressions.library import INT, LIBRARY, OBJECT, VOID
from policy_expressions.runtime.numbers import NUMBERS, Number
from policy_expressions.runtime.values import Enumeration
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import Declaration

Convert = Callable[[Any], Any]

_WIDER = {
    "sbyte": "short int long float double decimal",
    "byte": "short ushort int uint long ulong float double decimal",
    "short": "int long float double decimal",
    "ushort": "int uint long ulong float double decimal",
    "char": "ushort int uint long ulong float double decimal",
    "int": "long float double decimal",
    "uint": "long ulong float double decimal",
    "long": "float double decimal",
    "ulong": "float double decimal",
    "float": "double",
}
_SUFFIXES = {"float": "F", "decimal": "M"}
_WIDENS = frozenset((a, b) for a, names in _WIDER.items() for b in names.split())


def same(value: Any) -> Any:
    """Convert nothing."""
    return value


def number(of: Optional[Type]) -> Optional[Number]:
    """Return what is known of a number type (char is one), None for other types."""
    return NUMBERS.get(of.name) if of is not None else None


def implicit(source: Type, target: Type) -> Optional[Convert]:
    """Return the implicit conversion between two types, None when there is none."""
    if source is target:
        return same
    if source is VOID or target is VOID:
        return None
    if (source.name, target.name) in _WIDENS:
        return _numeric(source, target)
    if target.is_nullable:
        inner = implicit(source.element if source.is_nullable else source, target.element)
        return _lift(inner) if inner else None
    if target is OBJECT or (not source.is_nullable and LIBRARY.derives(source, target)):
        return same
    return user_defined("implicit", source, target)


def implicit_expr(expr: Expr, target: Type) -> Optional[Expr]:
    """Return the expression converted implicitly, None when C# would not."""
    if isinstance(expr, Untyped):
        return expr.to_delegate(target)
    if expr.type is None:
        if target.is_value and not target.is_nullable:
            return constant(target, target.default) if expr.is_default else None
        return constant(target, None)
    convert = implicit(expr.type, target)
    if convert is None:
        return _constant_expr(expr, target)
    if expr.type is target:
        return expr
    return converted(expr, target, convert)


def converted(expr: Expr, target: Type, convert: Convert) -> Expr:
    """Return the expression with a conversion applied."""
    if expr.constant is not MISSING and convert is not same and _folds(expr.type, target):
        try:
            value = convert(expr.constant)
        except ExpressionFailure:
            raise _constant_too_large(expr, target) from None
        return Expr(target, lambda f: value, constant=value, node=expr.node)
    run = expr.run
    if convert is same:
        return Expr(target, run, constant=expr.constant, node=expr.node, local=expr.local)
    return Expr(target, lambda f: convert(run(f)), node=expr.node)


def _folds(source: Optional[Type], target: Type) -> bool:
    """Tell whether a constant of one type is still one after the conversion to the other."""
    return source is not None and _is_numeric(source) and _is_numeric(target)


def _constant_too_large(expr: Expr, target: Type) -> CompileError:
    text = f"Constant value '{expr.text}' cannot be converted to a '{target}'"
    return CompileError("CS0221", f"{text} (use 'unchecked' syntax to override)")


def _constant_expr(expr: Expr, target: Type) -> Optional[Expr]:
    """Convert a constant int to a smaller number that can hold it, and 0 to any enum."""
    goal = target.element if target.is_nullable else target
    kind = number(goal)
    if expr.constant is MISSING or expr.type is None:
        return None
    if kind and kind.is_integer and goal.name != "char" and expr.type.name in ("int", "long"):
        if expr.type is not INT and goal.name != "ulong":
            return None
        if kind.low <= expr.constant <= kind.high:
            return constant(target, kind.make(expr.constant))
    if goal.kind == "enum" and expr.type is INT and expr.constant == 0:
        return constant(target, Enumeration(goal.name, 0))
    return None


def to_type(expr: Expr, target: Type) -> Expr:
    """Convert implicitly. Raises CompileError as C# does when that is impossible."""
    found = implicit_expr(expr, target)
    if found is not None:
        return found
    refusal = cannot_convert(expr, target)
    if expr.node is not None:
        expr.node.source.at(expr.node.start, refusal)
    raise refusal


def cannot_convert(expr: Expr, target: Type) -> CompileError:
    """Return C#'s refusal of an implicit conversion."""
    if isinstance(expr, Untyped):
        return expr.refusal(target)
    if expr.type is None:
        message = f"Cannot convert null to '{target}' because it is a non-nullable value type"
        return CompileError("CS0037", message)
    if explicit(expr.type, target, False) is not None:
        if expr.type.name == "double" and target.name in _SUFFIXES and _is_literal(expr):
            suffix = _SUFFIXES[target.name]
            text = f"Literal of type double cannot be implicitly converted to type '{target}'"
            return CompileError("CS0664", f"{text}; use an '{suffix}' suffix to create a literal")
        kind = number(target)
        is_whole = kind is not None and kind.is_integer and target.name != "char"
        if (
            is_whole
            and expr.constant is not MISSING
            and (expr.type is INT or target.name == "ulong")
        ):
            text = f"Constant value '{expr.text}' cannot be converted to a '{target}'"
            return CompileError("CS0031", text)
        hint = "An explicit conversion exists (are you missing a cast?)"
        text = f"Cannot implicitly convert type '{expr.type}' to '{target}'. {hint}"
        return CompileError("CS0266", text)
    return CompileError("CS0029", f"Cannot implicitly convert type '{expr.type}' to '{target}'")


def _is_literal(expr: Expr) -> bool:
    return expr.node is not None and expr.node.kind == "number_literal"


def explicit(source: Type, target: Type, checked: Optional[bool]) -> Optional[Convert]:
    """Return the conversion a cast does, None when C# refuses it."""
    found = implicit(source, target)
    if found is not None:
        return found
    if _is_numeric(source) and _is_numeric(target):
        return _numeric(source, target, checked)
    if target.is_nullable:
        if source in (OBJECT,):
            return target.unbox
        own = user_defined("explicit", source, target)
        inner = explicit(source.element if source.is_nullable else source, target.element, checked)
        return own or (_lift(inner) if inner else None)
    if source.is_nullable:
        inner = explicit(source.element, target, checked)
        return (lambda value: inner(_has_value(value))) if inner else None
    own = user_defined("explicit", source, target)
    if own is not None:
        return own
    if not source.is_value and LIBRARY.may_be(source, target):
        return target.unbox
    return None


def _is_numeric(of: Type) -> bool:
    return of.kind == "enum" or of.name in NUMBERS


def _has_value(value: Any) -> Any:
    if value is None:
        raise ExpressionFailure(
            "System.InvalidOperationException", "Nullable object must have a value."
        )
    return value


def _lift(inner: Convert) -> Convert:
    if inner is same:
        return same
    return lambda value: None if value is None else inner(value)


def _numeric(source: Type, target: Type, checked: Optional[bool] = False) -> Convert:
    if target.kind == "enum":
        name = target.name
        inner = _numeric(source, INT, checked) if source is not INT else int
        return lambda value: Enumeration(name, int(inner(value)))
    kind = NUMBERS[target.name]
    if source.kind == "enum":
        return lambda value: kind.make(value.number)
    return kind.converter(bool(checked))


def user_defined(kind: str, source: Type, target: Type) -> Optional[Convert]:
    """Return the conversion operator that leads from source to target, if a type declares one."""
    best: Optional[tuple[Declaration, Type, Type]] = None
    for owner in (*LIBRARY.ancestors(source), *LIBRARY.ancestors(target)):
        scope = LIBRARY.scope(owner)
        kinds = ("implicit",) if kind == "implicit" else ("implicit", "explicit")
        for member in (m for k in kinds for m in owner.definition.named(k)):
            takes = LIBRARY.resolve(member.takes[0].type, scope)
            gives = LIBRARY.resolve(member.returns, scope)
            fits = gives is target and (source is takes or _standard(source, takes))
            if fits and (best is None or source is takes):
                best = (member, takes, gives)
    if best is None:
        return None
    function: Convert = best[0].implementation
    before = implicit(source, best[1])
    if before is None or before is same:
        return function
    return lambda value: function(before(value))


def _standard(source: Type, target: Type) -> bool:
    """Tell whether a built-in implicit conversion exists (those may precede one's own)."""
    return (source.name, target.name) in _WIDENS or (
        not source.is_value and target is not OBJECT and LIBRARY.derives(source, target)
    )


def cast(expr: Expr, target: Type, checked: Optional[bool]) -> Expr:
    """Bind `(T)x`. Raises CompileError where C# does."""
    if isinstance(expr, Untyped) or expr.type is None:
        found = implicit_expr(expr, target)
        if found is None:
            raise cannot_convert(expr, target)
        return Expr(target, found.run, constant=found.constant)
    source = expr.type
    kind = number(target)
    if expr.constant is not MISSING and kind and _is_numeric(source) and kind.is_integer:
        if checked is not None:
            try:
                return constant(target, _numeric(source, target, True)(expr.constant))
            except ExpressionFailure:
                raise _constant_too_large(expr, target) from None
        return constant(target, _numeric(source, target)(expr.constant))
    convert = explicit(source, target, checked)
    if convert is None:
        raise CompileError("CS0030", f"Cannot convert type '{source}' to '{target}'")
    found = converted(expr, target, convert)
    return Expr(target, found.run, constant=found.constant)


def common_type(exprs: list[Expr]) -> Optional[Type]:
    """Return the type, from among those of the expressions, that all of them convert to."""
    types = dict.fromkeys(expr.type for expr in exprs if expr.type is not None)
    for candidate in types:
        if all(implicit_expr(expr, candidate) is not None for expr in exprs):
            return candidate
    return None
