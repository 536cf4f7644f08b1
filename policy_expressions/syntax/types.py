"""Types as C# 7.3 writes them, and how to tell one from an expression."""

from __future__ import annotations

from typing import Optional

from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.lexer import Token, words
from policy_expressions.syntax.node import Node

PREDEFINED = words(
    "bool byte char decimal double float int long object sbyte short string uint ulong ushort void"
)
# What may follow the `>` of type arguments in an expression: else it compares
_AFTER_ARGUMENTS = words("( ) ] } : ; , . ? == != | ^ && || & [ end")
# What may follow the `?` of a type after `is` and `as`: anything else makes it a condition
AFTER_NULLABLE = words(") ] } , ; : ? && || & | ^ == != end")
EXPRESSION, CALLED, TYPE = 1, 2, 3  # could be a value too; a generic one; can only be a type


def is_type_start(token: Token) -> bool:
    """Tell whether a type may begin with the token."""
    return token.kind == "name" or token.kind in PREDEFINED


def parse_type(cursor: Cursor, ranks: bool = True, tested: bool = False) -> Node:
    """Read a type. Raises CompileError.

    Without ranks its `[]` are left for `new`; tested: it stands after `is` or `as`.
    """
    cursor.enter()
    start = cursor.token.start
    if cursor.kind in PREDEFINED:
        found = cursor.leaf("predefined_type")
    elif cursor.kind == "(":
        found = _tuple_type(cursor)
    else:
        found = parse_type_name(cursor)
    while True:
        if cursor.kind == "?" and (not tested or cursor.peek().kind in AFTER_NULLABLE):
            cursor.next()
            found = cursor.node("nullable_type", start, (found,))
        elif ranks and cursor.kind == "[" and cursor.peek().kind in ("]", ","):
            rank = parse_rank(cursor)
            found = cursor.node("array_type", start, (found, rank), ("type", "rank"))
        else:
            cursor.leave()
            return found


def parse_rank(cursor: Cursor) -> Node:
    """Read `[]` or `[,]`."""
    start = cursor.next().start
    while cursor.skip(","):
        pass
    cursor.expect("]")
    return cursor.node("array_rank_specifier", start)


def parse_type_name(cursor: Cursor) -> Node:
    """Read a name with its namespaces and type arguments."""
    start = cursor.token.start
    found = parse_simple_name(cursor)
    if cursor.kind == "::":
        cursor.next()
        right = parse_simple_name(cursor)
        found = cursor.node("alias_qualified_name", start, (found, right), ("alias", "name"))
    while cursor.kind == ".":
        cursor.next()
        name = parse_simple_name(cursor)
        found = cursor.node("qualified_name", start, (found, name), ("qualifier", "name"))
    return found


def parse_simple_name(cursor: Cursor) -> Node:
    """Read an identifier with the type arguments that follow it."""
    name = cursor.name()
    if cursor.kind != "<":
        return name
    arguments = parse_arguments(cursor)
    return cursor.node("generic_name", name.start, (name, arguments))


def parse_arguments(cursor: Cursor) -> Node:
    """Read `<A, B>`."""
    start = cursor.expect("<").start
    types = [parse_type(cursor)]
    while cursor.skip(","):
        types.append(parse_type(cursor))
    cursor.expect(">")
    return cursor.node("type_argument_list", start, types)


def _tuple_type(cursor: Cursor) -> Node:
    start = cursor.next().start
    elements = []
    while True:
        first = cursor.token.start
        parts = [parse_type(cursor)]
        if cursor.kind == "name":
            parts.append(cursor.name())
        elements.append(cursor.node("tuple_element", first, parts, ("type", "name")[: len(parts)]))
        if not cursor.skip(","):
            break
    cursor.expect(")")
    return cursor.node("tuple_type", start, elements)


def scan_type(cursor: Cursor, at: int) -> tuple[int, int]:
    """Return the index after the type at an index, and how sure it is; 0 when there is none."""
    tokens = cursor.tokens
    kind = tokens[at].kind
    if kind in PREDEFINED:
        at, sure = at + 1, TYPE
    elif kind == "(":
        at, sure = _scan_tuple(cursor, at)
    else:
        at, sure = _scan_name(cursor, at)
    while sure:
        kind = tokens[at].kind
        if kind == "?":
            at, sure = at + 1, TYPE
        elif kind == "[" and tokens[at + 1].kind in ("]", ","):
            at += 1
            while tokens[at].kind == ",":
                at += 1
            if tokens[at].kind != "]":
                return at, 0
            at, sure = at + 1, TYPE
        else:
            break
    return at, sure


def _scan_name(cursor: Cursor, at: int) -> tuple[int, int]:
    tokens, sure = cursor.tokens, EXPRESSION
    while True:
        if tokens[at].kind != "name":
            return at, 0
        at += 1
        if tokens[at].kind == "<":
            after = scan_arguments(cursor, at)
            if after is None:
                return at, 0 if sure == EXPRESSION else sure
            at, sure = after, CALLED
        if tokens[at].kind not in (".", "::"):
            return at, sure
        at += 1


def _scan_tuple(cursor: Cursor, at: int) -> tuple[int, int]:
    tokens, count = cursor.tokens, 0
    at += 1
    while True:
        at, sure = scan_type(cursor, at)
        if not sure:
            return at, 0
        if tokens[at].kind == "name":
            at += 1
        count += 1
        if tokens[at].kind == ")" and count > 1:
            return at + 1, CALLED
        if tokens[at].kind != ",":
            return at, 0
        at += 1


def scan_arguments(cursor: Cursor, at: int) -> Optional[int]:
    """Return the index after `<A, B>` at an index, None when these are no type arguments."""
    tokens = cursor.tokens
    if tokens[at + 1].kind in (">", ","):  # an unbound type, as in typeof(List<>)
        return None
    while True:
        at, sure = scan_type(cursor, at + 1)
        if not sure:
            return None
        if tokens[at].kind == ">":
            return at + 1
        if tokens[at].kind != ",":
            return None


def are_arguments(cursor: Cursor) -> bool:
    """Tell whether `<` here begins type arguments in an expression, by what follows their `>`."""
    after = scan_arguments(cursor, cursor.at)
    return after is not None and cursor.tokens[after].kind in _AFTER_ARGUMENTS
