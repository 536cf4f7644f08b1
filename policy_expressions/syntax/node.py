"""A node of the syntax tree, in a form of our own: immutable, without comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True, eq=False)
class Node:
    """A node of the syntax tree: children without comments, tokens the words between them.

    labels and after run along with children: the field of each, and the token that follows it.
    """

    kind: str
    text: str
    line: int
    children: tuple[Node, ...]
    labels: tuple[Optional[str], ...]
    tokens: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def get(self, label: str) -> Optional[Node]:
        """Return the first child of that field."""
        return next((c for c, name in zip(self.children, self.labels) if name == label), None)

    def __getitem__(self, label: str) -> Node:
        child = self.get(label)
        if child is None:
            raise KeyError(label)
        return child

    def all(self, label: str) -> list[Node]:
        """Return every child of that field."""
        return [child for child, name in zip(self.children, self.labels) if name == label]

    def only(self, kind: str) -> Optional[Node]:
        """Return the first child of that kind."""
        return next((child for child in self.children if child.kind == kind), None)


def field(name: Node) -> Node:
    """Return a node that names a member, as `.Name` does."""
    return Node("member_binding_expression", name.text, name.line, (name,), ("name",))
