"""System.Xml.XmlDocument, as far as one is read: Microsoft's samples do no more with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from policy_expressions.runtime.containers import List
from policy_expressions.runtime.enums import member
from policy_expressions.runtime.run import Run
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import with_run
from policy_expressions.xml import nodes as tree
from policy_expressions.xml.paths import Item, select, text_of
from policy_expressions.xml.reader import parse_document
from policy_expressions.xml.writer import write

_SPACE = "System.Xml"
_PATH = "(string! xpath)"
_FULL_PATH = "(string! xpath, XmlNamespaceManager! nsmgr)"
_NAMES = {
    "Document": "#document",
    "Text": "#text",
    "CDATA": "#cdata-section",
    "Comment": "#comment",
}
_TYPES = {
    "Document": "XmlDocument",
    "Element": "XmlElement",
    "Attribute": "XmlAttribute",
}


class XmlNode:
    """XmlNode: a node of the tree that XElement has, too."""

    def __init__(self, node: Item) -> None:
        self.node = node
        self.type = _TYPES.get(node.node_type, "XmlNode")

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same node."""
        return isinstance(other, XmlNode) and other.node is self.node

    def __hash__(self) -> int:
        """Hash as equality demands."""
        return id(self.node)


class Spaces:
    """XmlNamespaceManager: the namespaces of prefixes."""

    type = "XmlNamespaceManager"

    def __init__(self, _: Any) -> None:
        self.uris: dict[str, str] = {}


def _node(node: Optional[Item]) -> Optional[XmlNode]:
    return None if node is None else XmlNode(node)


def _list(items: Any) -> List:
    return List("XmlNodeList", map(XmlNode, items))


def _at(items: list[Any], index: int) -> Any:
    return list.__getitem__(items, index) if 0 <= index < len(items) else None


def _name(of: XmlNode) -> str:
    if isinstance(of.node, (tree.Element, tree.Attribute)):
        return of.node.written
    if isinstance(of.node, tree.Instruction):
        return of.node.target
    return _NAMES[of.node.node_type]


def _uri(of: XmlNode) -> str:
    return of.node.name.uri if isinstance(of.node, (tree.Element, tree.Attribute)) else ""


def _value(of: XmlNode) -> Optional[str]:
    return getattr(of.node, "value", None) if of.type not in ("XmlElement", "XmlDocument") else None


def _nodes(of: XmlNode) -> list[tree.Node]:
    return of.node.nodes if isinstance(of.node, tree.Container) else []


def _outer(run: Run, of: XmlNode) -> str:
    if isinstance(of.node, tree.Document) and of.node.declaration is not None:
        return of.node.declaration.to_text(run) + write(run, of.node, indented=False)
    return write(run, of.node, indented=False)


def _inner(run: Run, of: XmlNode) -> str:
    return "".join(write(run, node, indented=False) for node in _nodes(of))


def _beside(offset: int) -> Callable[[XmlNode], Optional[XmlNode]]:
    return lambda of: _node(of.node.beside(offset) if isinstance(of.node, tree.Node) else None)


def _edge(at: int) -> Callable[[XmlNode], Optional[XmlNode]]:
    return lambda of: _node(_nodes(of)[at] if _nodes(of) else None)


def _select(of: XmlNode, path: str, spaces: Optional[Spaces] = None) -> list[Item]:
    return select(of.node, path, spaces.uris if spaces is not None else {})


def _first(of: XmlNode, path: str, spaces: Optional[Spaces] = None) -> Optional[XmlNode]:
    return _node(next(iter(_select(of, path, spaces)), None))


def _attributes(of: XmlNode) -> Optional[List]:
    if not isinstance(of.node, tree.Element):
        return None
    return List("XmlAttributeCollection", map(XmlNode, of.node.attributes))


def _attribute(of: XmlNode, name: str) -> Optional[str]:
    held = of.node.attributes if isinstance(of.node, tree.Element) else []
    return next((each.value for each in held if each.written == name), None)


def _called(of: XmlNode, name: str, within: bool) -> list[Item]:
    """Return the elements of a name as it is written, right inside or anywhere."""
    inside = of.node.descendants() if isinstance(of.node, tree.Container) and within else _nodes(of)
    return [e for e in inside if isinstance(e, tree.Element) and name in ("*", e.written)]


def _load(run: Run, document: XmlNode, text: str) -> None:
    document.node = parse_document(run, text)


_TAGS = {
    "XmlNodeList GetElementsByTagName(string! name)": lambda of, name: _list(
        _called(of, name, within=True)
    )
}
_XML_NODE = {
    "string Name": _name,
    "string LocalName": lambda of: _name(of).rpartition(":")[2],
    "string Prefix": lambda of: _name(of).rpartition(":")[0],
    "string NamespaceURI": _uri,
    "XmlNodeType NodeType": lambda of: member("XmlNodeType", of.node.node_type),
    "string Value": _value,
    "string InnerText": lambda of: text_of(of.node),
    "string OuterXml": with_run(_outer),
    "string InnerXml": with_run(_inner),
    "XmlNode ParentNode": lambda of: _node(of.node.parent if _value(of) is None else None),
    "XmlNode FirstChild": _edge(0),
    "XmlNode LastChild": _edge(-1),
    "XmlNode NextSibling": _beside(1),
    "XmlNode PreviousSibling": _beside(-1),
    "bool HasChildNodes": lambda of: bool(_nodes(of)),
    "XmlNodeList ChildNodes": lambda of: _list(_nodes(of)),
    "XmlAttributeCollection Attributes": _attributes,
    f"XmlNode SelectSingleNode{_PATH}; XmlNode SelectSingleNode{_FULL_PATH}": _first,
    f"XmlNodeList SelectNodes{_PATH}; XmlNodeList SelectNodes{_FULL_PATH}": (
        lambda of, *given: _list(_select(of, *given))
    ),
    "XmlElement this[string! name]": lambda of, name: _node(
        next(iter(_called(of, name, within=False)), None)
    ),
}
DEFINITIONS = (
    Definition(f"class {_SPACE}.XmlNode", _XML_NODE),
    Definition(
        f"class {_SPACE}.XmlDocument : XmlNode",
        {
            "new()": lambda: XmlNode(tree.Document()),
            "void LoadXml(string! xml)": with_run(_load),
            "XmlElement DocumentElement": lambda of: _node(of.node.root),
            "XmlNameTable NameTable": lambda of: of,
            **_TAGS,
        },
    ),
    Definition(
        f"class {_SPACE}.XmlElement : XmlNode",
        {
            "string GetAttribute(string! name)": lambda of, name: _attribute(of, name) or "",
            "bool HasAttribute(string! name)": lambda of, name: _attribute(of, name) is not None,
            **_TAGS,
        },
    ),
    Definition(f"class {_SPACE}.XmlAttribute : XmlNode"),
    Definition(
        f"class {_SPACE}.XmlNodeList : IEnumerable",
        {"int Count": len, "XmlNode this[int i]; XmlNode Item(int index)": _at},
    ),
    Definition(
        f"class {_SPACE}.XmlAttributeCollection : IEnumerable",
        {
            "int Count": len,
            "XmlAttribute this[int i]": _at,
            "XmlAttribute this[string! name]; XmlNode GetNamedItem(string! name)": (
                lambda held, name: next((each for each in held if _name(each) == name), None)
            ),
        },
    ),
    Definition(f"class {_SPACE}.XmlNameTable"),
    Definition(
        f"class {_SPACE}.XmlNamespaceManager",
        {
            "new(XmlNameTable nameTable)": Spaces,
            "void AddNamespace(string! prefix, string! uri)": (
                lambda spaces, prefix, uri: spaces.uris.__setitem__(prefix, uri)
            ),
        },
    ),
)
