"""Patterns of C# 7.3: what may follow `is` and `case`.

Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/patterns
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.types import (
    AFTER_NULLABLE,
    EXPRESSION,
    PREDEFINED,
    TYPE,
    is_type_start,
    parse_type,
    scan_type,
)

_RELATIONS = ("<", ">", "<=", ">=")
# A name before one of these is the word of a pattern, not the constant itself
_AFTER_NOT = (
    "name",
    "number_literal",
    "string_literal",
    "character_literal",
    "null",
    "true",
    "false",
    "(",
    "{",
    "default",
    *PREDEFINED,
)


def parse_pattern(cursor: Cursor, constant: Callable[[Cursor], Node]) -> Node:
    """Read a pattern; constant reads an expression. Raises CompileError, also for newer ones."""
    start = cursor.token.start
    _refuse_newer(cursor)
    if cursor.word("var") and cursor.peek().kind == "name":
        cursor.next()
        name = cursor.name()
        found = cursor.node("var_pattern", start, (name,), ("name",))
    else:
        found = _typed(cursor) or _constant(cursor, constant(cursor))
    for word in ("and", "or"):
        if cursor.word(word):
            raise cursor.refuse(newer(f"{word} pattern"))
    return found


def _constant(cursor: Cursor, value: Node) -> Node:
    if value.kind in ("tuple_expression", "invocation_expression"):  # `(1, 2)` and `Point(1, 2)`
        raise cursor.source.at(value.start, newer("recursive patterns"))
    return cursor.node("constant_pattern", value.start, (value,))


def _refuse_newer(cursor: Cursor) -> None:
    following = cursor.peek().kind
    if cursor.word("not") and following in _AFTER_NOT:
        raise cursor.refuse(newer("not pattern"))
    if cursor.kind in _RELATIONS:
        raise cursor.refuse(newer("relational pattern"))
    if cursor.kind == "{":
        raise cursor.refuse(newer("recursive patterns"))
    if cursor.kind == "[":
        raise cursor.refuse(newer("list pattern"))


def _typed(cursor: Cursor) -> Optional[Node]:
    """Read `T x`, or a T that can be nothing but a type."""
    if not is_type_start(cursor.token):
        return None
    tokens = cursor.tokens
    after, sure = scan_type(cursor, cursor.at)
    if sure and tokens[after - 1].kind == "?" and tokens[after].kind not in AFTER_NULLABLE:
        after -= 1  # `x is int ? a : b`
        sure = TYPE if tokens[after - 1].kind in (">", "]", *PREDEFINED) else EXPRESSION
    following = tokens[after]
    if not sure or following.kind in (".", "("):  # int.MaxValue
        return None
    if following.kind == "{":
        raise cursor.refuse(newer("recursive patterns"))
    named = following.kind == "name" and following.text not in ("and", "or", "when")
    if not named and sure == EXPRESSION:
        return None
    start = cursor.token.start
    of = parse_type(cursor, tested=True)
    if named:
        name = cursor.name()
        return cursor.node("declaration_pattern", start, (of, name), ("type", "name"))
    return cursor.node("type_pattern", start, (of,))
