"""Assignment: `=`, `+=` and its like, `++`, `--`."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

from policy_expressions.binder.conditions import not_applicable
from policy_expressions.binder.conversions import (
    cannot_convert,
    explicit,
    implicit,
    implicit_expr,
    number,
    same,
    to_type,
)
from policy_expressions.binder.core import Binder
from policy_expressions.binder.declarations import tuple_types
from policy_expressions.binder.exprs import (
    RANGE_VARIABLE,
    Expr,
    Frame,
    Local,
    Place,
    Runner,
    Untyped,
)
from policy_expressions.binder.invocations import changeable
from policy_expressions.binder.members import local_value
from policy_expressions.binder.operations import operation
from policy_expressions.binder.operators import text_parts
from policy_expressions.errors import CompileError
from policy_expressions.library import STRING
from policy_expressions.runtime.meter import SMALL
from policy_expressions.runtime.numbers import plain
from policy_expressions.syntax.node import Node


def bind_increment(binder: Binder, node: Node) -> Expr:
    """Bind `++x` and `--x`."""
    return _increment(binder, binder.value(node.children[0]), node.tokens[0][0], before=True)


def bind_postfix(binder: Binder, node: Node) -> Expr:
    """Bind `x++` and `x--`."""
    return _increment(binder, binder.value(node.children[0]), node.tokens[0][0], before=False)


def _increment(binder: Binder, operand: Expr, word: str, before: bool) -> Expr:
    place = assignable(operand)
    kind = number(operand.type)
    if kind is None or operand.type is None:
        text = f"Operator '{word * 2}' cannot be applied to operand of type '{operand.type}'"
        raise CompileError("CS0023", text)
    make, one = kind.converter(bool(binder.checked)), 1 if word == "+" else -1

    def run(f: Frame) -> Any:
        get, put = place(f)
        old = get()
        new = make(plain(old) + one)
        put(new)
        return new if before else old

    return Expr(operand.type, run)


def assignable(target: Expr) -> Place:
    """Return the place of an expression that can be assigned to. Raises CompileError for others."""
    local = target.local
    if local is not None and local.fixed == RANGE_VARIABLE:
        text = f"Range variable '{local.name}' cannot be assigned to -- it is read only"
        raise CompileError("CS1947", text)
    if local is not None and local.fixed:
        text = f"Cannot assign to '{local.name}' because it is a '{local.fixed}'"
        raise CompileError("CS1656", text)
    if target.place is not None:
        return target.place
    if target.read_only:
        text = f"Property or indexer '{target.read_only}' cannot be assigned to -- it is read only"
        raise CompileError("CS0200", text)
    text = "The left-hand side of an assignment must be a variable, property or indexer"
    raise CompileError("CS0131", text)


def bind_assignment(binder: Binder, node: Node) -> Expr:
    """Bind `=`, and `+=` and its like."""
    word = node.tokens[0]
    if node["left"].kind == "tuple_expression":
        return _parted(binder, node["left"], binder.value(node["right"]))
    if word != "=":
        return _compound(binder, word, binder.value(node["left"]), node["right"])
    target = _assignment_target(binder, node["left"])
    place = assignable(target)
    right = binder.value(node["right"])
    value = to_type(right, target.value_type).run
    if target.local is not None:
        binder.flows.put(target.local, right.holds or ())
        binder.assign(target.local)
        return _assign_local(target, target.local, value)
    binder.flows.mix(right.holds or (), changeable(binder))

    def run(f: Frame) -> Any:
        put = place(f)[1]
        new = value(f)
        put(new)
        return new

    return Expr(target.type, run)


def _parted(binder: Binder, names: Node, value: Expr) -> Expr:
    """Bind `(a, b) = c` and `(int a, string b) = c` of a tuple."""
    types, slot = tuple_types(value, len(names.children)), binder.hidden_slot()
    puts: list[tuple[Place, Runner]] = []
    declared: list[int] = []
    for index, (argument, of) in enumerate(zip(names.children, types)):
        given = argument["value"]
        if given.kind == "declaration_expression":
            of_node = given["type"]
            known = of if of_node.kind == "implicit_type" else binder.type(of_node)
            local = binder.declare(given["name"], known)
            declared.append(local.slot)
            target = local_value(binder, local)
        else:
            target = _assignment_target(binder, given)
        if target.local is not None:
            binder.flows.put(target.local, value.holds or ())
            binder.assign(target.local)
        item = Expr(of, partial(_item, slot, index))
        puts.append((assignable(target), to_type(item, target.value_type).run))
    run = value.run

    def assign(f: Frame) -> Any:
        made = run(f)
        f[slot] = [made]
        for fresh in declared:
            f[fresh] = [None]
        for place, item in puts:
            place(f)[1](item(f))
        return made

    return Expr(value.type, assign, names=value.names)


def _item(slot: int, index: int, f: Frame) -> Any:
    return f[slot][0].items[index]


def _assign_local(target: Expr, local: Local, value: Runner) -> Expr:
    slot = local.slot

    def run(f: Frame) -> Any:
        new = f[slot][0] = value(f)
        return new

    return Expr(target.type, run)


def _assignment_target(binder: Binder, node: Node) -> Expr:
    """Bind what is assigned to; an unassigned local is fine there."""
    found = binder.lookup(node.name) if node.kind == "identifier" else None
    state = binder.state
    if isinstance(found, Local):
        binder.assign(found)
        target = binder.value(node)
        binder.state = state
        return target
    return binder.value(node)


def _compound(binder: Binder, word: str, target: Expr, right_node: Node) -> Expr:
    place, of = assignable(target), target.value_type
    right = binder.value(right_node)
    combine = _combination(word[:-1], target, right, binder.checked)

    def run(f: Frame) -> Any:
        get, put = place(f)
        new = combine(f, get())
        put(new)
        return new

    return Expr(of, run)


def _combination(word: str, target: Expr, right: Expr, checked: Optional[bool]) -> Any:
    """Return the function of frame and old value that gives the new one."""
    of, b = target.value_type, right.run
    if isinstance(right, Untyped):
        raise not_applicable(f"{word}=", target, right)
    if word == "+" and of is STRING:
        parts = text_parts(right)

        def append(f: Frame, old: Any) -> str:
            text = "".join([old or "", *[part(f) for part in parts]])
            if len(text) > SMALL:
                f[0].charge(len(text))
            return text

        return append
    found = operation(word, Expr(of, target.run), right, checked)
    if found is None:
        raise not_applicable(word, target, right)
    before = implicit(of, found.left) if found.left else same
    b = (to_type(right, found.right) if found.right else right).run
    after = implicit(found.returns, of)
    if after is None and implicit_expr(right, of) is not None:
        after = explicit(found.returns, of, checked)
    if before is None or after is None:
        raise cannot_convert(Expr(found.returns, b), of)
    first, last, operate = before, after, found.operate
    return lambda f, old: last(operate(first(old), b(f)))
