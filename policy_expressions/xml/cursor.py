"""System.Xml.XmlReader: goes over a text node by node, forward only.

https://learn.microsoft.com/dotnet/api/system.xml.xmlreader
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Optional, Union

from policy_expressions.errors import ExpressionFailure, invalid_operation
from policy_expressions.runtime.enums import member
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.values import Enumeration
from policy_expressions.xml.names import Name, xml_error
from policy_expressions.xml.nodes import (
    Attribute,
    Comment,
    Container,
    Document,
    Element,
    Instruction,
    Node,
    Text,
)
from policy_expressions.xml.reader import parse_steps
from policy_expressions.xml.steps import Settings, Step, walk
from policy_expressions.xml.writer import write

_CONTENT = ("Element", "Text", "CDATA", "EndElement")


class XmlReader:
    """XmlReader over a text, which is read when the first node is asked for."""

    type = "XmlReader"

    def __init__(self, run: Run, text: str, settings: Optional[Settings] = None) -> None:
        self._run = run
        self._text = text
        self._ignored = settings.ignored if settings is not None else {}
        self._steps: Optional[Iterator[Step]] = None
        self._fault: Optional[ExpressionFailure] = None
        self._at: Optional[Step] = None  # the node, also while one of its attributes is looked at
        self._attribute = -1
        self.state = "Initial"

    @property
    def step(self) -> Optional[Step]:
        """Return the node or the attribute it stands at, None before the first and at the end."""
        if self._at is None or self._attribute < 0:
            return self._at
        return Step("Attribute", self.attributes()[self._attribute], self._at.depth + 1)

    @property
    def kind(self) -> str:
        """Return the XmlNodeType's name."""
        step = self.step
        return step.kind if step else "None"

    def name(self) -> str:
        """Return the name with its prefix, empty where there is none."""
        step = self.step
        if step is None:
            return ""
        if isinstance(step.node, (Element, Attribute)):
            return step.node.written
        if isinstance(step.node, Instruction):
            return step.node.target
        return "xml" if step.kind == "XmlDeclaration" else ""

    def uri(self) -> str:
        """Return the namespace of the name."""
        node = self.step.node if self.step else None
        return node.name.uri if isinstance(node, (Element, Attribute)) else ""

    def value(self) -> str:
        """Return the text of the node."""
        step = self.step
        if step is None:
            return ""
        if isinstance(step.node, (Text, Comment, Attribute)):
            return step.node.value
        if isinstance(step.node, Instruction):
            return step.node.data
        if isinstance(step.node, Document) and step.node.declaration is not None:
            return step.node.declaration.to_text(self._run)[len("<?xml ") : -len("?>")]
        return ""

    def is_empty(self) -> bool:
        """Tell whether it stands at an element of the form `<a/>`."""
        node = self.step.node if self.step else None
        return isinstance(node, Element) and not node.nodes and not node.closed

    def attributes(self) -> list[Attribute]:
        """Return the attributes of the element."""
        at = self._at
        if at is None or at.kind != "Element" or not isinstance(at.node, Element):
            return []
        return at.node.attributes

    def attribute(self, wanted: Union[str, int], uri: Optional[str] = None) -> Optional[str]:
        """Return the value of an attribute, None where there is none."""
        if isinstance(wanted, int):
            if not 0 <= wanted < len(self.attributes()):
                raise ExpressionFailure(
                    "System.ArgumentOutOfRangeException",
                    "Specified argument was out of the range of valid values. (Parameter 'i')",
                )
            return self.attributes()[wanted].value
        at = self._find(wanted, uri)
        return None if at < 0 else self.attributes()[at].value

    def _find(self, name: str, uri: Optional[str]) -> int:
        for at, held in enumerate(self.attributes()):
            if held.written == name if uri is None else held.name == Name(name, uri):
                return at
        return -1

    def read(self) -> bool:
        """Go to the next node; tell whether there is one. Raises XmlException."""
        if self._steps is None:
            document, unclosed, self._fault = parse_steps(self._run, self._text)
            self._steps = walk(document, 0, unclosed)
            self.state = "Interactive"
        self._attribute = -1
        self._run.step()
        self._at = next((s for s in self._steps if not self._ignored.get(s.kind)), None)
        if self._at is not None:
            return True
        fault, self._fault = self._fault, None
        if fault is not None:
            self.state = "Error"
            raise fault
        if self.state == "Interactive":
            self.state = "EndOfFile"
        return False

    def move_to_content(self) -> Enumeration:
        """Go on to content unless it stands there; return the XmlNodeType."""
        self._attribute = -1
        while self.kind not in _CONTENT and self.read():
            pass
        return member("XmlNodeType", self.kind)

    def move_to_attribute(self, at: int) -> bool:
        """Go to an attribute of the element; tell whether there is one."""
        if not 0 <= at < len(self.attributes()):
            return False
        self._attribute = at
        return True

    def move_to_named(self, name: str, uri: Optional[str] = None) -> bool:
        """Go to the attribute of that name; tell whether there is one."""
        return self.move_to_attribute(self._find(name, uri))

    def move_to_next(self) -> bool:
        """Go to the next attribute; tell whether there is one."""
        return self.move_to_attribute(self._attribute + 1)

    def move_to_element(self) -> bool:
        """Go back to the element of the attribute; tell whether it stood at one."""
        was, self._attribute = self._attribute, -1
        return was >= 0

    def is_start(self, name: Optional[str] = None, uri: Optional[str] = None) -> bool:
        """Tell whether the next content is the start of an element, of that name if given."""
        self.move_to_content()
        return self.kind == "Element" and (name is None or self._is_named(name, uri))

    def _is_named(self, name: str, uri: Optional[str]) -> bool:
        node = self._at.node if self._at else None
        if not isinstance(node, Element):
            return False
        return node.written == name if uri is None else node.name == Name(name, uri)

    def read_start(self, name: Optional[str] = None, uri: Optional[str] = None) -> None:
        """Go past the start of an element. Raises XmlException where there is none."""
        if not self.is_start(name, uri):
            if self.kind == "Element":
                raise xml_error(f"Element '{name}' was not found.")
            raise xml_error(f"'{self.kind}' is an invalid XmlNodeType.")
        self.read()

    def read_end(self) -> None:
        """Go past the end of an element. Raises XmlException where there is none."""
        self.move_to_content()
        if self.kind != "EndElement":
            raise xml_error(f"'{self.kind}' is an invalid XmlNodeType.")
        self.read()

    def read_to_following(self, name: str, uri: Optional[str] = None) -> bool:
        """Go on to the next element of that name; tell whether there is one."""
        return self._seek(lambda step: True, name, uri)

    def read_to_descendant(self, name: str, uri: Optional[str] = None) -> bool:
        """Go on to the next element of that name inside; tell whether there is one."""
        start = self._at
        if start is None:
            return self.state == "Initial" and self.read_to_following(name, uri)
        if start.kind != "Element" or self.is_empty():
            return False
        return self._seek(lambda step: step.depth > start.depth, name, uri)

    def read_to_sibling(self, name: str, uri: Optional[str] = None) -> bool:
        """Go on to the next element of that name beside; tell whether there is one."""
        start = self._at
        while start is not None and self.skip() and self._at and self._at.kind != "EndElement":
            if self._at.kind == "Element" and self._is_named(name, uri):
                return True
        return False

    def _seek(self, inside: Callable[[Step], bool], name: str, uri: Optional[str]) -> bool:
        while self.read() and self._at is not None and inside(self._at):
            if self._at.kind == "Element" and self._is_named(name, uri):
                return True
        return False

    def skip(self) -> bool:
        """Go past the node with all that is in it; tell whether there is another."""
        start = self._at
        if start is not None and start.kind == "Element" and not self.is_empty():
            while self.read() and self._at is not None and self._at.depth > start.depth:
                pass
        return self.read()

    def element_text(self) -> str:
        """Return the text of the element, which has no others inside, and go past it."""
        if self.kind != "Element":
            raise invalid_operation(
                "The ReadElementContentAsString method is not supported on node type "
                f"{self.kind}. If you want to read typed content of an element, use the "
                "ReadElementContentAs method."
            )
        found: list[str] = []
        if not self.is_empty():
            while self.read() and self.kind != "EndElement":
                if self.kind == "Element":
                    raise xml_error(
                        "Unexpected node type Element. ReadElementContentAs method can only be "
                        "called on elements with simple content."
                    )
                found.append(self.value() if self.kind in (*_CONTENT, "Whitespace") else "")
        self.read()
        return "".join(found)

    def outer(self) -> str:
        """Return the node as XML and go past it."""
        if self.kind not in ("Element", "Attribute"):
            self.read()
            return ""
        node = self.step.node if self.step else None
        text = write(self._run, node, indented=False)
        if self.kind == "Element":
            self.skip()
        return text

    def inner(self) -> str:
        """Return all that is in the element as XML and go past it."""
        if self.kind == "Attribute":
            return self.value()
        node = self._at.node if self._at and self._at.kind == "Element" else None
        inside = node.nodes if isinstance(node, Container) else []
        text = "".join(write(self._run, each, indented=False) for each in inside)
        self.skip()
        return text

    def take(self) -> Node:
        """Return the node and go past it, as XNode.ReadFrom does."""
        if self.state != "Interactive":
            raise invalid_operation("The XmlReader state should be Interactive.")
        node = self.step.node if self.step else None
        if not isinstance(node, Node) or self.kind in ("EndElement", "XmlDeclaration"):
            raise invalid_operation(f"The XmlReader should not be on a node of type {self.kind}.")
        self.skip()
        return node.copy()

    def close(self) -> None:
        """Read no further."""
        self.state, self._at, self._steps = "Closed", None, iter(())


def load(reader: XmlReader) -> Node:
    """Return the one element that is left, as XElement.Load does."""
    reader.move_to_content()
    if reader.kind != "Element":
        raise invalid_operation(
            "The XmlReader must be on a node of type Element instead of a node of type "
            f"{reader.kind}."
        )
    found = reader.take()
    reader.move_to_content()
    if reader.state == "Interactive":
        raise invalid_operation("The XmlReader state should be EndOfFile after this operation.")
    return found
