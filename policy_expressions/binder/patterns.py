"""Patterns of C# 7.3: what follows `is` and `case`; and `as`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Optional

from policy_expressions.binder.conversions import explicit, implicit_expr, to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import MISSING, Expr, Frame, Local, TypeName
from policy_expressions.errors import CompileError
from policy_expressions.library import BOOL, LIBRARY, OBJECT
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type

Test = Callable[[Frame, Any], bool]


class Pattern(NamedTuple):
    """A bound pattern. constant: the value it is, in a tuple; of: the type it tests for."""

    test: Test
    constant: Optional[tuple[Any]] = None
    of: Optional[Type] = None


def bind_pattern(binder: Binder, node: Node, of: Type) -> Pattern:
    """Bind a pattern for values of a static type; variables it declares are assigned."""
    return _PATTERNS[node.kind](binder, node, of)


def _constant(binder: Binder, node: Node, of: Type) -> Pattern:
    inner = node.children[0]
    if inner.kind == "null_literal":
        return Pattern(lambda f, value: value is None, (None,))
    wanted = binder.bind(inner)
    if isinstance(wanted, TypeName):
        return _type_test(binder, node, wanted.value_type, of)
    if of is not OBJECT and wanted.type is not of:
        wanted = to_type(wanted, of.plain)
    if wanted.constant is MISSING:
        raise CompileError("CS0150", "A constant value is expected")
    expected = wanted.constant
    kind = expected.__class__
    return Pattern(lambda f, value: value.__class__ is kind and value == expected, (expected,))


def _type_test(binder: Binder, node: Node, wanted: Type, of: Type) -> Pattern:
    if not _may_be(of, wanted):
        text = f"An expression of type '{of}' cannot be handled by a pattern of type '{wanted}'."
        raise CompileError("CS8121", text)
    return Pattern(lambda f, value: wanted.accepts(value), of=wanted)


def _may_be(of: Type, wanted: Type) -> bool:
    return of is OBJECT or wanted.is_nullable or explicit(of, wanted, False) is not None


def _type(binder: Binder, node: Node, of: Type) -> Pattern:
    return _type_test(binder, node, binder.type(node.children[0]), of)


def _declaration(binder: Binder, node: Node, of: Type) -> Pattern:
    name, wanted = node["name"], binder.type(node["type"])
    test = _type_test(binder, node, wanted, of).test
    if name.text == "_":
        return Pattern(test, of=wanted)
    return Pattern(_keep(binder.declare(name, wanted), test), of=wanted)


def _var(binder: Binder, node: Node, of: Type) -> Pattern:
    name = node["name"]
    if name.text == "_":
        return Pattern(lambda f, value: True)
    return Pattern(_keep(binder.declare(name, of), lambda f, value: True))


def _keep(local: Local, test: Test) -> Test:
    slot = local.slot

    def run(f: Frame, value: Any) -> bool:
        if not test(f, value):
            return False
        f[slot] = [value]
        return True

    return run


_PATTERNS: dict[str, Callable[[Binder, Node, Type], Pattern]] = {
    "constant_pattern": _constant,
    "type_pattern": _type,
    "declaration_pattern": _declaration,
    "var_pattern": _var,
}


def bind_case(binder: Binder, node: Node, of: Type) -> Pattern:
    """Bind the pattern of a `case`, where a bare type came with C# 9. Raises CompileError."""
    found = bind_pattern(binder, node, of)
    if node.kind == "constant_pattern" and found.of is not None:
        raise newer("type pattern")
    return found


def bind_is(binder: Binder, node: Node) -> Expr:
    """Bind `x is pattern`: variables of the pattern are assigned where it is true."""
    left = binder.value(node["expression"])
    before = binder.state
    pattern, of = node["pattern"], left.value_type
    plain_type = pattern.kind in ("type_pattern", "constant_pattern")
    wanted = _named_type(binder, pattern) if plain_type else None
    if wanted is not None and not _may_be(of, wanted):
        binder.warn(
            node, "CS0184", f"The given expression is never of the provided ('{wanted}') type"
        )
        return Expr(BOOL, lambda f: False)
    test = bind_pattern(binder, pattern, of).test
    after, binder.state = binder.state, before
    run = left.run
    return Expr(BOOL, lambda f: test(f, run(f)), branches=(after, before))


def _named_type(binder: Binder, pattern: Node) -> Optional[Type]:
    """Return the type that `x is T` asks for, None when a constant stands there."""
    inner = pattern.children[0]
    if pattern.kind == "type_pattern":
        return binder.type(inner)
    if inner.kind in ("identifier", "member_access_expression"):
        found = binder.bind(inner) if _may_name(binder, inner) else None
        return found.type if isinstance(found, TypeName) else None
    return None


def _may_name(binder: Binder, node: Node) -> bool:
    first = node
    while first.kind == "member_access_expression":
        first = first["expression"]
    name = first.name
    known = LIBRARY.find(name) is not None or LIBRARY.is_namespace(name)
    return first.kind == "identifier" and binder.lookup(name) is None and known


def bind_as(binder: Binder, node: Node) -> Expr:
    """Bind `x as T`: null where the cast would throw."""
    left = binder.value(node["left"])
    target = binder.type(node["right"])
    if target.is_value and not target.is_nullable:
        text = "The as operator must be used with a reference type or nullable type"
        raise CompileError("CS0077", f"{text} ('{target}' is a non-nullable value type)")
    if left.type is None:
        found = implicit_expr(left, target) if left.is_null else None
        if found is None:
            raise CompileError("CS0837", _NO_OPERAND)
        return found
    if explicit(left.value_type, target, False) is None:
        text = f"Cannot convert type '{left.type}' to '{target}' via a reference conversion"
        tail = ", boxing conversion, unboxing conversion, wrapping conversion, or null type"
        raise CompileError("CS0039", f"{text}{tail} conversion")
    run = left.run

    def test(f: Frame) -> Any:
        value = run(f)
        return value if target.accepts(value) else None

    return Expr(target, test)


_NO_OPERAND = (
    "The first operand of an 'is' or 'as' operator may not be a lambda expression, anonymous "
    "method, or method group."
)
