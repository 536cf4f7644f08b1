"""Patterns: `is`, `as`, and the arms of `switch`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from policy_expressions.binder.conversions import (
    common_type,
    explicit,
    implicit_expr,
    to_type,
)
from policy_expressions.binder.core import (
    MISSING,
    Binder,
    Expr,
    Frame,
    Local,
    Runner,
    expression,
    merge,
)
from policy_expressions.binder.members import bind_access
from policy_expressions.binder.operations import COMPARE
from policy_expressions.errors import CompileError, ExpressionFailure, UnsupportedError
from policy_expressions.library import BOOL, OBJECT
from policy_expressions.runtime.numbers import NUMBERS
from policy_expressions.runtime.texts import text_of
from policy_expressions.syntax.node import Node, field
from policy_expressions.types.model import Type

Test = Callable[[Frame, Any], bool]


def bind_pattern(binder: Binder, node: Node, of: Type) -> Test:
    """Bind a pattern for values of a static type to a test; variables it declares are assigned."""
    handler = _PATTERNS.get(node.kind)
    if handler is None:
        raise UnsupportedError(node.kind.replace("_", " "), "this pattern is not supported")
    return handler(binder, node, of)


def _constant(binder: Binder, node: Node, of: Type) -> Test:
    inner = node.children[0] if node.kind == "constant_pattern" else node
    if inner.kind == "null_literal":
        return lambda f, value: value is None
    could_be_type = inner.kind in ("identifier", "predefined_type", "generic_name", "nullable_type")
    if could_be_type and binder.lookup(inner.text) is None:
        return _type_test(binder.type(inner), of)
    wanted = binder.bind_chain(inner)
    if wanted.type is not None and wanted.constant is MISSING and hasattr(wanted, "name"):
        return _type_test(wanted.type, of)
    if of is not OBJECT and wanted.type is not of:
        wanted = to_type(wanted, of.element if of.is_nullable else of)
    if wanted.constant is MISSING:
        raise CompileError("CS0150", "A constant value is expected")
    expected = wanted.constant
    kind = expected.__class__
    return lambda f, value: value.__class__ is kind and value == expected


def _type_test(wanted: Type, of: Type) -> Test:
    if of is not OBJECT and not wanted.is_nullable and explicit(of, wanted, False) is None:
        text = f"An expression of type '{of}' cannot be handled by a pattern of type '{wanted}'."
        raise CompileError("CS8121", text)
    return lambda f, value: wanted.accepts(value)


def _type(binder: Binder, node: Node, of: Type) -> Test:
    return _type_test(binder.type(node.get("type") or node.children[0]), of)


def _declaration(binder: Binder, node: Node, of: Type) -> Test:
    name = node.get("name") or node.only("discard")
    if node["type"].kind == "implicit_type":
        return _var(binder, node, of)
    wanted = binder.type(node["type"])
    test = _type_test(wanted, of)
    if name is None or name.kind == "discard" or name.text == "_":
        return test
    return _keep(binder.declare(name.text, wanted), test)


def _keep(local: Local, test: Test) -> Test:
    slot = local.slot

    def run(f: Frame, value: Any) -> bool:
        if not test(f, value):
            return False
        f[slot] = [value]
        return True

    return run


def _var(binder: Binder, node: Node, of: Type) -> Test:
    name = node.get("name") or node.children[-1]
    if name.kind == "discard" or name.text == "_":
        return lambda f, value: True
    return _keep(binder.declare(name.text, of), lambda f, value: True)


def _relational(binder: Binder, node: Node, of: Type) -> Test:
    bound = binder.value(node.children[0])
    bound = bound if of is OBJECT else to_type(bound, of.element if of.is_nullable else of)
    limit, compare = bound.constant, COMPARE[node.tokens[0]]
    if limit is MISSING or NUMBERS.get(bound.value_type.name) is None:
        raise CompileError("CS0150", "A constant value is expected")
    kind = limit.__class__
    return lambda f, value: value.__class__ is kind and compare(value, limit)


def _and(binder: Binder, node: Node, of: Type) -> Test:
    first = bind_pattern(binder, node["left"], of)
    left = node["left"]
    narrowed = binder.type(left["type"]) if left.get("type") else of
    narrowed = _narrowed(binder, left, narrowed)
    second = bind_pattern(binder, node["right"], narrowed)
    return lambda f, value: first(f, value) and second(f, value)


def _narrowed(binder: Binder, node: Node, of: Type) -> Type:
    """Return the type a value has after a type pattern has let it pass."""
    inner = node.children[0] if node.children else node
    if node.kind in ("type_pattern", "constant_pattern") and inner.kind == "predefined_type":
        return binder.type(inner)
    return of


def _or(binder: Binder, node: Node, of: Type) -> Test:
    first, second = (bind_pattern(binder, node[side], of) for side in ("left", "right"))
    return lambda f, value: first(f, value) or second(f, value)


def _not(binder: Binder, node: Node, of: Type) -> Test:
    inner = bind_pattern(binder, node.children[0], of)
    return lambda f, value: not inner(f, value)


def _inner(binder: Binder, node: Node, of: Type) -> Test:
    return bind_pattern(binder, node.children[0], of)


def _properties(binder: Binder, node: Node, of: Type) -> Test:
    """Bind `T { Name: pattern } x`."""
    wanted = node.get("type")
    if wanted is not None:
        of = binder.type(wanted)
    slot = binder.slots
    binder.slots += 1
    target = Expr(of, lambda f: f[slot][0])
    tests = []
    clause = node.only("property_pattern_clause")
    if clause is None:
        raise UnsupportedError("positional pattern", "this pattern is not supported")
    for child in clause.children:
        name = child.children[0]
        member = bind_access(binder, target, field(name))
        inner = bind_pattern(binder, child.children[-1], member.value_type)
        tests.append((member.run, inner))

    def test(f: Frame, value: Any) -> bool:
        if not of.accepts(value):
            return False
        f[slot] = [value]
        return all(inner(f, run(f)) for run, inner in tests)

    name_node = node.get("name")
    return _keep(binder.declare(name_node.text, of), test) if name_node else test


_PATTERNS: dict[str, Callable[[Binder, Node, Type], Test]] = {
    "constant_pattern": _constant,
    "type_pattern": _type,
    "declaration_pattern": _declaration,
    "var_pattern": _var,
    "relational_pattern": _relational,
    "and_pattern": _and,
    "or_pattern": _or,
    "negated_pattern": _not,
    "parenthesized_pattern": _inner,
    "recursive_pattern": _properties,
    "discard": lambda binder, node, of: lambda f, value: True,
}


@expression("is_pattern_expression", "is_expression")
def bind_is(binder: Binder, node: Node) -> Expr:
    """Bind `x is pattern`: variables of the pattern are assigned where it is true."""
    left = binder.value(node.children[0])
    before = binder.state
    of = left.value_type
    pattern = node.children[1]
    if node.kind == "is_expression":
        test = _type_test(binder.type(pattern), of)
    else:
        test = bind_pattern(binder, pattern, of)
    after, binder.state = binder.state, before
    run = left.run
    split = (before, after) if pattern.kind == "negated_pattern" else (after, before)
    return Expr(BOOL, lambda f: test(f, run(f)), branches=split)


@expression("as_expression")
def bind_as(binder: Binder, node: Node) -> Expr:
    """Bind `x as T`: null where the cast would throw."""
    left = binder.value(node["left"])
    target = binder.type(node["right"])
    if target.is_value and not target.is_nullable:
        text = "The as operator must be used with a reference type or nullable type"
        raise CompileError("CS0077", f"{text} ('{target}' is a non-nullable value type)")
    found = implicit_expr(left, target) if left.type is None else None
    if found is not None:
        return found
    if explicit(left.value_type, target, False) is None:
        text = f"Cannot convert type '{left.type}' to '{target}' via a reference conversion"
        raise CompileError("CS0039", text)
    run = left.run

    def test(f: Frame) -> Any:
        value = run(f)
        return value if target.accepts(value) else None

    return Expr(target, test)


@expression("switch_expression")
def bind_switch_expression(binder: Binder, node: Node) -> Expr:
    """Bind `x switch { pattern => value, ... }`."""
    subject = binder.value(node.children[0])
    arms, exprs = [], []
    state = binder.state
    for arm in node.children[1:]:
        binder.state = state
        binder.scopes.append({})
        test = bind_pattern(binder, arm.children[0], subject.value_type)
        guard = arm.only("when_clause")
        when = to_type(binder.value(guard.children[0]), BOOL).run if guard else None
        exprs.append(binder.value(arm.children[-1]))
        arms.append((test, when))
        binder.scopes.pop()
    binder.state = merge(state, state)
    of = common_type(exprs)
    if of is None:
        raise CompileError("CS8506", "No best type was found for the switch expression.")
    runs: list[Runner] = [to_type(expr, of).run for expr in exprs]
    value_of = subject.run

    def run(f: Frame) -> Any:
        value = value_of(f)
        for (test, when), result in zip(arms, runs):
            if test(f, value) and (when is None or when(f)):
                return result(f)
        text = "Non-exhaustive switch expression failed to match its input."
        shown = f"\nUnmatched value was {text_of(f[0], value)}."
        kind = "System.Runtime.CompilerServices.SwitchExpressionException"
        raise ExpressionFailure(kind, text + shown)

    return Expr(of, run)
