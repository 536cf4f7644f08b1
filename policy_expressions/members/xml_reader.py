"""System.Xml.XmlReader and its settings."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.errors import NotSupportedHere
from policy_expressions.members.encoding import Reader
from policy_expressions.runtime.enums import enum_text, member
from policy_expressions.runtime.run import Run
from policy_expressions.types.model import Definition
from policy_expressions.types.signatures import with_run
from policy_expressions.xml.cursor import XmlReader
from policy_expressions.xml.steps import Settings

_NAMED = "(string! name); {0} {1}(string! localName, string! namespaceURI)"


def _create(run: Run, text: Reader, settings: Optional[Settings] = None) -> XmlReader:
    return XmlReader(run, text.rest(), settings)


def _named(returns: str, name: str) -> str:
    """Return two forms of a method: by a name as it is written, and by namespace."""
    return f"{returns} {name}{_NAMED.format(returns, name)}"


def _ignores(name: str, kind: str) -> dict[str, Any]:
    return {
        f"bool {name}": lambda settings: settings.ignored.get(kind, False),
        f"set bool {name}": lambda settings, value: settings.ignored.__setitem__(kind, value),
    }


def _set_dtd(settings: Settings, value: Any) -> None:
    if enum_text(value) != "Prohibit":
        raise NotSupportedHere("DtdProcessing", "a document with a DTD is not read here")


_READER = {
    "static XmlReader Create(StringReader! input); "
    "static XmlReader Create(StringReader! input, XmlReaderSettings settings)": with_run(_create),
    "static XmlReader Create(string! inputUri)": None,
    "XmlNodeType NodeType": lambda reader: member("XmlNodeType", reader.kind),
    "string Name": XmlReader.name,
    "string LocalName": lambda reader: reader.name().rpartition(":")[2],
    "string Prefix": lambda reader: reader.name().rpartition(":")[0],
    "string NamespaceURI": XmlReader.uri,
    "string Value": XmlReader.value,
    "int Depth": lambda reader: reader.step.depth if reader.step else 0,
    "bool EOF": lambda reader: reader.state == "EndOfFile",
    "bool IsEmptyElement": XmlReader.is_empty,
    "bool HasAttributes": lambda reader: bool(reader.attributes()),
    "int AttributeCount": lambda reader: len(reader.attributes()),
    f"string GetAttribute(int i); {_named('string', 'GetAttribute')}; "
    "string this[int i]; string this[string! name]": XmlReader.attribute,
    "bool Read()": XmlReader.read,
    "XmlNodeType MoveToContent()": XmlReader.move_to_content,
    _named("bool", "MoveToAttribute"): XmlReader.move_to_named,
    "bool MoveToFirstAttribute()": lambda reader: reader.move_to_attribute(0),
    "bool MoveToNextAttribute()": XmlReader.move_to_next,
    "bool MoveToElement()": XmlReader.move_to_element,
    f"bool IsStartElement(); {_named('bool', 'IsStartElement')}": XmlReader.is_start,
    f"void ReadStartElement(); {_named('void', 'ReadStartElement')}": XmlReader.read_start,
    "void ReadEndElement()": XmlReader.read_end,
    _named("bool", "ReadToFollowing"): XmlReader.read_to_following,
    _named("bool", "ReadToDescendant"): XmlReader.read_to_descendant,
    _named("bool", "ReadToNextSibling"): XmlReader.read_to_sibling,
    "void Skip()": XmlReader.skip,
    "string ReadElementContentAsString(); string ReadElementString()": XmlReader.element_text,
    "string ReadOuterXml()": XmlReader.outer,
    "string ReadInnerXml()": XmlReader.inner,
    "void Close(); void Dispose()": XmlReader.close,
}
_SETTINGS = {
    "new()": Settings,
    **_ignores("IgnoreWhitespace", "Whitespace"),
    **_ignores("IgnoreComments", "Comment"),
    **_ignores("IgnoreProcessingInstructions", "ProcessingInstruction"),
    "DtdProcessing DtdProcessing": lambda settings: member("DtdProcessing", "Prohibit"),
    "set DtdProcessing DtdProcessing": _set_dtd,
    "XmlResolver XmlResolver": lambda settings: None,
    "set XmlResolver XmlResolver": lambda settings, value: None,
}
DEFINITIONS = (
    Definition("class System.Xml.XmlReader : IDisposable", _READER),
    Definition("class System.Xml.XmlReaderSettings", _SETTINGS),
    Definition("class System.Xml.XmlResolver"),
)
