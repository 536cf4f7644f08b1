"""Expressions of C# 7.3, by recursive descent; operators by climbing their precedence.

Source: https://learn.microsoft.com/dotnet/csharp/language-reference/operators/#operator-precedence
"""

from __future__ import annotations

from policy_expressions.errors import CompileError
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.lambdas import is_lambda, parse_lambda
from policy_expressions.syntax.lexer import KEYWORDS, words
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.patterns import parse_pattern
from policy_expressions.syntax.primary import parse_primary
from policy_expressions.syntax.queries import is_query, parse_query
from policy_expressions.syntax.types import TYPE, parse_type, scan_type

POWER = {
    word: power
    for power, words in enumerate(
        ("||", "&&", "|", "^", "&", "== !=", "< > <= >= is as", "<< >>", "+ -", "* / %"), 1
    )
    for word in words.split()
}
_ASSIGNING = words("= += -= *= /= %= &= |= ^= <<= >>=")
_PREFIXES = words("+ - ! ~ & * ++ -- ^")
# What cannot come after `(T)` of a cast, when T could be a value as well
_NO_CAST = words(
    "; ) ] { } , = += -= *= /= %= &= |= ^= <<= ? : || && | ^ & == != < > <= >= ?? << + - "
    "* / % ++ -- [ . -> => .. end"
)


def parse_expression(cursor: Cursor) -> Node:
    """Read an expression. Raises CompileError, or UnsupportedError when it is nested too deeply."""
    cursor.enter()
    if is_lambda(cursor):
        found = parse_lambda(cursor)
    elif is_query(cursor):
        found = parse_query(cursor)
    elif cursor.kind == "throw":
        start = cursor.next().start
        thrown = parse_expression(cursor)
        found = cursor.node("throw_expression", start, (thrown,))
    else:
        found = _assignment(cursor)
    cursor.leave()
    return found


def _assignment(cursor: Cursor) -> Node:
    start = cursor.token.start
    left = _conditional(cursor)
    word = _operator(cursor)
    if word not in _ASSIGNING:
        if word == "??=":
            raise cursor.refuse(newer("coalescing assignment"))
        return left
    _take(cursor, word)
    right = parse_expression(cursor)
    return cursor.node("assignment_expression", start, (left, right), ("left", "right"), (word,))


def _conditional(cursor: Cursor) -> Node:
    """Read `a ? b : c ? d : e` into one node: a condition and a value each time, the last value."""
    start = cursor.token.start
    found = _coalescing(cursor)
    if cursor.kind != "?":
        return found
    children, labels = [found], ["condition"]
    while cursor.skip("?"):
        children.append(parse_expression(cursor))
        cursor.expect(":")
        labels.append("consequence")
        if cursor.kind == "throw" or is_lambda(cursor):
            children.append(parse_expression(cursor))
            labels.append("alternative")
            break
        children.append(_coalescing(cursor))
        labels.append("condition" if cursor.kind == "?" else "alternative")
    if _operator(cursor) in _ASSIGNING:
        last = children.pop()
        children.append(_assigned(cursor, last))
    return cursor.node("conditional_expression", start, children, labels)


def _assigned(cursor: Cursor, left: Node) -> Node:
    word = _operator(cursor)
    _take(cursor, word)
    children = (left, parse_expression(cursor))
    return cursor.node("assignment_expression", left.start, children, ("left", "right"), (word,))


def _coalescing(cursor: Cursor) -> Node:
    """Read `a ?? b ?? c` into one node."""
    start = cursor.token.start
    found = _binary(cursor, 1)
    if cursor.kind != "??":
        return found
    children = [found]
    while cursor.skip("??"):
        if cursor.kind == "throw" or is_lambda(cursor):
            children.append(parse_expression(cursor))
            break
        children.append(_binary(cursor, 1))
    return cursor.node("binary_expression", start, children, (), ("??",))


def _operator(cursor: Cursor) -> str:
    """Return the operator that stands here; `>>` and `>>=` are two tokens that touch."""
    word = cursor.kind
    if word == ">":
        following = cursor.peek()
        if following.start == cursor.token.end and following.kind in (">", ">="):
            return ">>" if following.kind == ">" else ">>="
    return word


def _take(cursor: Cursor, word: str) -> None:
    cursor.next()
    if word in (">>", ">>="):
        cursor.next()


def _binary(cursor: Cursor, least: int) -> Node:
    """Read operators that bind at least so tightly, each to the left."""
    start = cursor.token.start
    left = _unary(cursor)
    while True:
        word = _operator(cursor)
        power = POWER.get(word, 0)
        if not power or power < least:
            return left
        _take(cursor, word)
        if word == "is":
            pattern = parse_pattern(cursor, _shift)
            labels = ("expression", "pattern")
            left = cursor.node("is_pattern_expression", start, (left, pattern), labels)
        elif word == "as":
            of = parse_type(cursor, tested=True)
            left = cursor.node("as_expression", start, (left, of), ("left", "right"))
        else:
            right = _binary(cursor, power + 1)
            labels = ("left", "right")
            left = cursor.node("binary_expression", start, (left, right), labels, (word,))


def _shift(cursor: Cursor) -> Node:
    """Read the constant of a pattern: it ends where a comparison would begin."""
    return _binary(cursor, POWER["<<"])


def _unary(cursor: Cursor) -> Node:
    kind, start = cursor.kind, cursor.token.start
    if kind in _PREFIXES:
        if kind == "^":
            raise cursor.refuse(newer("index operator"))
        if kind in "&*":
            raise cursor.refuse(_unsafe())
        cursor.next()
        operand = _deeper(cursor)
        node = "increment" if kind in ("++", "--") else "prefix_unary_expression"
        return cursor.node(node, start, (operand,), (), (kind,))
    if kind == "(" and _is_cast(cursor):
        cursor.next()
        of = parse_type(cursor)
        cursor.expect(")")
        value = _deeper(cursor)
        return cursor.node("cast_expression", start, (of, value), ("type", "value"))
    if cursor.word("await") and _starts_value(cursor):
        cursor.next()
        return cursor.node("await_expression", start, (_deeper(cursor),))
    found = parse_primary(cursor)
    if cursor.kind == "switch" and cursor.peek().kind == "{":
        raise cursor.refuse(newer("recursive patterns"))
    if cursor.kind == "..":
        raise cursor.refuse(newer("range operator"))
    if cursor.word("with") and cursor.peek().kind == "{":
        raise cursor.refuse(newer("records"))
    return found


def _deeper(cursor: Cursor) -> Node:
    cursor.enter()
    found = _unary(cursor)
    cursor.leave()
    return found


def _unsafe() -> CompileError:
    text = "Pointers and fixed size buffers may only be used in an unsafe context"
    return CompileError("CS0214", text)


def _starts_value(cursor: Cursor) -> bool:
    following = cursor.peek().kind
    return following in ("name", "string_literal", "number_literal", "new", "typeof", "default")


def _is_cast(cursor: Cursor) -> bool:
    """Tell `(T)x` from a value in parentheses, by what stands in them and after them."""
    after, sure = scan_type(cursor, cursor.at + 1)
    tokens = cursor.tokens
    if not sure or tokens[after].kind != ")":
        return False
    following = tokens[after + 1].kind if after + 1 < len(tokens) else "end"
    if sure == TYPE:
        return True
    if following in KEYWORDS:
        return following not in ("as", "is", "switch", "in")
    return following not in _NO_CAST
