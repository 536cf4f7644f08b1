"""Reads XML into nodes, on expat. There are no entities but XML's own five, and no DOCTYPE.

ElementTree, which stands on expat too, forgets prefixes and declarations, which XElement keeps.
The texts of faults are those of System.Xml.XmlReader.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Optional
from xml.parsers import expat

from policy_expressions.errors import Exceeded, ExpressionFailure
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.values import characters, units
from policy_expressions.xml.declaration import Declaration
from policy_expressions.xml.names import XML, XMLNS, Name, xml_error
from policy_expressions.xml.nodes import (
    Attribute,
    Comment,
    Container,
    Document,
    Element,
    Instruction,
    Text,
)

MAX_DEPTH = 500
_PROHIBITED = (
    "For security reasons DTD is prohibited in this XML document. To enable DTD processing set "
    "the DtdProcessing property on XmlReaderSettings to Parse and pass the settings into "
    "XmlReader.Create method."
)
_ERRORS = expat.errors


def parse_document(run: Run, text: str, keep_space: bool = False) -> Document:
    """Return the document of a text. Raises XmlException."""
    run.charge(len(text))
    return _Reader(run, characters(text), keep_space).document()


def parse_steps(run: Run, text: str) -> tuple[Document, list[Element], Optional[ExpressionFailure]]:
    """Return the document, with all white space, as far as it is one.

    With it come the elements that are still open there, and the XmlException that ends it.
    """
    run.charge(len(text))
    reader = _Reader(run, characters(text), keep_space=True)
    try:
        return reader.document(), [], None
    except Exceeded:
        raise
    except ExpressionFailure as fault:
        return reader.read, reader.open, fault


def parse_element(run: Run, text: str, keep_space: bool = False) -> Element:
    """Return the one element of a text. Raises XmlException."""
    document = parse_document(run, text, keep_space)
    root = next(document.elements())
    root.parent = None
    return root


class _Reader:
    def __init__(self, run: Run, text: str, keep_space: bool) -> None:
        self._run = run
        self._text = text
        self._bytes = text.encode("utf-8")
        self._keep = keep_space
        self.read = Document()
        self.open: list[Element] = []
        self._starts: list[tuple[str, int, int]] = []
        self._scopes: list[dict[str, str]] = [{"xml": XML, "xmlns": XMLNS, "": ""}]
        self._held: list[str] = []  # character data not yet put into a node
        self._cdata = False
        self._parser = expat.ParserCreate("utf-8")
        self._parser.ordered_attributes = True
        self._parser.buffer_text = True
        handlers: dict[str, Callable[..., None]] = {
            "XmlDeclHandler": self._declaration,
            "StartDoctypeDeclHandler": self._doctype,
            "StartElementHandler": self._start,
            "EndElementHandler": self._end,
            "CharacterDataHandler": self._held.append,
            "StartCdataSectionHandler": self._start_cdata,
            "EndCdataSectionHandler": self._end_cdata,
            "CommentHandler": self._comment,
            "ProcessingInstructionHandler": self._instruction,
        }
        for name, handler in handlers.items():
            setattr(self._parser, name, handler)

    def document(self) -> Document:
        if not self._text.strip():
            raise xml_error("Root element is missing.")
        try:
            self._parser.Parse(self._bytes, True)
        except expat.ExpatError as fault:
            raise self._fault(fault) from None
        return self.read

    def _declaration(self, version: str, encoding: Optional[str], standalone: int) -> None:
        yes_no = {1: "yes", 0: "no"}.get(standalone)
        self.read.declaration = Declaration(version, encoding, yes_no)

    def _doctype(self, *_: Any) -> None:
        raise self._error(_PROHIBITED)

    def _flush(self) -> None:
        text = units("".join(self._held))
        self._held.clear()
        if self._cdata:
            self._around.append(Text(text, cdata=True))
        elif text.strip(" \t\r\n") or (text and self._keep and self._starts):
            self._around.text(text)

    def _start(self, name: str, listed: list[str]) -> None:
        self._flush()
        self._run.step()
        if len(self._starts) >= MAX_DEPTH:
            raise self._error(f"The document is nested deeper than {MAX_DEPTH} elements.")
        line, column = self._place()
        pairs = [(n, units(value)) for n, value in zip(listed[::2], listed[1::2])]
        declared = {n[6:]: v for n, v in pairs if n.partition(":")[0] == "xmlns"}
        self._scopes.append({**self._scopes[-1], **declared} if declared else self._scopes[-1])
        element = Element(self._name(name))
        element.written = name
        for attribute, value in pairs:
            plain = attribute == "xmlns"
            qualified = Name("xmlns") if plain else self._name(attribute, default="")
            made = Attribute(qualified, value)
            made.written, made.parent = attribute, element
            element.attributes.append(made)
        around = self._around
        element.parent = around
        around.nodes.append(element)
        self.open.append(element)
        self._starts.append((name, line, column + 1))

    def _end(self, name: str) -> None:
        self._flush()
        element = self.open.pop()
        element.closed = bool(element.nodes) or not self._is_empty()
        self._starts.pop()
        self._scopes.pop()

    def _is_empty(self) -> bool:
        """Tell whether the end is that of `<a/>`, by where expat stands."""
        at = self._parser.CurrentByteIndex
        # For `<a/>` older ones tell the place of the tag, newer ones what follows it.
        return self._bytes[at : at + 2] != b"</" or self._bytes[at - 2 : at] == b"/>"

    @property
    def _around(self) -> Container:
        return self.open[-1] if self.open else self.read

    def _start_cdata(self) -> None:
        self._flush()
        self._cdata = True

    def _end_cdata(self) -> None:
        self._flush()
        self._cdata = False

    def _comment(self, text: str) -> None:
        self._flush()
        self._around.append(Comment(units(text)))

    def _instruction(self, target: str, data: str) -> None:
        self._flush()
        self._around.append(Instruction(target, units(data)))

    def _name(self, qualified: str, default: Optional[str] = None) -> Name:
        prefix, colon, local = qualified.rpartition(":")
        scope = self._scopes[-1]
        if not colon and default is not None:
            return Name(qualified, default)
        if prefix not in scope:
            raise self._error(f"'{prefix}' is an undeclared prefix.", 1)
        return Name(local, scope[prefix])

    def _place(self) -> tuple[int, int]:
        return self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1

    def _error(self, message: str, further: int = 0) -> ExpressionFailure:
        line, column = self._place()
        return xml_error(f"{message} Line {line}, position {column + further}.")

    def _fault(self, fault: expat.ExpatError) -> ExpressionFailure:
        """Return the XmlException for what expat found."""
        line, column = fault.lineno, fault.offset + 1
        rest = self._text.split("\n")[line - 1][fault.offset :] if line else ""
        word = re.match(r"[\w.:-]*", rest)
        found = word.group() if word else ""
        text, further = self._told(_ERRORS.messages.get(fault.code, ""), rest, found)
        where = f" Line {line}, position {column + further}." if further >= 0 else ""
        return xml_error(text + where)

    def _told(self, code: str, rest: str, found: str) -> tuple[str, int]:
        """Return .NET's text, and how much further on than expat it sees the fault."""
        if code == _ERRORS.XML_ERROR_TAG_MISMATCH:
            name, line, column = self._starts[-1]
            start = f"The '{name}' start tag on line {line} position {column}"
            return f"{start} does not match the end tag of '{found}'.", 0
        if code in (_ERRORS.XML_ERROR_NO_ELEMENTS, _ERRORS.XML_ERROR_UNCLOSED_TOKEN):
            if not self._starts:
                return "Root element is missing.", -1
            names = ", ".join(name for name, _, _ in reversed(self._starts))
            text = "Unexpected end of file has occurred. The following elements are not closed:"
            return f"{text} {names}.", 0
        if code == _ERRORS.XML_ERROR_JUNK_AFTER_DOC_ELEMENT and re.match("<[^/!?]", rest):
            return "There are multiple root elements.", 1
        if code == _ERRORS.XML_ERROR_UNDEFINED_ENTITY:
            return f"Reference to undeclared entity '{rest[1:].partition(';')[0]}'.", 1
        if code == _ERRORS.XML_ERROR_DUPLICATE_ATTRIBUTE:
            return f"'{found}' is a duplicate attribute name.", 0
        if not self._starts:
            return "Data at the root level is invalid.", 0
        if rest[:1] == "&":
            return "An error occurred while parsing EntityName.", 1
        char = rest[:1] or " "
        value = f"hexadecimal value 0x{ord(char):02X}"
        return f"Name cannot begin with the '{char}' character, {value}.", 0
