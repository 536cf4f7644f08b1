"""Values and what follows them: names, literals, members, indexes and calls."""

from __future__ import annotations

from typing import Optional

from policy_expressions.errors import CompileError
from policy_expressions.syntax.creation import parse_argument, parse_arguments_list, parse_new
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.lexer import Part
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.types import PREDEFINED, are_arguments, parse_arguments, parse_type

_LITERALS = {
    "number_literal": "number_literal",
    "string_literal": "string_literal",
    "verbatim_string_literal": "verbatim_string_literal",
    "character_literal": "character_literal",
    "true": "boolean_literal",
    "false": "boolean_literal",
    "null": "null_literal",
}
_STEPS = {
    ".": ("member_access_expression", ("expression", "name")),
    "?": ("conditional_access_expression", ("condition", "binding")),
    "[": ("element_access_expression", ("expression", "subscript")),
    "(": ("invocation_expression", ("function", "arguments")),
}


def parse_primary(cursor: Cursor) -> Node:
    """Read a value with its members, indexes and calls. Raises CompileError."""
    start = cursor.token.start
    found = _value(cursor)
    while True:
        kind = cursor.kind
        step = _step(cursor, kind)
        if step is not None:
            node, labels = _STEPS[kind]
            found = cursor.node(node, start, (found, step), labels)
        elif kind in ("++", "--"):
            cursor.next()
            found = cursor.node("postfix_unary_expression", start, (found,), (), (kind,))
        elif kind == "!":
            raise cursor.refuse(newer("nullable reference types"))
        elif kind == "->":
            text = "The * or -> operator must be applied to a pointer"
            raise cursor.refuse(CompileError("CS0193", text))
        else:
            return found


def _step(cursor: Cursor, kind: str) -> Optional[Node]:
    """Read what leads on from a value: `.a`, `?.a`, `?[i]`, `[i]` or `(a)`."""
    if kind == ".":
        cursor.next()
        return _name(cursor)
    if kind == "(":
        return parse_arguments_list(cursor, "argument_list")
    if kind == "[":
        return parse_arguments_list(cursor, "bracketed_argument_list")
    if kind != "?" or cursor.peek().kind not in (".", "["):
        return None
    start = cursor.next().start
    if cursor.skip("."):
        return cursor.node("member_binding_expression", start, (_name(cursor),), ("name",))
    listed = parse_arguments_list(cursor, "bracketed_argument_list")
    return cursor.node("element_binding_expression", start, listed.children)


def _name(cursor: Cursor) -> Node:
    """Read a name, with type arguments where `<` can mean nothing else."""
    name = cursor.name()
    if cursor.kind == "<" and are_arguments(cursor):
        arguments = parse_arguments(cursor)
        return cursor.node("generic_name", name.start, (name, arguments))
    return name


def _value(cursor: Cursor) -> Node:
    kind = cursor.kind
    if kind in _LITERALS:
        return cursor.leaf(_LITERALS[kind])
    if kind == "name":
        return _named(cursor)
    if kind == "(":
        return _parenthesized(cursor)
    if kind == "interpolated":
        return _interpolated(cursor)
    if kind == "new":
        return parse_new(cursor)
    if kind in PREDEFINED:
        if cursor.peek().kind != ".":
            raise cursor.no_term()
        return cursor.leaf("predefined_type")
    if kind in ("typeof", "sizeof", "default"):
        return _of_type(cursor)
    if kind in ("checked", "unchecked"):
        start = cursor.next().start
        cursor.expect("(")
        inner = cursor.expression()
        cursor.expect(")")
        return cursor.node("checked_expression", start, (inner,), (), (kind,))
    if kind in ("this", "base"):
        return cursor.leaf(f"{kind}_expression")
    if kind == "[":
        raise cursor.refuse(newer("collection expressions"))
    if kind == "..":
        raise cursor.refuse(newer("range operator"))
    if kind == "end" and cursor.token.text == "}" and len(cursor.tokens) == 1:
        raise cursor.refuse(CompileError("CS1733", "Expected expression"))
    raise cursor.no_term()


def _named(cursor: Cursor) -> Node:
    start = cursor.token.start
    if cursor.word("nameof") and cursor.peek().kind == "(":
        cursor.next()
        named = cursor.condition()
        return cursor.node("nameof_expression", start, (named,))
    if cursor.peek().kind == "::":
        alias = cursor.name()
        cursor.next()
        children = (alias, _name(cursor))
        return cursor.node("alias_qualified_name", start, children, ("alias", "name"))
    return _name(cursor)


def _of_type(cursor: Cursor) -> Node:
    """Read `typeof(T)`, `sizeof(T)`, `default(T)` and `default`."""
    word = cursor.next()
    if word.kind == "default" and cursor.kind != "(":
        return cursor.node("default_expression", word.start)
    cursor.expect("(")
    of = parse_type(cursor)
    cursor.expect(")")
    return cursor.node(f"{word.kind}_expression", word.start, (of,), ("type",))


def _parenthesized(cursor: Cursor) -> Node:
    """Read `(a)`, or a tuple: `(a, b: c)`."""
    start = cursor.next().start
    first = parse_argument(cursor, parted=True)
    if cursor.kind == "," or first.get("name") is not None:
        items = [first]
        while cursor.skip(","):
            items.append(parse_argument(cursor, parted=True))
        cursor.expect(")")
        return cursor.node("tuple_expression", start, items)
    cursor.expect(")")
    return cursor.node("parenthesized_expression", start, (first["value"],))


def _interpolated(cursor: Cursor) -> Node:
    token = cursor.next()
    source, found = cursor.source, []
    for part in token.parts:
        if part.tokens:
            found.append(_hole(cursor, part))
        elif part.end > part.start:
            found.append(Node("string_content", source, part.start, part.end))
    return cursor.node("interpolated_string_expression", token.start, found)


def _hole(cursor: Cursor, part: Part) -> Node:
    inner = cursor.inside(part.tokens)
    children, labels = [inner.expression()], ["value"]
    if inner.skip(","):
        children.append(inner.expression())
        labels.append("alignment")
    if inner.kind != "end":
        raise inner.missing("}")
    if part.form is not None:
        children.append(Node("format", cursor.source, part.form, part.end - 1))
        labels.append("format")
    return Node("interpolation", cursor.source, part.start, part.end, children, labels)
