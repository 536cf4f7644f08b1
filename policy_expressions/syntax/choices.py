"""`if`, `switch` and `try`."""

from __future__ import annotations

from typing import Optional

from policy_expressions.errors import CompileError
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.patterns import parse_pattern
from policy_expressions.syntax.types import parse_type


def parse_if(cursor: Cursor) -> Node:
    """Read `if` with all its `else if` into one node: a condition and a statement each time."""
    start = cursor.token.start
    children: list[Node] = []
    labels: list[str] = []
    while True:
        cursor.next()
        children += [cursor.condition(), cursor.statement()]
        labels += ["condition", "consequence"]
        if not cursor.skip("else"):
            break
        if cursor.kind != "if":
            children.append(cursor.statement())
            labels.append("alternative")
            break
    return cursor.node("if_statement", start, children, labels)


def parse_switch(cursor: Cursor) -> Node:
    """Read a `switch` statement: its value, then its sections."""
    start = cursor.next().start
    cursor.expect("(")
    value = cursor.expression()
    cursor.expect(")")
    cursor.expect("{")
    children, labels = [value], ["value"]
    while cursor.kind in ("case", "default"):
        children.append(_section(cursor))
        labels.append("section")
    cursor.expect("}")
    return cursor.node("switch_statement", start, children, labels)


def _section(cursor: Cursor) -> Node:
    start = cursor.token.start
    children: list[Node] = []
    labels: list[str] = []
    while cursor.kind in ("case", "default"):
        children.append(_label(cursor))
        labels.append("label")
    while cursor.kind not in ("case", "default", "}", "end"):
        children.append(cursor.grammar.statement(cursor))
        labels.append("statement")
    return cursor.node("switch_section", start, children, labels)


def _label(cursor: Cursor) -> Node:
    start = cursor.token.start
    children: list[Node] = []
    labels: list[str] = []
    if cursor.next().kind == "case":
        pattern = parse_pattern(cursor, Cursor.expression)
        if pattern.kind == "type_pattern":
            raise cursor.source.at(pattern.start, newer("type pattern"))
        children.append(pattern)
        labels.append("pattern")
        if cursor.word("when"):
            cursor.next()
            children.append(cursor.expression())
            labels.append("when")
    cursor.expect(":")
    return cursor.node("switch_label", start, children, labels)


def parse_try(cursor: Cursor) -> Node:
    """Read `try` with its `catch` and `finally` clauses."""
    start = cursor.next().start
    children, labels = [cursor.block()], ["body"]
    while cursor.kind == "catch":
        children.append(_catch(cursor))
        labels.append("catch")
    if cursor.skip("finally"):
        children.append(cursor.block())
        labels.append("finally")
    if len(children) == 1:
        raise cursor.refuse(CompileError("CS1524", "Expected catch or finally"))
    return cursor.node("try_statement", start, children, labels)


def _catch(cursor: Cursor) -> Node:
    start = cursor.next().start
    children: list[Node] = []
    labels: list[Optional[str]] = []
    if cursor.skip("("):
        children.append(parse_type(cursor))
        labels.append("type")
        if cursor.kind == "name":
            children.append(cursor.name())
            labels.append("name")
        cursor.expect(")")
    if cursor.word("when"):
        cursor.next()
        children.append(cursor.condition())
        labels.append("filter")
    children.append(cursor.block())
    labels.append("body")
    return cursor.node("catch_clause", start, children, labels)
