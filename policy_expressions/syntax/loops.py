"""`while`, `do`, `for` and `foreach`."""

from __future__ import annotations

from policy_expressions.errors import CompileError
from policy_expressions.syntax.creation import parse_declared_type
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.declarations import (
    is_declaration,
    parse_names,
    parse_variables,
)
from policy_expressions.syntax.node import Node


def parse_while(cursor: Cursor) -> Node:
    """Read `while`."""
    start = cursor.next().start
    children = (cursor.condition(), cursor.statement())
    return cursor.node("while_statement", start, children, ("condition", "body"))


def parse_do(cursor: Cursor) -> Node:
    """Read `do ... while`."""
    start = cursor.next().start
    body = cursor.statement()
    cursor.expect("while")
    children = (body, cursor.condition())
    cursor.expect(";")
    return cursor.node("do_statement", start, children, ("body", "condition"))


def parse_for(cursor: Cursor) -> Node:
    """Read `for`."""
    start = cursor.next().start
    cursor.expect("(")
    children: list[Node] = []
    labels: list[str] = []
    if is_declaration(cursor):
        children.append(parse_variables(cursor))
        labels.append("initializer")
    else:
        _expressions(cursor, ";", children, labels, "initializer")
    cursor.expect(";")
    if cursor.kind != ";":
        children.append(cursor.expression())
        labels.append("condition")
    cursor.expect(";")
    _expressions(cursor, ")", children, labels, "update")
    cursor.expect(")")
    children.append(cursor.statement())
    labels.append("body")
    return cursor.node("for_statement", start, children, labels)


def _expressions(
    cursor: Cursor, closing: str, children: list[Node], labels: list[str], label: str
) -> None:
    while cursor.kind != closing:
        children.append(cursor.expression())
        labels.append(label)
        if not cursor.skip(","):
            return


def parse_foreach(cursor: Cursor) -> Node:
    """Read `foreach`, over single values or over pairs."""
    start = cursor.next().start
    cursor.expect("(")
    of = parse_declared_type(cursor)
    if cursor.kind == "(" and of.kind == "implicit_type":
        left = parse_names(cursor)
    elif cursor.kind == "in":
        text = "Type and identifier are both required in a foreach statement"
        raise cursor.refuse(CompileError("CS0230", text))
    else:
        left = cursor.name()
    cursor.expect("in")
    right = cursor.expression()
    cursor.expect(")")
    labels = ("type", "left", "right", "body")
    return cursor.node("foreach_statement", start, (of, left, right, cursor.statement()), labels)
