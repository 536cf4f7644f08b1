"""The nodes that an XmlReader comes to, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Union

from policy_expressions.xml.nodes import Attribute, Container, Document, Element, Node, Text

_BLANK = " \t\r\n"


class Settings:
    """XmlReaderSettings: what is passed over."""

    type = "XmlReaderSettings"

    def __init__(self) -> None:
        self.ignored: dict[str, bool] = {"Whitespace": False, "Comment": False}


class Step(NamedTuple):
    """One node that a reader comes to: kind is its XmlNodeType."""

    kind: str
    node: Union[Node, Attribute]
    depth: int


def walk(around: Container, depth: int, unclosed: list[Element]) -> Iterator[Step]:
    """Yield every node below, with the end of each element but those unclosed."""
    if isinstance(around, Document) and around.declaration is not None:
        yield Step("XmlDeclaration", around, depth)
    for node in around.nodes:
        kind = node.node_type
        if isinstance(node, Text) and kind == "Text" and not node.value.strip(_BLANK):
            kind = "Whitespace"
        yield Step(kind, node, depth)
        if isinstance(node, Element):
            yield from walk(node, depth + 1, unclosed)
            if (node.nodes or node.closed) and not any(node is each for each in unclosed):
                yield Step("EndElement", node, depth)
