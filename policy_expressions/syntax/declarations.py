"""Declarations of variables and local functions."""

from __future__ import annotations

from policy_expressions.syntax.creation import parse_declared_type, parse_initializer
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.lambdas import parse_parameters
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.types import PREDEFINED, parse_type, scan_type


def is_declaration(cursor: Cursor) -> bool:
    """Tell whether a type and a name stand here, or names in parentheses to part a tuple into."""
    if cursor.word("await"):
        return False
    after, sure = scan_type(cursor, cursor.at)
    following = cursor.tokens[after].kind
    if sure and (following == "name" or (cursor.kind in PREDEFINED and following not in ".(")):
        return True  # `int = 1` lacks its name
    return cursor.word("var") and cursor.peek().kind == "(" and _is_parting(cursor)


def _is_parting(cursor: Cursor) -> bool:
    """Tell `var (a, b) = x` from a call of something named var."""
    at = cursor.at + 2
    while cursor.tokens[at].kind in ("name", ",", "(", ")"):
        at += 1
    return cursor.tokens[at - 1].kind == ")" and cursor.tokens[at].kind == "="


def parse_variables(cursor: Cursor) -> Node:
    """Read `int a = 1, b` without the semicolon. Raises CompileError."""
    start = cursor.token.start
    children, labels = [parse_declared_type(cursor)], ["type"]
    while True:
        children.append(_variable(cursor))
        labels.append("variable")
        if not cursor.skip(","):
            return cursor.node("variable_declaration", start, children, labels)


def _variable(cursor: Cursor) -> Node:
    start = cursor.token.start
    children, labels = [parse_names(cursor) if cursor.kind == "(" else cursor.name()], ["name"]
    if cursor.skip("="):
        is_list = cursor.kind == "{"
        children.append(parse_initializer(cursor) if is_list else cursor.expression())
        labels.append("value")
    return cursor.node("variable_declarator", start, children, labels)


def parse_names(cursor: Cursor) -> Node:
    """Read `(a, b)`, the names a tuple or pair is parted into. Raises CompileError."""
    start = cursor.expect("(").start
    names = [cursor.name()]
    while cursor.skip(","):
        names.append(parse_names(cursor) if cursor.kind == "(" else cursor.name())
    cursor.expect(")")
    return cursor.node("tuple_pattern", start, names)


def is_function(cursor: Cursor) -> bool:
    """Tell whether a local function is declared here: a type, a name and a parenthesis."""
    after, sure = scan_type(cursor, cursor.at)
    tokens = cursor.tokens
    if not sure or tokens[after].kind != "name":
        return False
    return tokens[after + 1].kind in ("(", "<")


def parse_function(cursor: Cursor) -> Node:
    """Read a local function. Raises CompileError."""
    start = cursor.token.start
    children, labels = [parse_type(cursor), cursor.name()], ["type", "name"]
    if cursor.kind == "<":
        cursor.next()
        while cursor.kind == "name":
            children.append(cursor.name())
            labels.append("generic")
            cursor.skip(",")
        cursor.expect(">")
    children.append(parse_parameters(cursor))
    labels.append("parameters")
    if cursor.skip("=>"):
        children.append(cursor.expression())
        cursor.expect(";")
    else:
        children.append(cursor.block())
    labels.append("body")
    return cursor.node("local_function_statement", start, children, labels)
