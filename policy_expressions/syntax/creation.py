"""Everything `new` makes, and the arguments of calls."""

from __future__ import annotations

from typing import Optional

from policy_expressions.errors import CompileError
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.types import parse_rank, parse_type, scan_type

_CLOSING = {"argument_list": ")", "bracketed_argument_list": "]"}


def parse_arguments_list(cursor: Cursor, kind: str) -> Node:
    """Read the arguments of a call or an index, of a kind of _CLOSING. Raises CompileError."""
    closing, start = _CLOSING[kind], cursor.next().start
    found: list[Node] = []
    while cursor.kind != closing:
        if found and not cursor.skip(","):
            raise cursor.missing(closing if cursor.kind in ("end", ";", "}", ")") else ",")
        found.append(parse_argument(cursor))
    cursor.next()
    return cursor.node(kind, start, found)


def parse_argument(cursor: Cursor, parted: bool = False) -> Node:
    """Read one argument, perhaps with its name, `out` or `ref`. Raises CompileError.

    parted: it stands in a tuple, which may declare what it is parted into: `(int a, b) = x`.
    """
    start, children, labels = cursor.token.start, [], []
    tokens: tuple[str, ...] = ()
    if cursor.kind == "name" and cursor.peek().kind == ":":
        children.append(cursor.name())
        labels.append("name")
        cursor.next()
    if cursor.kind in ("out", "ref", "in"):
        tokens = (cursor.next().kind,)
        declared = _declaration(cursor) if tokens == ("out",) else None
        children.append(declared or cursor.expression())
    else:
        children.append((parted and _declaration(cursor)) or cursor.expression())
    labels.append("value")
    return cursor.node("argument", start, children, labels, tokens)


def _declaration(cursor: Cursor) -> Optional[Node]:
    """Read `var x` or `int x`, when that is all up to the next comma or bracket."""
    after, sure = scan_type(cursor, cursor.at)
    if not sure or cursor.tokens[after].kind != "name":
        return None
    if cursor.tokens[after + 1].kind not in (",", ")", "]"):
        return None
    start = cursor.token.start
    of = parse_declared_type(cursor)
    name = cursor.name()
    return cursor.node("declaration_expression", start, (of, name), ("type", "name"))


def parse_declared_type(cursor: Cursor) -> Node:
    """Read the type of a variable, where `var` leaves it to the compiler."""
    if cursor.word("var") and cursor.peek().kind not in (".", "<", "?", "["):
        return cursor.leaf("implicit_type")
    return parse_type(cursor)


def parse_new(cursor: Cursor) -> Node:
    """Read what begins with `new`. Raises CompileError."""
    start = cursor.next().start
    if cursor.kind == "{":
        return _anonymous(cursor, start)
    if cursor.kind == "[":
        rank = parse_rank(cursor)
        if cursor.kind != "{":
            raise cursor.missing("{")
        made = (rank, parse_initializer(cursor))
        kind = "implicit_array_creation_expression"
        return cursor.node(kind, start, made, (None, "initializer"))
    if cursor.kind == "(" and scan_type(cursor, cursor.at)[1] == 0:
        raise cursor.refuse(newer("target-typed object creation"), cursor.tokens[cursor.at - 1])
    of = parse_type(cursor, ranks=False)
    if cursor.kind == "[":
        return _array(cursor, start, of)
    children, labels = [of], ["type"]
    if cursor.kind == "(":
        children.append(parse_arguments_list(cursor, "argument_list"))
        labels.append("arguments")
    if cursor.kind == "{":
        children.append(parse_initializer(cursor))
        labels.append("initializer")
    if len(children) == 1:
        text = "A new expression requires an argument list or (), [], or {} after type"
        raise cursor.source.at(of.end, CompileError("CS1526", text))
    return cursor.node("object_creation_expression", start, children, labels)


def _array(cursor: Cursor, start: int, element: Node) -> Node:
    """Read `[n]`, `[]` and what follows in `new T[n][]`."""
    first, sizes = cursor.next().start, []
    while cursor.kind != "]":
        if cursor.kind != ",":
            sizes.append(cursor.expression())
        if cursor.kind != "]":
            cursor.expect(",")
    cursor.next()
    rank = cursor.node("array_rank_specifier", first, sizes)
    children, labels = [element, rank], ["type", "rank"]
    while cursor.kind == "[" and cursor.peek().kind in ("]", ","):
        children.append(parse_rank(cursor))
        labels.append("rank")
    if cursor.kind == "{":
        children.append(parse_initializer(cursor))
        labels.append("initializer")
    elif not sizes:
        text = "Array creation must have array size or array initializer"
        raise cursor.source.at(rank.start, CompileError("CS1586", text))
    return cursor.node("array_creation_expression", start, children, labels)


def parse_initializer(cursor: Cursor) -> Node:
    """Read `{ a, b }`, `{ A = 1, ["b"] = 2 }` or `{ { "a", 1 } }`. Raises CompileError."""
    cursor.enter()
    start, found = cursor.expect("{").start, []
    while cursor.kind != "}":
        found.append(_item(cursor))
        if cursor.kind != "}" and not cursor.skip(","):
            raise cursor.missing("}" if cursor.kind in ("end", ";", ")") else ",")
    cursor.next()
    cursor.leave()
    return cursor.node("initializer_expression", start, found)


def _item(cursor: Cursor) -> Node:
    start = cursor.token.start
    if cursor.kind == "{":
        return parse_initializer(cursor)
    if cursor.kind == "[":
        left = parse_arguments_list(cursor, "bracketed_argument_list")
    elif cursor.kind == "name" and cursor.peek().kind == "=":
        left = cursor.name()
    else:
        return cursor.expression()
    cursor.expect("=")
    right = parse_initializer(cursor) if cursor.kind == "{" else cursor.expression()
    return cursor.node("assignment_expression", start, (left, right), ("left", "right"), ("=",))


def _anonymous(cursor: Cursor, start: int) -> Node:
    cursor.enter()
    cursor.expect("{")
    found: list[Node] = []
    while cursor.kind != "}":
        first, children, labels = cursor.token.start, [], []
        if cursor.kind == "name" and cursor.peek().kind == "=":
            children.append(cursor.name())
            labels.append("name")
            cursor.next()
        children.append(cursor.expression())
        labels.append("value")
        found.append(cursor.node("anonymous_member", first, children, labels))
        if cursor.kind != "}" and not cursor.skip(","):
            raise cursor.missing("}" if cursor.kind in ("end", ";", ")") else ",")
    cursor.next()
    cursor.leave()
    return cursor.node("anonymous_object_creation_expression", start, found)
