"""System.Xml.Linq: XDocument, XElement and their family."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Optional

from policy_expressions.errors import argument_null, bad_format, invalid_operation
from policy_expressions.json.tokens import JToken
from policy_expressions.members.encoding import Reader
from policy_expressions.runtime.containers import Sequence, walk
from policy_expressions.runtime.date_parse import parse_date, parse_offset
from policy_expressions.runtime.dates import DateTime, DateTimeOffset
from policy_expressions.runtime.enums import member
from policy_expressions.runtime.guids import parse_guid
from policy_expressions.runtime.number_parse import parse_number
from policy_expressions.runtime.numbers import NUMBERS
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of
from policy_expressions.types.model import Definition
from policy_expressions.xml import nodes as tree
from policy_expressions.xml.names import XML, XMLNS, Name, Namespace, as_name, checked
from policy_expressions.xml.reader import parse_document, parse_element
from policy_expressions.xml.writer import prefix_of, write

_SPACE = "System.Xml.Linq"
_NAME = "XName! name"


def content_text(run: Run, value: Any) -> str:
    """Return the text of a plain value in XML, where it is not that of ToString."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        words = {"∞": "INF", "-∞": "-INF", "Infinity": "INF", "-Infinity": "-INF"}
        text = text_of(run, value)
        return words.get(text, text)
    if isinstance(value, (DateTime, DateTimeOffset)):
        return value.iso()
    return text_of(run, value)


def _parts(content: Any) -> Iterator[Any]:
    """Yield what content holds, one by one: an IEnumerable stands for its items."""
    single = isinstance(content, (str, bytearray, tree.Thing, JToken))
    if content is None or single or not hasattr(content, "__iter__"):
        yield content
        return
    for item in walk(content):
        yield from _parts(item)


def add(run: Run, target: tree.Container, *content: Any) -> None:
    """Put content at the end: nodes, attributes, text; null is nothing."""
    for part in _parts(content):
        run.step()
        if isinstance(part, tree.Attribute) and isinstance(target, tree.Element):
            target.add_attribute(part)
        elif isinstance(part, tree.Node):
            target.append(part)
        elif part is not None:
            target.text(content_text(run, part))


def _at(run: Run, target: tree.Container, index: int, content: Any) -> None:
    """Put content at a place among the nodes."""
    for offset, part in enumerate(p for p in _parts(content) if p is not None):
        node = part if isinstance(part, tree.Node) else tree.Text(content_text(run, part))
        target.insert(index + offset, node)


def _beside(offset: int) -> Callable[..., None]:
    def do(run: Run, node: tree.Node, *content: Any) -> None:
        if node.parent is None:
            raise invalid_operation("The parent is missing.")
        _at(run, node.parent, node.position() + offset, content)

    return do


def _replace(run: Run, node: tree.Node, *content: Any) -> None:
    _beside(1)(run, node, *content)
    node.remove()


def _of(find: Callable[[Any], Iterator[Any]]) -> Callable[..., Sequence]:
    """Return a lazy walk, perhaps of the nodes of one name alone."""

    def run(node: Any, *name: Optional[Name]) -> Sequence:
        if not name:
            return Sequence(lambda: find(node))
        return Sequence(lambda: (e for e in find(node) if e.name == name[0]))

    return run


def _of_all(find: Callable[[Any], Iterator[Any]]) -> Callable[..., Sequence]:
    """Return the same for all nodes of a sequence, one after the other."""

    def run(items: Any, *name: Optional[Name]) -> Sequence:
        one = _of(find)
        return Sequence(lambda: (found for item in walk(items) for found in one(item, *name)))

    return run


def _elements_below(node: tree.Container) -> Iterator[tree.Element]:
    return (below for below in node.descendants() if isinstance(below, tree.Element))


def _element_and_below(node: tree.Element) -> Iterator[tree.Element]:
    yield node
    yield from _elements_below(node)


def _element_and_around(node: tree.Element) -> Iterator[tree.Element]:
    yield node
    yield from node.ancestors()


def _siblings(after: bool, only_elements: bool) -> Callable[[tree.Node], Iterator[tree.Node]]:
    def run(node: tree.Node) -> Iterator[tree.Node]:
        around = node.parent.nodes if node.parent else []
        at = node.position()
        chosen = around[at + 1 :] if after else around[: max(at, 0)]
        return (n for n in chosen if not only_elements or isinstance(n, tree.Element))

    return run


def _attribute_beside(offset: int) -> Callable[[tree.Attribute], Optional[tree.Attribute]]:
    def run(attribute: tree.Attribute) -> Optional[tree.Attribute]:
        owner = attribute.element
        if owner is None:
            return None
        at = next(i for i, a in enumerate(owner.attributes) if a is attribute) + offset
        return owner.attributes[at] if 0 <= at < len(owner.attributes) else None

    return run


def _edge(index: int, what: str) -> Callable[[Any], Any]:
    def run(node: Any) -> Any:
        items = node.attributes if what == "attributes" else node.nodes
        return items[index] if items else None

    return run


def _text(run: Run, node: tree.Thing, options: Any = None) -> str:
    return write(run, node, indented=not (options is not None and options.number & 1))


def _set_value(run: Run, target: Any, value: Any) -> None:
    if value is None:
        raise argument_null("value")
    text = content_text(run, value)
    if isinstance(target, tree.Element):
        target.clear()
        target.text(text)
    else:
        target.value = text


def _set_attribute(run: Run, element: tree.Element, name: Name, value: Any) -> None:
    found = element.find(name)
    if value is None:
        if found is not None:
            element.remove_attribute(found)
    elif found is not None:
        found.value = content_text(run, value)
    else:
        element.add_attribute(tree.Attribute(name, content_text(run, value)))


def _element(node: tree.Container, name: Optional[Name]) -> Optional[tree.Element]:
    return next((e for e in node.elements() if e.name == name), None)


def _set_element(run: Run, element: tree.Element, name: Name, value: Any) -> None:
    found = _element(element, name)
    if value is None:
        if found is not None:
            found.remove()
        return
    if found is None:
        found = tree.Element(name)
        element.append(found)
    _set_value(run, found, value)


def _make_element(run: Run, name: Name, *content: Any) -> tree.Element:
    made = tree.Element(name)
    add(run, made, *content)
    return made


def _make_document(run: Run, *content: Any) -> tree.Document:
    given = content[0] if content and isinstance(content[0], tree.Declaration) else None
    made = tree.Document(given)
    add(run, made, *(part for part in content if part is not given))
    return made


def _make_attribute(run: Run, name: Name, value: Any) -> tree.Attribute:
    return tree.Attribute(name, content_text(run, value))


def _replace_nodes(run: Run, target: tree.Container, *content: Any) -> None:
    target.clear()
    add(run, target, *content)


def _remove_attributes(element: tree.Element) -> None:
    for attribute in element.attributes:
        attribute.parent = None
    element.attributes = []


def _replace_attributes(run: Run, element: tree.Element, *content: Any) -> None:
    _remove_attributes(element)
    add(run, element, *content)


def _remove_all(element: tree.Element) -> None:
    _remove_attributes(element)
    element.clear()


def _replace_all(run: Run, element: tree.Element, *content: Any) -> None:
    _remove_all(element)
    add(run, element, *content)


def _remove(thing: tree.Thing) -> None:
    if isinstance(thing, tree.Node):
        thing.remove()
    elif isinstance(thing, tree.Attribute):
        if thing.element is None:
            raise invalid_operation("The parent is missing.")
        thing.element.remove_attribute(thing)


def _remove_each(items: Any) -> None:
    for thing in list(walk(items)):
        _remove(thing)


def _flag(options: Any) -> bool:
    return bool(options is not None and options.number & 1)


def _read(parse: Callable[..., Any]) -> Callable[..., Any]:
    return lambda run, text, options=None: parse(run, text, _flag(options))


def _load(run: Run, reader: Reader, options: Any = None) -> tree.Element:
    return parse_element(run, reader.rest(), _flag(options))


def _order(node: tree.Node) -> list[int]:
    places = []
    at: Any = node
    while at.parent is not None:
        places.append(at.position())
        at = at.parent
    return [id(at), *reversed(places)]


def _bool(text: str) -> bool:
    found = {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower())
    if found is None:
        raise bad_format(f"The string '{text}' is not a valid Boolean value.")
    return found


def _number(name: str) -> Callable[[str], Any]:
    words = {"INF": "Infinity", "-INF": "-Infinity"}
    return lambda text: parse_number(NUMBERS[name], words.get(text.strip(), text))


_CONVERT: dict[str, Callable[[str], Any]] = {
    "bool": _bool,
    **{n: _number(n) for n in ("int", "uint", "long", "ulong", "float", "double", "decimal")},
    "DateTime": parse_date,
    "DateTimeOffset": parse_offset,
    "Guid": parse_guid,
}


def _casts(of: str, parameter: str) -> dict[str, Any]:
    """Return the explicit conversions of what has a value, plain and nullable, as table lines."""

    def cast(convert: Callable[[str], Any], nullable: bool) -> Callable[[Any], Any]:
        def run(thing: Any) -> Any:
            if thing is None and not nullable:
                raise argument_null(parameter)
            return None if thing is None else convert(thing.value)

        return run

    return {
        f"explicit string({of} {parameter})": cast(str, True),
        **{f"explicit {n}({of} {parameter})": cast(do, False) for n, do in _CONVERT.items()},
        **{f"explicit {n}?({of} {parameter})": cast(do, True) for n, do in _CONVERT.items()},
    }


def _both(returns: str, name: str) -> str:
    """Return two forms of a walk: all, and those of one name."""
    return f"IEnumerable<{returns}> {name}(); IEnumerable<{returns}> {name}({_NAME})"


def _any(declared: str) -> str:
    """Return two forms of a method that takes content."""
    returns, _, name = declared.partition(" ")
    return f"{returns} {name}(object content); {returns} {name}(params object[] content)"


_ANCESTORS = _of(lambda node: node.ancestors())
_OBJECT = {
    "XElement Parent": lambda thing: thing.element,
    "XDocument Document": lambda thing: thing.document(),
    "XmlNodeType NodeType": lambda thing: member("XmlNodeType", thing.node_type),
}
_NODE = {
    "XNode NextNode": lambda node: node.beside(1),
    "XNode PreviousNode": lambda node: node.beside(-1),
    "void Remove()": tree.Node.remove,
    _any("void AddAfterSelf"): _beside(1),
    _any("void AddBeforeSelf"): _beside(0),
    _any("void ReplaceWith"): _replace,
    _both("XElement", "Ancestors"): _ANCESTORS,
    _both("XElement", "ElementsAfterSelf"): _of(_siblings(True, True)),
    _both("XElement", "ElementsBeforeSelf"): _of(_siblings(False, True)),
    "IEnumerable<XNode> NodesAfterSelf()": _of(_siblings(True, False)),
    "IEnumerable<XNode> NodesBeforeSelf()": _of(_siblings(False, False)),
    "bool IsAfter(XNode node)": lambda a, b: _order(a) > _order(b),
    "bool IsBefore(XNode node)": lambda a, b: _order(a) < _order(b),
    "string ToString(); string ToString(SaveOptions options)": _text,
    "static bool DeepEquals(XNode n1, XNode n2)": tree.same,
}
_CONTAINER = {
    _any("void Add"): add,
    _any("void AddFirst"): lambda run, target, *content: _at(run, target, 0, content),
    _both("XElement", "Descendants"): _of(_elements_below),
    "IEnumerable<XNode> DescendantNodes()": _of(lambda node: node.descendants()),
    f"XElement Element({_NAME})": _element,
    _both("XElement", "Elements"): _of(lambda node: node.elements()),
    "IEnumerable<XNode> Nodes()": _of(lambda node: iter(list(node.nodes))),
    "XNode FirstNode": _edge(0, "nodes"),
    "XNode LastNode": _edge(-1, "nodes"),
    "void RemoveNodes()": tree.Container.clear,
    _any("void ReplaceNodes"): _replace_nodes,
}
_ELEMENT = {
    f"new({_NAME}); new({_NAME}, object content); new({_NAME}, params object[] content)": (
        _make_element
    ),
    "new(XElement! other)": tree.Element.copy,
    **_casts("XElement", "element"),
    "XName Name": lambda element: element.name,
    "set XName Name": lambda element, name: setattr(element, "name", name),
    "string Value": lambda element: element.value,
    "set string Value": lambda element, text: (element.clear(), element.text(text)),
    "bool IsEmpty": lambda element: not element.nodes and not element.closed,
    "bool HasElements": lambda element: next(element.elements(), None) is not None,
    "bool HasAttributes": lambda element: bool(element.attributes),
    f"XAttribute Attribute({_NAME})": tree.Element.find,
    _both("XAttribute", "Attributes"): _of(lambda element: iter(list(element.attributes))),
    "XAttribute FirstAttribute": _edge(0, "attributes"),
    "XAttribute LastAttribute": _edge(-1, "attributes"),
    "void SetAttributeValue(XName! name, object value)": _set_attribute,
    "void SetElementValue(XName! name, object value)": _set_element,
    "void SetValue(object value)": _set_value,
    "void RemoveAttributes()": _remove_attributes,
    "void RemoveAll()": _remove_all,
    _any("void ReplaceAll"): _replace_all,
    _any("void ReplaceAttributes"): _replace_attributes,
    _both("XElement", "DescendantsAndSelf"): _of(_element_and_below),
    _both("XElement", "AncestorsAndSelf"): _of(_element_and_around),
    "XNamespace GetDefaultNamespace()": lambda element: Namespace(element.scope("") or ""),
    "XNamespace GetNamespaceOfPrefix(string! prefix)": lambda element, prefix: (
        None if (uri := element.scope(prefix)) is None else Namespace(uri)
    ),
    "string GetPrefixOfNamespace(XNamespace! ns)": lambda element, ns: prefix_of(element, ns.uri),
    "static XElement Parse(string! text); "
    "static XElement Parse(string! text, LoadOptions options)": _read(parse_element),
    "static XElement Load(StringReader! textReader); "
    "static XElement Load(StringReader! textReader, LoadOptions options)": _load,
}
_DOCUMENT = {
    "new(); new(params object[] content); "
    "new(XDeclaration declaration, params object[] content)": _make_document,
    "new(XDocument! other)": tree.Document.copy,
    "XElement Root": lambda document: document.root,
    "XDeclaration Declaration": lambda document: document.declaration,
    "set XDeclaration Declaration": lambda document, value: setattr(document, "declaration", value),
    "static XDocument Parse(string! text); "
    "static XDocument Parse(string! text, LoadOptions options)": _read(parse_document),
    "static XDocument Load(string uri); static XDocument Load(StringReader textReader)": None,
}
_ATTRIBUTE = {
    f"new({_NAME}, object! value)": _make_attribute,
    "new(XAttribute! other)": tree.Attribute.copy,
    **_casts("XAttribute", "attribute"),
    "XName Name": lambda attribute: attribute.name,
    "string Value": lambda attribute: attribute.value,
    "set string Value": lambda attribute, text: setattr(attribute, "value", text),
    "void SetValue(object value)": _set_value,
    "bool IsNamespaceDeclaration": lambda attribute: attribute.declares,
    "XAttribute NextAttribute": _attribute_beside(1),
    "XAttribute PreviousAttribute": _attribute_beside(-1),
    "void Remove()": _remove,
    "string ToString()": _text,
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
    "new(string version, string encoding, string standalone)": tree.Declaration,
    "string Version": lambda declared: declared.version,
    "string Encoding": lambda declared: declared.encoding,
    "string Standalone": lambda declared: declared.standalone,
    "string ToString()": lambda run, declared: declared.to_text(run),
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
    _each("XNode", "Ancestors", "XElement"): _of_all(lambda node: node.ancestors()),
    _each("XElement", "AncestorsAndSelf", "XElement"): _of_all(_element_and_around),
    _each("XElement", "Attributes", "XAttribute"): _of_all(lambda e: iter(list(e.attributes))),
    _each("XContainer", "Descendants", "XElement"): _of_all(_elements_below),
    _each("XElement", "DescendantsAndSelf", "XElement"): _of_all(_element_and_below),
    _each("XContainer", "Elements", "XElement"): _of_all(lambda node: node.elements()),
    "static IEnumerable<XNode> Nodes(this IEnumerable<XContainer>! source)": _of_all(
        lambda node: iter(list(node.nodes))
    ),
    "static IEnumerable<XNode> DescendantNodes(this IEnumerable<XContainer>! source)": _of_all(
        lambda node: node.descendants()
    ),
    "static void Remove(this IEnumerable<XNode>! source); "
    "static void Remove(this IEnumerable<XAttribute>! source)": _remove_each,
}


class Comparer:
    """XNodeEqualityComparer and XNodeDocumentOrderComparer."""

    def __init__(self, of: str) -> None:
        self.type = of

    def fold(self, node: Any) -> Any:
        """Return a key that is equal for nodes that DeepEquals calls equal."""
        return None if node is None else _Key(node)


class _Key:
    def __init__(self, node: tree.Node) -> None:
        self._node = node

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and tree.same(self._node, other._node)

    def __hash__(self) -> int:
        return hash(self._node.__class__)


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
            "bool Equals(XNode x, XNode y)": lambda _, a, b: tree.same(a, b),
        },
    ),
    _define(
        "XNodeDocumentOrderComparer : IComparer<XNode>",
        {
            "new()": lambda: Comparer("XNodeDocumentOrderComparer"),
            "int Compare(XNode x, XNode y)": lambda _, a, b: (
                (_order(a) > _order(b)) - (_order(a) < _order(b))
            ),
        },
    ),
    _define("Extensions", _EXTENSIONS),
)
