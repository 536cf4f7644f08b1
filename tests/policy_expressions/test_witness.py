"""The trees of the own parser against those of tree-sitter, a parser that others wrote.

Both are reduced to the kinds of nodes they share and where each begins and ends. Where they differ
it is tree-sitter that nests otherwise than C# does; each case says how.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Optional

import pytest
import tree_sitter
import tree_sitter_c_sharp

from policy_expressions.errors import ExpressionError
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.parser import parse
from policy_expressions.syntax.source import Source
from tests.policy_expressions.test_cases import CASES

_KINDS = """
anonymous_method_expression anonymous_object_creation_expression argument argument_list
array_creation_expression array_type as_expression assignment_expression await_expression
binary_expression block boolean_literal bracketed_argument_list break_statement
cast_expression catch_clause character_literal checked_expression checked_statement
conditional_expression continue_statement declaration_pattern default_expression do_statement
element_access_expression empty_statement expression_statement for_statement foreach_statement
generic_name identifier implicit_array_creation_expression initializer_expression
interpolated_string_expression interpolation invocation_expression lambda_expression
local_declaration_statement local_function_statement lock_statement member_access_expression
null_literal nullable_type number_literal object_creation_expression parenthesized_expression
postfix_unary_expression predefined_type return_statement sizeof_expression string_literal
switch_statement throw_expression throw_statement try_statement tuple_expression tuple_type
type_argument_list typeof_expression using_statement variable_declaration variable_declarator
verbatim_string_literal while_statement
"""
KINDS = frozenset(_KINDS.split())
RENAMED = {
    "implicit_parameter": "identifier",
    "integer_literal": "number_literal",
    "real_literal": "number_literal",
}
Span = tuple[str, int, int]

# Where tree-sitter nests otherwise than C#.
KNOWN = {
    "takes what stands before `?.` or `?[` to reach back over an operator": "idiom-4 idiom-53 "
    "null-47",
    "reads `(T)a.As<B>(true)` as two comparisons after the cast": "idiom-24 idiom-27 idiom-51 "
    "ctx-body-4",
    "takes `{{{` for one escaped brace": "format-37",
    "nests `??` as it pleases; here it is one node": "null-3",
    "has no list of arguments in `[a] = b` of an initializer": "json-write-47 json-build-32 coll-2",
    "takes `new int[2][]` for a type inside a type": "coll-38",
    "has nameof(x) as a call": "text-49 lit-30",
    "takes `var x` in a pattern for a type and a name": "pattern-24 stmt-10",
    "has a query as it is written; here it is the calls it stands for": "json-build-29 "
    "json-build-30 linq-58 linq-59 linq-60",
}


def theirs(text: str, is_block: bool) -> Optional[set[Span]]:
    """Return the nodes that tree-sitter finds, None where it finds a fault."""
    before, after = (
        ("class C{object M(){", "}}") if is_block else ("class C{object M(){return (", ");}}")
    )
    data = (before + text + after).encode()
    language = tree_sitter.Language(tree_sitter_c_sharp.language())
    root = tree_sitter.Parser(language).parse(data).root_node
    if root.has_error:
        return None
    found = set()
    for node in _named(root):
        start, end = (
            len(data[:at].decode()) - len(before) for at in (node.start_byte, node.end_byte)
        )
        kind = RENAMED.get(node.type, node.type)
        if kind in KINDS and start >= 0 and end <= len(text) and not _is_flat(node):
            found.add((kind, start, end))
    return found


def _named(root: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        stack += node.children
        if node.is_named:
            yield node


def _is_flat(node: tree_sitter.Node) -> bool:
    """Tell what the own tree has as one node: `a ? b : c ? d : e`, and the type in `new T[n]`."""
    parent = node.parent
    if parent is None:
        return False
    if node.type == "array_type":
        return parent.type == "array_creation_expression"
    same = node.type == parent.type == "conditional_expression"
    return same and parent.child_by_field_name("alternative") == node


def ours(text: str, is_block: bool) -> set[Span]:
    root = parse(Source(text), is_block)
    found, stack = set(), [root]
    while stack:
        node: Node = stack.pop()
        stack += node.children
        if node.kind in KINDS and not (is_block and node is root):
            found.add((node.kind, node.start, node.end))
    return found


def cases() -> list[tuple[str, str, bool]]:
    read = [json.loads(line) for line in CASES.read_text(encoding="utf-8").split("\n") if line]
    return [(c["id"], c.get("expr") or c["body"], "body" in c) for c in read]


def test_every_known_expression_has_the_tree_that_tree_sitter_finds() -> None:
    different, compared = set(), 0
    for name, text, is_block in cases():
        try:
            own = ours(text, is_block)
        except ExpressionError:
            continue  # newer than C# 7.3, or no C# at all: see test_cases
        found = theirs(text, is_block)
        if found is None:
            different.add(name)
            continue
        compared += 1
        if found != own:
            different.add(name)
    known = {name for ids in KNOWN.values() for name in ids.split()}
    assert different - known == {"compile-7"}  # 'ab', which the binder refuses
    assert known - different == set()
    assert compared > 1700


@pytest.mark.parametrize(
    "text",
    [
        "1 +",
        "(1",
        "a ? b",
        "f(1,",
        'd["a"',
        "new",
        "x => ",
        '"a" "b"',
        "1 2",
        "if (true) 1",
        "new { a = }",
        "a is",
    ],
)
def test_what_is_no_expression_is_none_for_both(text: str) -> None:
    assert theirs(text, False) is None
    with pytest.raises(ExpressionError):
        ours(text, False)
