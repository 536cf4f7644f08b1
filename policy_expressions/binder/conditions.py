"""Choices: `&&`, `||`, `??` and `?:`, which do not evaluate all of their operands.

Chains of each are flat, however long they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from policy_expressions.binder.conversions import common_type, implicit, implicit_expr, to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import MISSING, Expr, Frame, Runner, State, merge
from policy_expressions.errors import CompileError
from policy_expressions.library import BOOL
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


def not_applicable(word: str, left: Expr, right: Expr) -> CompileError:
    text = f"Operator '{word}' cannot be applied to operands of type"
    return CompileError("CS0019", f"{text} '{left.shown}' and '{right.shown}'")


def bind_logic(binder: Binder, word: str, nodes: list[Node]) -> Expr:
    """Bind `a && b && c`, or `a || b || c`."""
    is_and = word == "&&"
    left = binder.value(nodes[0])
    runs, constants = [left.run], [left.constant]
    done: State = None  # what is assigned where the rest is skipped
    is_first = True
    for node in nodes[1:]:
        when_true, when_false = branches(binder, left)
        goes_on, skips = (when_true, when_false) if is_and else (when_false, when_true)
        done = skips if is_first else merge(done, skips)
        is_first = False
        binder.state = goes_on
        right = binder.value(node)
        if left.type is not BOOL or right.type is not BOOL:
            raise node.source.at(nodes[0].start, not_applicable(word, left, right))
        runs.append(right.run)
        constants.append(right.constant)
        left = right
    when_true, when_false = branches(binder, left)
    split = (when_true, merge(done, when_false)) if is_and else (merge(done, when_true), when_false)
    binder.state = merge(*split)
    value: Any = MISSING
    if MISSING not in constants:
        value = all(constants) if is_and else any(constants)
    return Expr(BOOL, _all(runs) if is_and else _any(runs), constant=value, branches=split)


def _all(runs: list[Runner]) -> Runner:
    if len(runs) == 2:
        a, b = runs
        return lambda f: a(f) and b(f)
    return lambda f: all(run(f) for run in runs)


def _any(runs: list[Runner]) -> Runner:
    if len(runs) == 2:
        a, b = runs
        return lambda f: a(f) or b(f)
    return lambda f: any(run(f) for run in runs)


def branches(binder: Binder, condition: Expr) -> Any:
    """Return what is assigned where the condition is true and where it is false."""
    if condition.constant is True:
        return binder.state, None
    if condition.constant is False:
        return None, binder.state
    return condition.branches or (binder.state, binder.state)


def bind_coalesce(binder: Binder, nodes: Sequence[Node]) -> Expr:
    """Bind `a ?? b ?? c`, which is `a ?? (b ?? c)`."""
    left = binder.value(nodes[0])
    state = binder.state
    exprs = [left, *(binder.value(node) for node in nodes[1:])]
    binder.state = state
    alike = left.type is not None and all(expr.type is left.type for expr in exprs)
    if alike and left.type is not None and not left.type.is_value:
        return Expr(left.type, _first([expr.run for expr in exprs]))
    found = exprs.pop()
    while exprs:
        found = _or_else(exprs.pop(), found)
    return found


def _or_else(left: Expr, right: Expr) -> Expr:
    if left.is_null:
        return Expr(right.type, right.run)
    if left.type is None or (left.type.is_value and not left.type.is_nullable):
        raise not_applicable("??", left, right)
    inner = left.type.plain
    for target in (inner, left.type):
        as_target = implicit_expr(right, target)
        if as_target is not None:
            return _either(target, left, as_target)
    convert = implicit(inner, right.type) if right.type else None
    if right.type is None or convert is None:
        raise not_applicable("??", left, right)
    a = left.run
    turned = Expr(right.type, lambda f: None if (v := a(f)) is None else convert(v))
    return _either(right.type, turned, right)


def _first(runs: list[Runner]) -> Runner:
    """Return the function that gives the first value that is not null."""

    def run(f: Frame) -> Any:
        for go in runs:
            value = go(f)
            if value is not None:
                return value
        return None

    return run


def _either(of: Type, first: Expr, second: Expr) -> Expr:
    return Expr(of, _first([first.run, second.run]))


def bind_conditional(binder: Binder, node: Node) -> Expr:
    """Bind `a ? b : c ? d : e`."""
    tests, values, after = [], [], None
    for condition, consequence in zip(node.all("condition"), node.all("consequence")):
        test = to_type(binder.value(condition), BOOL)
        binder.state, otherwise = branches(binder, test)
        tests.append(test)
        values.append(binder.value(consequence))
        after, binder.state = merge(after, binder.state), otherwise
    last = binder.value(node["alternative"])
    binder.state = merge(after, binder.state)
    alike = last.type is not None and all(value.type is last.type for value in values)
    if alike and MISSING in [test.constant for test in tests]:
        runs = [t.run for t in tests], [v.run for v in values]
        return Expr(last.type, _choose(*runs, last.run))
    while tests:
        last = _conditional(tests.pop(), values.pop(), last)
    return last


def _choose(tests: list[Runner], values: list[Runner], last: Runner) -> Runner:
    if len(tests) == 1:
        t, a = tests[0], values[0]
        return lambda f: a(f) if t(f) else last(f)
    arms = list(zip(tests, values))

    def run(f: Frame) -> Any:
        for test, value in arms:
            if test(f):
                return value(f)
        return last(f)

    return run


def _conditional(test: Expr, first: Expr, second: Expr) -> Expr:
    of = common_type([first, second])
    if of is None:
        text = "Type of conditional expression cannot be determined because there is no implicit"
        types = f"'{first.shown}' and '{second.shown}'"
        raise CompileError("CS0173", f"{text} conversion between {types}")
    run = _choose([test.run], [to_type(first, of).run], to_type(second, of).run)
    return Expr(of, run, constant=_choice(test, first, second, of))


def _choice(test: Expr, first: Expr, second: Expr, of: Type) -> Any:
    chosen = first if test.constant is True else second
    if MISSING in (test.constant, first.constant, second.constant) or chosen.type is not of:
        return MISSING
    return chosen.constant
