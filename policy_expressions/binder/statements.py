"""Statements. A bound statement returns None when it ends normally, else a signal:
BREAK, CONTINUE, or a tuple of one item, the value returned.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Optional

from policy_expressions.binder.conditions import branches
from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import Frame, Runner, merge
from policy_expressions.binder.lambdas import LocalFunction
from policy_expressions.errors import CompileError
from policy_expressions.library import BOOL, LIBRARY, VOID
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type

BREAK, CONTINUE = object(), object()


def bind_block(binder: Binder, node: Node) -> Runner:
    """Bind `{ ... }`: local functions are known in all of it."""
    binder.scopes.append({})
    for child in node.children:
        if child.kind == "local_function_statement":
            binder.scopes[-1][child["name"].name] = LocalFunction(binder, child)
    binder.later.append(set(_declared(node)))
    found = sequence([binder.bind_statement(child) for child in node.children])
    binder.later.pop()
    binder.scopes.pop()
    return found


def _declared(block: Node) -> Iterator[str]:
    """Yield the names of the variables that the statements of a block declare."""
    for child in block.children:
        if child.kind == "local_declaration_statement":
            for variable in child["variables"].all("variable"):
                yield variable["name"].name


def sequence(steps: Sequence[Runner]) -> Runner:
    """Run steps in order until one gives a signal."""
    if len(steps) == 1:
        return steps[0]

    def run(f: Frame) -> Any:
        for step in steps:
            signal = step(f)
            if signal is not None:
                return signal
        return None

    return run


def bind_empty(binder: Binder, node: Node) -> Runner:
    """Bind `;`."""
    return lambda f: None


def bind_expression_statement(binder: Binder, node: Node) -> Runner:
    """Bind a call, an assignment or an increment as a statement."""
    return ignored(binder.bind(node.children[0]).run)


def bind_return(binder: Binder, node: Node) -> Runner:
    """Bind `return x;`: converted to what the function returns."""
    if binder.finals:
        raise CompileError("CS0157", "Control cannot leave the body of a finally clause")
    function = binder.functions[-1]
    wanted = function.returns
    if not node.children:
        binder.leave_function(function)
        if wanted is not None and wanted is not VOID:
            text = f"An object of a type convertible to '{wanted}' is required"
            raise CompileError("CS0126", text)
        binder.state = None
        return lambda f: (None,)
    value = binder.value(node.children[0])
    if wanted is not None and wanted is not VOID:
        holds = value.holds
        value = to_type(value, wanted)
        value.holds = holds
    function.results.append(value)
    binder.leave_function(function)
    binder.state = None
    run = value.run
    return lambda f: (run(f),)


def bind_if(binder: Binder, node: Node) -> Runner:
    """Bind `if` with all its `else if`; variables of a condition live on in the block around it."""
    arms: list[tuple[Runner, Runner]] = []
    after = None
    for condition, consequence in zip(node.all("condition"), node.all("consequence")):
        test = to_type(binder.value(condition), BOOL)
        binder.state, otherwise = branches(binder, test)
        arms.append((test.run, binder.bind_statement(consequence)))
        after, binder.state = merge(after, binder.state), otherwise
    last = node.get("alternative")
    final = binder.bind_statement(last) if last else None
    binder.state = merge(after, binder.state)
    if len(arms) == 1:
        return _choice(*arms[0], final)

    def choose(f: Frame) -> Any:
        for test, run in arms:
            if test(f):
                return run(f)
        return final(f) if final is not None else None

    return choose


def _choice(test: Runner, yes: Runner, no: Optional[Runner]) -> Runner:
    if no is None:
        return lambda f: yes(f) if test(f) else None
    return lambda f: yes(f) if test(f) else no(f)


def ignored(run: Runner) -> Runner:
    """Return a step that leaves out what an expression gives."""

    def act(f: Frame) -> None:
        run(f)

    return act


def bind_checked_statement(binder: Binder, node: Node) -> Runner:
    """Bind `checked { ... }` and `unchecked { ... }`."""
    outer, binder.checked = binder.checked, node.tokens[0] == "checked" or None
    found = binder.bind_statement(node["body"])
    binder.checked = outer
    return found


def bind_lock(binder: Binder, node: Node) -> Runner:
    """Bind `lock (x) ...`: an expression runs alone."""
    held = binder.value(node["value"])
    if held.value_type.is_value:
        text = f"'{held.type}' is not a reference type as required by the lock statement"
        raise CompileError("CS0185", text)
    return sequence([ignored(held.run), binder.bind_statement(node["body"])])


def must_be_disposable(of: Type) -> None:
    """Refuse what `using` cannot end. Raises CompileError."""

    known = LIBRARY.find("IDisposable")
    if known is not None and not LIBRARY.derives(of, LIBRARY.make(known)):
        text = f"'{of}': type used in a using statement must be implicitly convertible to"
        raise CompileError("CS1674", f"{text} 'System.IDisposable'")
