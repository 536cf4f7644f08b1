"""Statements of C# 7.3, by recursive descent: what may stand in `@{ ... }`.

Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/statements
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Optional

from policy_expressions.errors import CompileError, UnsupportedError
from policy_expressions.syntax.choices import parse_if, parse_switch, parse_try
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.declarations import (
    is_declaration,
    is_function,
    parse_function,
    parse_variables,
)
from policy_expressions.syntax.loops import parse_do, parse_for, parse_foreach, parse_while
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node

ACTIONS = (
    "assignment_expression",
    "invocation_expression",
    "postfix_unary_expression",
    "increment",
    "conditional_access_expression",
    "object_creation_expression",
    "await_expression",
)
ONLY_CALLS = (
    "Only assignment, call, increment, decrement, await, and new object expressions "
    "can be used as a statement"
)


def parse_statement(cursor: Cursor) -> Node:
    """Read a statement. Raises CompileError, or UnsupportedError when it is nested too deeply."""
    cursor.enter()
    rule = _STATEMENTS.get(cursor.kind)
    if rule is not None:
        found = rule(cursor)
    elif cursor.kind in ("checked", "unchecked") and cursor.peek().kind == "{":
        start = cursor.token.start
        word = cursor.next().kind
        found = cursor.node("checked_statement", start, (parse_block(cursor),), ("body",), (word,))
    else:
        found = _declaration(cursor) or _expression(cursor)
    cursor.leave()
    return found


def parse_block(cursor: Cursor) -> Node:
    """Read `{ ... }`. Raises CompileError."""
    start = cursor.expect("{").start
    found = parse_statements(cursor)
    cursor.expect("}")
    return cursor.node("block", start, found)


def parse_statements(cursor: Cursor) -> list[Node]:
    """Read statements up to a closing brace or the end. Raises CompileError."""
    found = []
    while cursor.kind not in ("}", "end"):
        found.append(parse_statement(cursor))
    return found


def _declaration(cursor: Cursor) -> Optional[Node]:
    start = cursor.token.start
    if cursor.kind == "name":
        following = cursor.peek().kind
        if following == ":":
            raise cursor.refuse(UnsupportedError("label", "goto and its labels are not supported"))
        if cursor.word("yield") and following in ("return", "break"):
            raise cursor.refuse(UnsupportedError("yield", "iterators are not supported"))
    if is_function(cursor):
        return parse_function(cursor)
    if not is_declaration(cursor):
        return None
    variables = parse_variables(cursor)
    cursor.expect(";")
    return cursor.node("local_declaration_statement", start, (variables,), ("variables",))


def _constant(cursor: Cursor) -> Node:
    start = cursor.next().start
    variables = parse_variables(cursor)
    cursor.expect(";")
    labels = ("variables",)
    return cursor.node("local_declaration_statement", start, (variables,), labels, ("const",))


def _expression(cursor: Cursor) -> Node:
    start = cursor.token.start
    found = cursor.expression()
    cursor.expect(";")
    if found.kind not in ACTIONS:
        raise cursor.source.at(found.start, CompileError("CS0201", ONLY_CALLS))
    return cursor.node("expression_statement", start, (found,))


def _simple(kind: str) -> Callable[[Cursor], Node]:
    """Return the rule of a word with a value after it, or none."""

    def parse(cursor: Cursor) -> Node:
        start = cursor.next().start
        given = () if cursor.kind == ";" else (cursor.expression(),)
        cursor.expect(";")
        return cursor.node(kind, start, given)

    return parse


def _word(kind: str) -> Callable[[Cursor], Node]:
    """Return the rule of a word that stands alone."""

    def parse(cursor: Cursor) -> Node:
        start = cursor.next().start
        if kind != "empty_statement":
            cursor.expect(";")
        return cursor.node(kind, start)

    return parse


def _using(cursor: Cursor) -> Node:
    start = cursor.next().start
    if cursor.kind != "(":
        raise cursor.refuse(newer("using declarations"), cursor.tokens[cursor.at - 1])
    cursor.next()
    resource = parse_variables(cursor) if is_declaration(cursor) else cursor.expression()
    cursor.expect(")")
    children = (resource, cursor.statement())
    return cursor.node("using_statement", start, children, ("resource", "body"))


def _lock(cursor: Cursor) -> Node:
    start = cursor.next().start
    children = (cursor.condition(), cursor.statement())
    return cursor.node("lock_statement", start, children, ("value", "body"))


def _static(cursor: Cursor) -> Node:
    raise cursor.refuse(newer("static local functions"))


def _else(cursor: Cursor) -> Node:
    raise cursor.refuse(CompileError("CS8641", "'else' cannot start a statement."))


def _unsupported(name: str) -> Callable[[Cursor], Node]:
    def parse(cursor: Cursor) -> Node:
        raise cursor.refuse(UnsupportedError(name, "this statement is not supported"))

    return parse


_STATEMENTS: Mapping[str, Callable[[Cursor], Node]] = {
    "{": parse_block,
    ";": _word("empty_statement"),
    "if": parse_if,
    "switch": parse_switch,
    "try": parse_try,
    "while": parse_while,
    "do": parse_do,
    "for": parse_for,
    "foreach": parse_foreach,
    "break": _word("break_statement"),
    "continue": _word("continue_statement"),
    "return": _simple("return_statement"),
    "throw": _simple("throw_statement"),
    "const": _constant,
    "using": _using,
    "lock": _lock,
    "static": _static,
    "else": _else,
    "ref": _unsupported("ref"),
    "goto": _unsupported("goto"),
    "fixed": _unsupported("fixed"),
    "unsafe": _unsupported("unsafe"),
}
