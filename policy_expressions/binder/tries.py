"""`try`, `catch`, `finally` and `throw`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import Frame, Runner, State, merge
from policy_expressions.errors import CompileError, Exceeded, ExpressionFailure
from policy_expressions.library import BOOL, EXCEPTION, LIBRARY
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type

Clause = tuple[Callable[[Frame, ExpressionFailure], bool], Runner]


def bind_throw(binder: Binder, node: Node) -> Runner:
    """Bind `throw x;` and, in a catch, `throw;`."""
    binder.state = None
    if node.children:
        raised = to_type(binder.value(node.children[0]), EXCEPTION).run

        def throw(f: Frame) -> Any:
            raise raised(f)

        return throw
    if not binder.caught:
        text = "A throw statement with no arguments is not allowed outside of a catch clause"
        raise CompileError("CS0156", text)
    slot = binder.caught[-1]

    def rethrow(f: Frame) -> Any:
        raise f[slot][0]

    return rethrow


def bind_try(binder: Binder, node: Node) -> Runner:
    """Bind `try`, `catch` with type and filter, `finally`."""
    before = binder.state
    body = binder.bind_statement(node["body"])
    after = binder.state
    clauses = []
    caught: list[Type] = []
    general = False
    for clause in node.all("catch"):
        if general:
            text = "Catch clauses cannot follow the general catch clause of a try statement"
            raise clause.source.at(clause.start, CompileError("CS1017", text))
        general = clause.get("type") is None and clause.get("filter") is None
        binder.state = before
        clauses.append(_catch(binder, clause, caught))
        after = merge(after, binder.state)
    guarded = _guarded(body, clauses)
    last = node.get("finally")
    if last is None:
        binder.state = after
        return guarded
    finish, binder.state = _finally(binder, last, before, after)

    def run(f: Frame) -> Any:
        try:
            return guarded(f)
        finally:
            finish(f)

    return run


def _guarded(body: Runner, clauses: list[Clause]) -> Runner:
    """Return the body with its catches; limits of the evaluation pass them all."""

    def run(f: Frame) -> Any:
        try:
            return body(f)
        except Exceeded:
            raise
        except ExpressionFailure as failure:
            for accepts, handle in clauses:
                if accepts(f, failure):
                    return handle(f)
            raise

    return run


def _finally(binder: Binder, node: Node, before: State, after: State) -> tuple[Runner, State]:
    """Bind a `finally` block, and what is assigned after it: also what it assigns itself."""
    binder.state = before
    binder.finals += 1
    finish = binder.bind_statement(node)
    binder.finals -= 1
    if binder.state is None:
        return finish, None
    if before is None or after is None:
        return finish, after
    return finish, after | (binder.state - before)


def _catch(binder: Binder, node: Node, caught: list[Type]) -> Clause:
    """Bind a catch; caught: what those before it hold, whatever it is."""
    binder.scopes.append({})
    of_node, name = node.get("type"), node.get("name")
    of = binder.type(of_node) if of_node else EXCEPTION
    if not LIBRARY.derives(of, EXCEPTION):
        text = "The type caught or thrown must be derived from System.Exception"
        raise CompileError("CS0155", text)
    for earlier in caught:
        if of_node is None or not LIBRARY.derives(of, earlier):
            continue
        text = "A previous catch clause already catches all exceptions of this or of a super type"
        raise of_node.source.at(of_node.start, CompileError("CS0160", f"{text} ('{earlier}')"))
    if node.get("filter") is None:
        caught.append(of)
    slot = binder.declare(name, of).slot if name else binder.hidden_slot()
    when = _filter(binder, node.get("filter"))
    binder.caught.append(slot)
    body = binder.bind_statement(node["body"])
    binder.caught.pop()
    binder.scopes.pop()

    def accepts(f: Frame, failure: ExpressionFailure) -> bool:
        if not of.accepts(failure):
            return False
        f[slot] = [failure]
        return when is None or bool(when(f))

    return accepts, body


def _filter(binder: Binder, node: Optional[Node]) -> Optional[Runner]:
    return to_type(binder.value(node), BOOL).run if node else None
