"""Parses what stands in `@(...)` or `@{...}`: C# 7.3 expressions and statements."""

from __future__ import annotations

from policy_expressions.errors import CompileError, UnsupportedError
from policy_expressions.syntax.cursor import Cursor, Grammar
from policy_expressions.syntax.expressions import parse_expression
from policy_expressions.syntax.lexer import Lexer
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.source import Source
from policy_expressions.syntax.statements import parse_block, parse_statement, parse_statements

MAX_SOURCE = 64 * 1024  # characters

_GRAMMAR = Grammar(parse_expression, parse_statement, parse_block)


def parse(source: Source, block: bool) -> Node:
    """Return the tree of an expression, or of a block's statements.

    Raises CompileError where C# 7.3 does, UnsupportedError when the source is too long or too
    deep, both with the place of the fault.
    """
    if source.end - source.start > MAX_SOURCE:
        reason = f"is longer than {MAX_SOURCE:,} characters: split it up"
        raise source.at(source.start, UnsupportedError("expression", reason))
    tokens = Lexer(source).tokens("}" if block else ")")
    cursor = Cursor(source, tokens, _GRAMMAR)
    if not block:
        found = parse_expression(cursor)
        if cursor.kind != "end":
            raise cursor.missing(")")
        return found
    statements = parse_statements(cursor)
    if cursor.kind != "end":
        text = "Type or namespace definition, or end-of-file expected"
        raise cursor.refuse(CompileError("CS1022", text))
    return Node("block", source, source.start, source.end, statements, [None] * len(statements))
