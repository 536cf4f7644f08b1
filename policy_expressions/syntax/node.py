"""A node of the syntax tree: immutable, without comments and blanks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from policy_expressions.syntax.source import Source


class Node:
    """A node of the syntax tree, from start to end of its source.

    labels run along with children and tell what each of them is, such as `left`; None where the
    kind of the child tells it. tokens: the words that make a difference: operators, modifiers.
    """

    __slots__ = ("children", "end", "kind", "labels", "source", "start", "tokens")

    def __init__(
        self,
        kind: str,
        source: Source,
        start: int,
        end: int,
        children: Sequence[Node] = (),
        labels: Sequence[Optional[str]] = (),
        tokens: tuple[str, ...] = (),
    ) -> None:
        self.kind = kind
        self.source = source
        self.start = start
        self.end = end
        self.children = children
        self.labels = labels
        self.tokens = tokens

    @property
    def text(self) -> str:
        """Return the node as it is written."""
        return self.source.text[self.start : self.end]

    @property
    def name(self) -> str:
        """Return an identifier without the `@` that lets it be a keyword."""
        return self.text.lstrip("@")

    @property
    def place(self) -> int:
        """Return where the compiler points to: in a chain at the member, not at its start."""
        if self.kind in ("member_access_expression", "conditional_access_expression"):
            last = self.children[-1]
            return (
                last.children[0].start if last.kind == "member_binding_expression" else last.start
            )
        return self.children[0].place if self.kind == "invocation_expression" else self.start

    def get(self, label: str) -> Optional[Node]:
        """Return the first child of that label."""
        for child, name in zip(self.children, self.labels):
            if name == label:
                return child
        return None

    def __getitem__(self, label: str) -> Node:
        child = self.get(label)
        if child is None:
            raise KeyError(label)
        return child

    def all(self, label: str) -> list[Node]:
        """Return every child of that label."""
        return [child for child, name in zip(self.children, self.labels) if name == label]

    def __repr__(self) -> str:
        return f"<{self.kind} {self.text!r}>"
