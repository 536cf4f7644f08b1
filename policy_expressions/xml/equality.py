"""What XNode.DeepEquals tells, and the comparers that go by it."""

from __future__ import annotations

from typing import Any

from policy_expressions.runtime.abilities import Folds
from policy_expressions.xml.nodes import Comment, Element, Instruction, Node, Text


def same(a: Any, b: Any) -> bool:
    """Tell what XNode.DeepEquals tells: the same nodes, attributes in the same order."""
    if a is None or b is None or a is b:
        return a is b
    if a.__class__ is not b.__class__:
        return False
    if isinstance(a, Text):
        return bool(a.node_type == b.node_type and a.value == b.value)
    if isinstance(a, Comment):
        return bool(a.value == b.value)
    if isinstance(a, Instruction):
        return bool(a.target == b.target and a.data == b.data)
    if isinstance(a, Element):
        ours = [(x.name, x.value) for x in a.attributes]
        if a.name != b.name or ours != [(x.name, x.value) for x in b.attributes]:
            return False
    return len(a.nodes) == len(b.nodes) and all(map(same, a.nodes, b.nodes))


class Comparer(Folds):
    """XNodeEqualityComparer and XNodeDocumentOrderComparer."""

    def __init__(self, of: str) -> None:
        self.type = of

    def fold(self, node: Any) -> Any:
        """Return a key that is equal for nodes that DeepEquals calls equal."""
        return None if node is None else _Key(node)


class _Key:
    def __init__(self, node: Node) -> None:
        self._node = node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and same(self._node, other._node)

    def __hash__(self) -> int:
        return hash(self._node.__class__)
