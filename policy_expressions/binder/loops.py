"""Loops: `while`, `do`, `for`, `foreach`, `break`, `continue`."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.binder.conditions import branches
from policy_expressions.binder.conversions import cast, to_type
from policy_expressions.binder.core import Binder, Exit
from policy_expressions.binder.declarations import bind_variables
from policy_expressions.binder.exprs import Expr, Frame, Runner, State, merge
from policy_expressions.binder.statements import (
    BREAK,
    CONTINUE,
    ignored,
    sequence,
)
from policy_expressions.errors import (
    CompileError,
    UnsupportedError,
    null_reference,
)
from policy_expressions.library import BOOL, ENUMERABLE, LIBRARY, OBJECT
from policy_expressions.runtime.containers import walk
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


def _loop(
    binder: Binder, node: Node, test: Optional[Node], update: list[Node], first: bool
) -> Runner:
    """Bind the turning part of `while`, `do` and `for`."""
    condition: Runner = lambda f: True  # noqa: E731
    after: State = None
    if test is not None and not first:
        bound = to_type(binder.value(test), BOOL)
        condition = bound.run
        binder.state, after = branches(binder, bound)
    binder.exits.append(Exit(True, binder.finals))
    body = binder.bind_statement(node)
    if test is not None and first:
        bound = to_type(binder.value(test), BOOL)
        condition = bound.run
        after = branches(binder, bound)[1]
    steps = [binder.value(step).run for step in update]
    for state in binder.exits.pop().states:
        after = merge(after, state)
    binder.state = after

    def run(f: Frame) -> Any:
        clock = f[0].step
        if not first and not condition(f):
            return None
        while True:
            clock()
            signal = body(f)
            if signal is not None and signal is not CONTINUE:
                return None if signal is BREAK else signal
            for step in steps:
                step(f)
            if not condition(f):
                return None

    return run


def bind_while(binder: Binder, node: Node) -> Runner:
    """Bind `while`."""
    test, body = node["condition"], node["body"]
    return _loop(binder, body, test, [], first=False)


def bind_do(binder: Binder, node: Node) -> Runner:
    """Bind `do ... while`."""
    test, body = node["condition"], node["body"]
    return _loop(binder, body, test, [], first=True)


def bind_for(binder: Binder, node: Node) -> Runner:
    """Bind `for`: its variables are shared by all turns."""
    binder.scopes.append({})
    steps = []
    for start in node.all("initializer"):
        if start.kind == "variable_declaration":
            steps.append(bind_variables(binder, start))
        else:
            steps.append(ignored(binder.value(start).run))
    loop = _loop(binder, node["body"], node.get("condition"), node.all("update"), first=False)
    binder.scopes.pop()
    return sequence([*steps, loop])


def bind_foreach(binder: Binder, node: Node) -> Runner:
    """Bind `foreach`: each turn has a fresh variable."""
    source = binder.value(node["right"])
    item, start = _items(source)
    binder.scopes.append({})
    before = binder.state
    left, of_node = node["left"], node.get("type")
    if left.kind == "tuple_pattern":
        raise UnsupportedError(
            f"{item.definition.name}.Deconstruct",
            "it came with .NET Core 2.0: expressions have the types of .NET Framework",
        )
    of = binder.type(of_node) if of_node and of_node.kind != "implicit_type" else item
    cell: list[Any] = [None]
    change = cast(Expr(item, lambda f: cell[0]), of, None).run
    local = binder.declare(left, of)
    local.fixed = "foreach iteration variable"
    slot = local.slot

    def assign(f: Frame, value: Any) -> None:
        cell[0] = value
        f[slot] = [change(f)]

    binder.exits.append(Exit(True, binder.finals))
    body = binder.bind_statement(node["body"])
    binder.exits.pop()
    binder.state = before
    binder.scopes.pop()
    run = source.run

    def loop(f: Frame) -> Any:
        items = run(f)
        if items is None:
            raise null_reference()
        clock = f[0].step
        for value in start(items):
            clock()
            assign(f, value)
            signal = body(f)
            if signal is not None and signal is not CONTINUE:
                return None if signal is BREAK else signal
        return None

    return loop


def _items(source: Expr) -> tuple[Type, Any]:
    """Return what a foreach walks over: the type of its items and how the walk starts."""
    for of in LIBRARY.ancestors(source.value_type):
        own = of.definition.named("GetEnumerator")
        if own and of.kind != "interface":
            found = LIBRARY.resolve(own[0].returns, LIBRARY.scope(of))
            return found.element, own[0].implementation
    sequence_type = LIBRARY.as_definition(source.value_type, ENUMERABLE.definition)
    if sequence_type is not None:
        return sequence_type.element, walk
    if LIBRARY.derives(source.value_type, LIBRARY.type("IEnumerable")):
        return OBJECT, walk
    raise CompileError(
        "CS1579",
        f"foreach statement cannot operate on variables of type '{source.type}' because "
        f"'{source.type}' does not contain a public instance definition for 'GetEnumerator'",
    )


def bind_break(binder: Binder, node: Node) -> Runner:
    """Bind `break`."""
    left = binder.exits[-1] if binder.exits else None
    _can_leave(binder, left).states.append(binder.state)
    binder.state = None
    return lambda f: BREAK


def bind_continue(binder: Binder, node: Node) -> Runner:
    """Bind `continue`."""
    _can_leave(binder, next((left for left in reversed(binder.exits) if left.is_loop), None))
    binder.state = None
    return lambda f: CONTINUE


def _can_leave(binder: Binder, left: Optional[Exit]) -> Exit:
    if left is None:
        raise CompileError("CS0139", "No enclosing loop out of which to break or continue")
    if binder.finals > left.finals:
        raise CompileError("CS0157", "Control cannot leave the body of a finally clause")
    return left
