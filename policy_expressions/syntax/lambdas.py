"""Lambdas and anonymous methods."""

from __future__ import annotations

from policy_expressions.errors import CompileError
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.types import parse_type, scan_type

_PARAMETER = ("ref", "out", "in", "params", "this")


def is_lambda(cursor: Cursor) -> bool:
    """Tell whether a lambda or anonymous method begins here."""
    kind = cursor.kind
    if kind == "name":
        if cursor.peek().kind == "=>":
            return True
        return cursor.token.text == "async" and cursor.peek().kind in ("name", "(", "delegate")
    if kind == "(":
        return _is_lambda_list(cursor)
    return kind == "delegate" or (kind == "static" and cursor.peek().kind in ("name", "("))


def _is_lambda_list(cursor: Cursor) -> bool:
    """Tell `(a, b) =>` and `(int a) =>` from a value in parentheses."""
    tokens, at = cursor.tokens, cursor.at + 1
    if tokens[at].kind == ")":
        return at + 1 < len(tokens) and tokens[at + 1].kind == "=>"
    while True:
        if tokens[at].kind in _PARAMETER:
            at += 1
        if tokens[at].kind == "name" and tokens[at + 1].kind in (",", ")"):
            at += 1
        else:
            at, sure = scan_type(cursor, at)
            if not sure or tokens[at].kind != "name":
                return False
            at += 1
        if tokens[at].kind == ")":
            return at + 1 < len(tokens) and tokens[at + 1].kind == "=>"
        if tokens[at].kind != ",":
            return False
        at += 1


def _new_name(cursor: Cursor, before: list[Node]) -> Node:
    """Read the name of a parameter. Raises CompileError where one before has the same."""
    token = cursor.token
    name = cursor.name()
    if any(parameter["name"].name == name.name for parameter in before):
        text = f"The parameter name '{name.name}' is a duplicate"
        is_discard = name.name == "_"
        refusal = newer("lambda discard parameters") if is_discard else CompileError("CS0100", text)
        raise cursor.refuse(refusal, token)
    return name


def parse_lambda(cursor: Cursor) -> Node:
    """Read a lambda or an anonymous method. Raises CompileError."""
    start = cursor.token.start
    tokens: tuple[str, ...] = ()
    if cursor.kind == "static":
        raise cursor.refuse(newer("static anonymous function"))
    if cursor.word("async") and cursor.peek().kind != "=>":
        cursor.next()
        tokens = ("async",)
    if cursor.skip("delegate"):
        given = (parse_parameters(cursor),) if cursor.kind == "(" else ()
        children = (*given, cursor.block())
        labels = ("parameters", "body")[-len(children) :]
        return cursor.node("anonymous_method_expression", start, children, labels, tokens)
    if cursor.kind == "(":
        parameters = parse_parameters(cursor)
    else:
        name = cursor.name()
        parameter = cursor.node("parameter", name.start, (name,), ("name",))
        parameters = cursor.node("parameter_list", name.start, (parameter,))
    cursor.expect("=>")
    body = cursor.block() if cursor.kind == "{" else cursor.expression()
    labels = ("parameters", "body")
    return cursor.node("lambda_expression", start, (parameters, body), labels, tokens)


def parse_parameters(cursor: Cursor) -> Node:
    """Read the parameters of a lambda or a local function. Raises CompileError."""
    start = cursor.expect("(").start
    found: list[Node] = []
    while cursor.kind != ")":
        if found:
            cursor.expect(",")
        first, modifiers = cursor.token.start, []
        while cursor.kind in _PARAMETER:
            modifiers.append(cursor.next().kind)
        children, labels = [], []
        if cursor.kind != "name" or cursor.peek().kind not in (",", ")", "="):
            children.append(parse_type(cursor))
            labels.append("type")
        children.append(_new_name(cursor, found))
        labels.append("name")
        if cursor.skip("="):
            children.append(cursor.expression())
            labels.append("default")
        found.append(cursor.node("parameter", first, children, labels, tuple(modifiers)))
    cursor.next()
    return cursor.node("parameter_list", start, found)
