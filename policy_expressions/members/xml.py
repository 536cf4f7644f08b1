"""System.Xml.Linq: XDocument, XElement and their family."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.members.xml_calls import (
    casts,
    document_order,
    element_of,
    load_element,
    make_attribute,
    make_document,
    make_element,
    reading,
    remove_all,
    remove_attributes,
    remove_each,
    remove_thing,
    replace_all,
    replace_attributes,
    replace_nodes,
    set_element,
)
from policy_expressions.members.xml_content import (
    add,
    add_at,
    add_beside,
    all_of,
    all_of_each,
    as_text,
    attribute_beside,
    edge,
    element_and_around,
    element_and_below,
    elements_below,
    replace_node,
    set_attribute,
    set_value,
    siblings,
)
from policy_expressions.runtime.enums import member
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import with_run
from policy_expressions.xml import nodes as tree
from policy_expressions.xml.cursor import XmlReader, load
from policy_expressions.xml.declaration import Declaration
from policy_expressions.xml.equality import Comparer, same
from policy_expressions.xml.names import XML, XMLNS, Name, Namespace, as_name, checked
from policy_expressions.xml.reader import parse_document, parse_element
from policy_expressions.xml.writer import prefix_of

_SPACE = "System.Xml.Linq"
_NAME = "XName! name"


def _both(returns: str, name: str) -> str:
    """Return two forms of a walk: all, and those of one name."""
    return f"IEnumerable<{returns}> {name}(); IEnumerable<{returns}> {name}({_NAME})"


def _any(declared: str) -> str:
    """Return two forms of a method that takes content."""
    returns, _, name = declared.partition(" ")
    return f"{returns} {name}(object content); {returns} {name}(params object[] content)"


_ANCESTORS = all_of(lambda node: node.ancestors())
_OBJECT = {
    "XElement Parent": lambda thing: thing.element,
    "XDocument Document": lambda thing: thing.document(),
    "XmlNodeType NodeType": lambda thing: member("XmlNodeType", thing.node_type),
}
_NODE = {
    "XNode NextNode": lambda node: node.beside(1),
    "XNode PreviousNode": lambda node: node.beside(-1),
    "void Remove()": tree.Node.remove,
    _any("void AddAfterSelf"): with_run(add_beside(1)),
    _any("void AddBeforeSelf"): with_run(add_beside(0)),
    _any("void ReplaceWith"): with_run(replace_node),
    _both("XElement", "Ancestors"): _ANCESTORS,
    _both("XElement", "ElementsAfterSelf"): all_of(siblings(True, True)),
    _both("XElement", "ElementsBeforeSelf"): all_of(siblings(False, True)),
    "IEnumerable<XNode> NodesAfterSelf()": all_of(siblings(True, False)),
    "IEnumerable<XNode> NodesBeforeSelf()": all_of(siblings(False, False)),
    "bool IsAfter(XNode node)": lambda a, b: document_order(a) > document_order(b),
    "bool IsBefore(XNode node)": lambda a, b: document_order(a) < document_order(b),
    "string ToString(); string ToString(SaveOptions options)": with_run(as_text),
    "static bool DeepEquals(XNode n1, XNode n2)": same,
    "static XNode ReadFrom(XmlReader! reader)": XmlReader.take,
}
_CONTAINER = {
    _any("void Add"): with_run(add),
    _any("void AddFirst"): with_run(lambda run, target, *content: add_at(run, target, 0, content)),
    _both("XElement", "Descendants"): all_of(elements_below),
    "IEnumerable<XNode> DescendantNodes()": all_of(lambda node: node.descendants()),
    f"XElement Element({_NAME})": element_of,
    _both("XElement", "Elements"): all_of(lambda node: node.elements()),
    "IEnumerable<XNode> Nodes()": all_of(lambda node: iter(list(node.nodes))),
    "XNode FirstNode": edge(0, "nodes"),
    "XNode LastNode": edge(-1, "nodes"),
    "void RemoveNodes()": tree.Container.clear,
    _any("void ReplaceNodes"): with_run(replace_nodes),
}
_ELEMENT = {
    f"new({_NAME}); new({_NAME}, object content); new({_NAME}, params object[] content)": (
        with_run(make_element)
    ),
    "new(XElement! other)": tree.Element.copy,
    **casts("XElement", "element"),
    "XName Name": lambda element: element.name,
    "set XName Name": lambda element, name: setattr(element, "name", name),
    "string Value": lambda element: element.value,
    "set string Value": lambda element, text: (element.clear(), element.text(text)),
    "bool IsEmpty": lambda element: not element.nodes and not element.closed,
    "bool HasElements": lambda element: next(element.elements(), None) is not None,
    "bool HasAttributes": lambda element: bool(element.attributes),
    f"XAttribute Attribute({_NAME})": tree.Element.find,
    _both("XAttribute", "Attributes"): all_of(lambda element: iter(list(element.attributes))),
    "XAttribute FirstAttribute": edge(0, "attributes"),
    "XAttribute LastAttribute": edge(-1, "attributes"),
    "void SetAttributeValue(XName! name, object value)": with_run(set_attribute),
    "void SetElementValue(XName! name, object value)": with_run(set_element),
    "void SetValue(object value)": with_run(set_value),
    "void RemoveAttributes()": remove_attributes,
    "void RemoveAll()": remove_all,
    _any("void ReplaceAll"): with_run(replace_all),
    _any("void ReplaceAttributes"): with_run(replace_attributes),
    _both("XElement", "DescendantsAndSelf"): all_of(element_and_below),
    _both("XElement", "AncestorsAndSelf"): all_of(element_and_around),
    "XNamespace GetDefaultNamespace()": lambda element: Namespace(element.scope("") or ""),
    "XNamespace GetNamespaceOfPrefix(string! prefix)": lambda element, prefix: (
        None if (uri := element.scope(prefix)) is None else Namespace(uri)
    ),
    "string GetPrefixOfNamespace(XNamespace! ns)": lambda element, ns: prefix_of(element, ns.uri),
    "static XElement Parse(string! text); "
    "static XElement Parse(string! text, LoadOptions options)": with_run(reading(parse_element)),
    "static XElement Load(StringReader! textReader); "
    "static XElement Load(StringReader! textReader, LoadOptions options)": with_run(load_element),
    "static XElement Load(XmlReader! reader)": load,
}
_DOCUMENT = {
    "new(); new(params object[] content); "
    "new(XDeclaration declaration, params object[] content)": with_run(make_document),
    "new(XDocument! other)": tree.Document.copy,
    "XElement Root": lambda document: document.root,
    "XDeclaration Declaration": lambda document: document.declaration,
    "set XDeclaration Declaration": lambda document, value: setattr(document, "declaration", value),
    "static XDocument Parse(string! text); "
    "static XDocument Parse(string! text, LoadOptions options)": with_run(reading(parse_document)),
    "static XDocument Load(string uri); static XDocument Load(StringReader textReader)": None,
}
_ATTRIBUTE = {
    f"new({_NAME}, object! value)": with_run(make_attribute),
    "new(XAttribute! other)": tree.Attribute.copy,
    **casts("XAttribute", "attribute"),
    "XName Name": lambda attribute: attribute.name,
    "string Value": lambda attribute: attribute.value,
    "set string Value": lambda attribute, text: setattr(attribute, "value", text),
    "void SetValue(object value)": with_run(set_value),
    "bool IsNamespaceDeclaration": lambda attribute: attribute.declares,
    "XAttribute NextAttribute": attribute_beside(1),
    "XAttribute PreviousAttribute": attribute_beside(-1),
    "void Remove()": remove_thing,
    "string ToString()": with_run(as_text),
}
_XNAME = {
    "string LocalName": lambda name: name.local,
    "XNamespace Namespace": lambda name: Namespace(name.uri),
    "string NamespaceName": lambda name: name.uri,
    "static XName Get(string! expandedName)": as_name,
    "static XName Get(string! localName, string! namespaceName)": lambda local, uri: Name(
        checked(local), uri
    ),
    "implicit XName(string expandedName)": as_name,
    "string ToString()": lambda name: name.text,
    "static bool operator == (XName left, XName right)": lambda a, b: a == b,
    "static bool operator != (XName left, XName right)": lambda a, b: a != b,
}
_XNAMESPACE = {
    "string NamespaceName; string ToString()": lambda space: space.uri,
    "static XNamespace None": Namespace(""),
    "static XNamespace Xml": Namespace(XML),
    "static XNamespace Xmlns": Namespace(XMLNS),
    "static XNamespace Get(string! namespaceName)": Namespace,
    "XName GetName(string! localName); "
    "static XName operator + (XNamespace ns, string localName)": lambda space, local: Name(
        checked(local), space.uri
    ),
    "implicit XNamespace(string namespaceName)": lambda text: (
        None if text is None else Namespace(text)
    ),
    "static bool operator == (XNamespace left, XNamespace right)": lambda a, b: a == b,
    "static bool operator != (XNamespace left, XNamespace right)": lambda a, b: a != b,
}
_TEXTUAL = {
    "string Value": lambda node: node.value,
    "set string Value": lambda node, text: setattr(node, "value", text),
}
_DECLARATION = {
    "new(string version, string encoding, string standalone)": Declaration,
    "string Version": lambda declared: declared.version,
    "string Encoding": lambda declared: declared.encoding,
    "string Standalone": lambda declared: declared.standalone,
    "string ToString()": with_run(lambda run, declared: declared.to_text(run)),
}
_INSTRUCTION = {
    "new(string! target, string! data)": tree.Instruction,
    "string Target": lambda node: node.target,
    "string Data": lambda node: node.data,
}


def _each(of: str, name: str, returns: str) -> str:
    """Return the two forms of an extension method of sequences."""
    this = f"this IEnumerable<{of}>! source"
    head = f"static IEnumerable<{returns}> {name}"
    return f"{head}({this}); {head}({this}, {_NAME})"


_EXTENSIONS = {
    _each("XNode", "Ancestors", "XElement"): all_of_each(lambda node: node.ancestors()),
    _each("XElement", "AncestorsAndSelf", "XElement"): all_of_each(element_and_around),
    _each("XElement", "Attributes", "XAttribute"): all_of_each(lambda e: iter(list(e.attributes))),
    _each("XContainer", "Descendants", "XElement"): all_of_each(elements_below),
    _each("XElement", "DescendantsAndSelf", "XElement"): all_of_each(element_and_below),
    _each("XContainer", "Elements", "XElement"): all_of_each(lambda node: node.elements()),
    "static IEnumerable<XNode> Nodes(this IEnumerable<XContainer>! source)": all_of_each(
        lambda node: iter(list(node.nodes))
    ),
    "static IEnumerable<XNode> DescendantNodes(this IEnumerable<XContainer>! source)": all_of_each(
        lambda node: node.descendants()
    ),
    "static void Remove(this IEnumerable<XNode>! source); "
    "static void Remove(this IEnumerable<XAttribute>! source)": remove_each,
}


def _define(head: str, members: Optional[dict[str, Any]] = None) -> Definition:
    return Definition(f"class {_SPACE}.{head}", members)


DEFINITIONS = (
    _define("XObject", _OBJECT),
    _define("XNode : XObject", _NODE),
    _define("XContainer : XNode", _CONTAINER),
    Definition(f"class {_SPACE}.XElement : XContainer", _ELEMENT, python=tree.Element),
    Definition(f"class {_SPACE}.XDocument : XContainer", _DOCUMENT, python=tree.Document),
    Definition(f"class {_SPACE}.XAttribute : XObject", _ATTRIBUTE, python=tree.Attribute),
    _define(
        "XText : XNode",
        {"new(string! value)": tree.Text, "new(XText! other)": tree.Text.copy, **_TEXTUAL},
    ),
    _define("XCData : XText", {"new(string! value)": lambda text: tree.Text(text, cdata=True)}),
    _define("XComment : XNode", {"new(string! value)": tree.Comment, **_TEXTUAL}),
    _define("XProcessingInstruction : XNode", _INSTRUCTION),
    _define("XDocumentType : XNode"),
    _define("XDeclaration", _DECLARATION),
    Definition(f"class {_SPACE}.XName", _XNAME, python=Name),
    Definition(f"class {_SPACE}.XNamespace", _XNAMESPACE, python=Namespace),
    _define(
        "XNodeEqualityComparer : IEqualityComparer<XNode>",
        {
            "new()": lambda: Comparer("XNodeEqualityComparer"),
            "bool Equals(XNode x, XNode y)": lambda _, a, b: same(a, b),
        },
    ),
    _define(
        "XNodeDocumentOrderComparer : IComparer<XNode>",
        {
            "new()": lambda: Comparer("XNodeDocumentOrderComparer"),
            "int Compare(XNode x, XNode y)": lambda _, a, b: (
                (document_order(a) > document_order(b)) - (document_order(a) < document_order(b))
            ),
        },
    ),
    _define("Extensions", _EXTENSIONS),
)
