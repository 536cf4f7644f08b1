"""Which expressions may take long whatever they are given, as the source tells.

An expression in a straight line over short texts is done in microseconds. One that repeats, makes
something of any size or searches by a pattern may take all of its five seconds.
"""

from __future__ import annotations

from policy_expressions.syntax.node import Node

_REPEATS = frozenset(
    [
        "while_statement",
        "do_statement",
        "for_statement",
        "foreach_statement",
        "local_function_statement",
        "lambda_expression",
        "anonymous_method_expression",
        "array_creation_expression",
    ]
)
_GROWS = frozenset(["PadLeft", "PadRight", "Range", "Regex", "Repeat"])  # types and members


def may_take_long(root: Node) -> bool:
    """Tell whether something in the tree repeats, or makes something of any size."""
    rest = [root]
    while rest:
        node = rest.pop()
        if node.kind in _REPEATS or (node.kind == "identifier" and node.name in _GROWS):
            return True
        if node.kind == "object_creation_expression" and node.children[0].name == "string":
            return True
        rest.extend(node.children)
    return False
