"""`switch` and `try`: statements that choose what runs next."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import (
    Binder,
    Frame,
    Runner,
    merge,
    statement,
)
from policy_expressions.binder.patterns import bind_pattern
from policy_expressions.binder.statements import BREAK, sequence
from policy_expressions.errors import (
    CompileError,
    Exceeded,
    ExpressionFailure,
)
from policy_expressions.library import BOOL, EXCEPTION, LIBRARY
from policy_expressions.syntax.node import Node


@statement("switch_statement")
def bind_switch(binder: Binder, node: Node) -> Runner:
    """Bind `switch` with constants, types and guards; no section may fall into the next."""
    subject = binder.value(node["value"])
    binder.scopes.append({})
    binder.breaks.append([])
    before = binder.state
    sections: list[tuple[list[Any], Runner]] = []
    default: Optional[Runner] = None
    labels: list[Any] = []
    has_default = waiting_default = False
    for section in node["body"].children:
        binder.state = before
        statements, label = [], ""
        if "default" in section.tokens:
            has_default = waiting_default = True
            label = "default:"
        guard = section.only("when_clause")
        for child in section.children:
            if child.kind.endswith("pattern") or child.kind == "discard":
                test = bind_pattern(binder, child, subject.value_type)
                when = to_type(binder.value(guard.children[0]), BOOL).run if guard else None
                labels.append((test, when))
                label = f"case {child.text}:"
            elif child is not guard:
                statements.append(child)
        if not statements and section is not node["body"].children[-1]:
            continue
        run = sequence([binder.bind_statement(child) for child in statements])
        if binder.state is not None:
            final = section is node["body"].children[-1]
            verb = "fall out of switch from final" if final else "fall through from one"
            code = "CS8070" if final else "CS0163"
            tail = "" if final else " to another"
            raise CompileError(code, f"Control cannot {verb} case label ('{label}'){tail}")
        sections.append((labels, run))
        if waiting_default:
            default, waiting_default = run, False
        labels = []
    binder.state = None if has_default else before
    for state in binder.breaks.pop():
        binder.state = merge(binder.state, state)
    binder.scopes.pop()
    value_of = subject.run

    def switch(f: Frame) -> Any:
        value = value_of(f)
        chosen = default
        for tests, body in sections:
            if any(test(f, value) and (when is None or when(f)) for test, when in tests):
                chosen = body
                break
        signal = chosen(f) if chosen is not None else None
        return None if signal is BREAK else signal

    return switch


@statement("throw_statement")
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


@statement("try_statement")
def bind_try(binder: Binder, node: Node) -> Runner:
    """Bind `try`, `catch` with type and filter, `finally`."""
    before = binder.state
    body = binder.bind_statement(node["body"])
    after = binder.state
    catches = []
    for clause in node.children:
        if clause.kind == "catch_clause":
            binder.state = before
            catches.append(_catch(binder, clause))
            after = merge(after, binder.state)
    final = node.only("finally_clause")
    binder.state = before
    last = binder.bind_statement(final.children[0]) if final else None
    if last is not None and binder.state is not None and before is not None and after is not None:
        after |= binder.state - before
    binder.state = after

    def guarded(f: Frame) -> Any:
        try:
            return body(f)
        except Exceeded:
            raise
        except ExpressionFailure as failure:
            for accepts, handle in catches:
                if accepts(f, failure):
                    return handle(f)
            raise

    if last is None:
        return guarded
    finish = last

    def run(f: Frame) -> Any:
        try:
            return guarded(f)
        finally:
            finish(f)

    return run


def _catch(binder: Binder, node: Node) -> tuple[Any, Runner]:
    binder.scopes.append({})
    given = node.only("catch_declaration")
    of = binder.type(given["type"]) if given else EXCEPTION
    if not LIBRARY.derives(of, EXCEPTION):
        raise CompileError(
            "CS0155", "The type caught or thrown must be derived from System.Exception"
        )
    name = given.get("name") if given else None
    if name is not None:
        slot = binder.declare(name.text, of).slot
    else:
        slot = binder.slots
        binder.slots += 1
    clause = node.only("catch_filter_clause")
    when = to_type(binder.value(clause.children[0]), BOOL).run if clause else None
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
