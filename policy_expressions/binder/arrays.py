"""Arrays: `new T[n]`, `new T[] { ... }`, `new[] { ... }`."""

from __future__ import annotations

from typing import Any

from policy_expressions.binder.conversions import common_type, to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import Expr, Frame, Runner
from policy_expressions.errors import CompileError, UnsupportedError, overflow
from policy_expressions.library import INT, LIBRARY
from policy_expressions.runtime.containers import Array
from policy_expressions.runtime.meter import REFERENCE
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


def bind_array(binder: Binder, node: Node) -> Expr:
    """Bind `new T[n]` and `new T[] { ... }`."""
    first, *others = node.all("rank")
    if len(first.children) > 1 or "," in first.text:
        raise UnsupportedError("array of several dimensions", "use a List, or one array")
    element = binder.type(node["type"])
    for rank in others:
        if "," in rank.text:
            raise UnsupportedError("array of several dimensions", "use a List, or one array")
        element = LIBRARY.array_of(element)
    of = LIBRARY.array_of(element)
    initializer = node.get("initializer")
    if initializer is not None:
        return array_of(binder, of, initializer)
    return _sized(of, to_type(binder.value(first.children[0]), INT).run)


def _sized(of: Type, size: Runner) -> Expr:
    default = of.element.default

    def run(f: Frame) -> Any:
        count = size(f)
        if count < 0:
            raise overflow()
        if of.element.name == "byte":
            f[0].charge(count)
            return bytearray(count)
        f[0].charge(count * REFERENCE)
        return Array(of, [default] * count)

    return Expr(of, run)


def array_of(binder: Binder, of: Type, node: Node) -> Expr:
    """Bind `{ a, b }` as an array of that type."""
    if any(child.kind == "initializer_expression" for child in node.children):
        text = "Array initializers can only be used in a variable or field initializer. Try using "
        raise CompileError("CS0623", f"{text}a new expression instead.")
    return made_of(of, [to_type(binder.value(child), of.element).run for child in node.children])


def made_of(of: Type, items: list[Runner]) -> Expr:
    """Return the expression that makes an array of items."""
    if of.element.name == "byte":
        return Expr(of, lambda f: bytearray([item(f) for item in items]))
    return Expr(of, lambda f: Array(of, [item(f) for item in items]))


def bind_implicit_array(binder: Binder, node: Node) -> Expr:
    """Bind `new[] { ... }`."""
    items = [binder.value(child) for child in node["initializer"].children]
    element = common_type(items)
    if element is None:
        raise CompileError("CS0826", "No best type found for implicitly-typed array")
    return made_of(LIBRARY.array_of(element), [to_type(item, element).run for item in items])
