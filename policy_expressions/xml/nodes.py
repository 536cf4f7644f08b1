"""The nodes of System.Xml.Linq: a tree whose nodes know their parent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

from policy_expressions.errors import ExpressionFailure, invalid_operation
from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.run import Run
from policy_expressions.xml.declaration import Declaration
from policy_expressions.xml.names import XMLNS, Name
from policy_expressions.xml.writer import write


class Thing(HasText):
    """XObject: a node or an attribute."""

    type = "XObject"
    node_type = "None"  # of XmlNodeType
    parent: Optional[Container] = None

    @property
    def element(self) -> Optional[Element]:
        """Return the element around, None when there is none."""
        return self.parent if isinstance(self.parent, Element) else None

    def to_text(self, run: Run) -> str:
        """Return what ToString gives: indented."""
        return write(run, self)

    def document(self) -> Optional[Document]:
        """Return the document this stands in."""
        top: Any = self
        while top.parent is not None:
            top = top.parent
        return top if isinstance(top, Document) else None


class Attribute(Thing):
    """XAttribute."""

    type = "XAttribute"
    node_type = "Attribute"

    def __init__(self, name: Name, value: str) -> None:
        self.name = name
        self.value = value
        self.written = name.local  # with the prefix that a text had

    @property
    def declares(self) -> bool:
        """Tell whether it declares a namespace."""
        return self.name.uri == XMLNS or self.name == Name("xmlns")

    @property
    def prefix(self) -> str:
        """Return the prefix it declares."""
        return self.name.local if self.name.uri else ""

    def copy(self) -> Attribute:
        """Return one without parent."""
        return Attribute(self.name, self.value)


class Node(Thing):
    """XNode."""

    type = "XNode"

    def copy(self) -> Node:
        """Return a copy without parent, with all that is in it."""
        raise NotImplementedError

    def position(self) -> int:
        """Return its place among its parent's nodes."""
        nodes = self.parent.nodes if self.parent else []
        return next((i for i, node in enumerate(nodes) if node is self), -1)

    def beside(self, offset: int) -> Optional[Node]:
        """Return the next or previous node."""
        at = self.position() + offset
        nodes = self.parent.nodes if self.parent else []
        return nodes[at] if self.parent and 0 <= at < len(nodes) else None

    def remove(self) -> None:
        """Take it out of its parent."""
        if self.parent is None:
            raise invalid_operation("The parent is missing.")
        del self.parent.nodes[self.position()]
        if not self.parent.nodes:
            self.parent.clear()
        self.parent = None

    def ancestors(self) -> Iterator[Element]:
        """Yield the elements around, nearest first."""
        around = self.element
        while around is not None:
            yield around
            around = around.element


class Text(Node):
    """XText, or XCData."""

    node_type = "Text"

    def __init__(self, value: str, cdata: bool = False) -> None:
        self.value = value
        self.type = "XCData" if cdata else "XText"
        self.node_type = "CDATA" if cdata else "Text"

    def copy(self) -> Text:
        """Return one without parent."""
        return Text(self.value, self.node_type == "CDATA")


class Comment(Node):
    """XComment."""

    type = "XComment"
    node_type = "Comment"

    def __init__(self, value: str) -> None:
        self.value = value

    def copy(self) -> Comment:
        """Return one without parent."""
        return Comment(self.value)


class Instruction(Node):
    """XProcessingInstruction."""

    type = "XProcessingInstruction"
    node_type = "ProcessingInstruction"

    def __init__(self, target: str, data: str) -> None:
        self.target = target
        self.data = data

    def copy(self) -> Instruction:
        """Return one without parent."""
        return Instruction(self.target, self.data)


class Container(Node):
    """XContainer."""

    type = "XContainer"

    def __init__(self) -> None:
        self.nodes: list[Node] = []

    def elements(self) -> Iterator[Element]:
        """Yield the elements right below."""
        return (node for node in list(self.nodes) if isinstance(node, Element))

    def descendants(self) -> Iterator[Node]:
        """Yield every node below in document order."""
        for node in list(self.nodes):
            yield node
            if isinstance(node, Container):
                yield from node.descendants()

    def append(self, node: Node) -> None:
        """Put a node at the end; one that stands elsewhere already is copied."""
        self.insert(len(self.nodes), node)

    def insert(self, at: int, node: Node) -> None:
        """Put a node at a place; one that stands elsewhere already is copied."""
        placed = node.copy() if node.parent is not None or node is self.top() else node
        self.check(placed, at)
        placed.parent = self
        self.nodes.insert(at, placed)

    def top(self) -> Node:
        """Return the outermost node around."""
        found: Node = self
        while found.parent is not None:
            found = found.parent
        return found

    def check(self, node: Node, at: int) -> None:
        """Raise an ArgumentException where the node cannot stand."""
        if isinstance(node, Document):
            text = "A node of type Document cannot be added to content."
            raise ExpressionFailure("System.ArgumentException", text)

    def text(self, value: str) -> None:
        """Put text at the end, together with the text that stands there."""
        last = self.nodes[-1] if self.nodes else None
        if isinstance(last, Text) and last.node_type == "Text":
            last.value += value
        elif value:
            self.append(Text(value))

    def clear(self) -> None:
        """Take all nodes out."""
        for node in self.nodes:
            node.parent = None
        self.nodes = []


class Element(Container):
    """XElement; closed tells `<a></a>` from `<a />`."""

    type = "XElement"
    node_type = "Element"

    def __init__(self, name: Name) -> None:
        super().__init__()
        self.name = name
        self.written = name.local  # with the prefix that a text had
        self.attributes: list[Attribute] = []
        self.closed = False

    @property
    def value(self) -> str:
        """Return all text below as one."""
        return "".join(node.value for node in self.descendants() if isinstance(node, Text))

    def find(self, name: Optional[Name]) -> Optional[Attribute]:
        """Return the attribute of that name."""
        return next((a for a in self.attributes if a.name == name), None)

    def add_attribute(self, attribute: Attribute) -> None:
        """Add an attribute; one that stands elsewhere already is copied."""
        if self.find(attribute.name) is not None:
            raise invalid_operation("Duplicate attribute.")
        placed = attribute.copy() if attribute.parent is not None else attribute
        placed.parent = self
        self.attributes.append(placed)

    def remove_attribute(self, attribute: Attribute) -> None:
        """Take an attribute out."""
        self.attributes = [a for a in self.attributes if a is not attribute]
        attribute.parent = None

    def clear(self) -> None:
        """Take all nodes out; it is empty then."""
        super().clear()
        self.closed = False

    def text(self, value: str) -> None:
        """Put text at the end; the empty text too makes it an element that is not empty."""
        self.closed = True
        super().text(value)

    def copy(self) -> Element:
        """Return a copy without parent, with all that is in it."""
        made = Element(self.name)
        made.closed = self.closed
        for attribute in self.attributes:
            made.add_attribute(attribute.copy())
        for node in self.nodes:
            made.append(node.copy())
        return made

    def scope(self, prefix: str) -> Optional[str]:
        """Return the namespace that a prefix stands for here, None when it is not declared."""
        for around in (self, *self.ancestors()):
            for attribute in around.attributes:
                if attribute.declares and attribute.prefix == prefix:
                    return attribute.value
        return None


class Document(Container):
    """XDocument."""

    type = "XDocument"
    node_type = "Document"

    def __init__(self, declaration: Optional[Declaration] = None) -> None:
        super().__init__()
        self.declaration = declaration

    @property
    def root(self) -> Optional[Element]:
        """Return its one element."""
        return next(self.elements(), None)

    def check(self, node: Node, at: int) -> None:
        """Raise InvalidOperationException for a second element, ArgumentException for text."""
        super().check(node, at)
        if isinstance(node, Element) and self.root is not None:
            raise invalid_operation(
                "This operation would create an incorrectly structured document."
            )
        if isinstance(node, Text) and node.value.strip():
            text = "Non-whitespace characters cannot be added to content."
            raise ExpressionFailure("System.ArgumentException", text)

    def copy(self) -> Document:
        """Return a copy with all that is in it."""
        made = Document(self.declaration)
        for node in self.nodes:
            made.append(node.copy())
        return made
