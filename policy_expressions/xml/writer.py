"""Writes nodes as XmlWriter does: indented by two blanks where no text stands beside elements.

It knows a node by its node_type alone, so that nodes can be written without knowing their writer.
"""

from __future__ import annotations

import re
from typing import Any, Optional

from policy_expressions.runtime.run import Run
from policy_expressions.xml.names import XML, XMLNS

_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_FIXED = {XML: "xml", XMLNS: "xmlns"}
_VALUE = {**_TEXT, '"': "&quot;", "\n": "&#xA;", "\r": "&#xD;", "\t": "&#x9;"}


def escape_value(text: str) -> str:
    """Return the text as an attribute has it between double quotes."""
    return re.sub(r'[&<>"\n\r\t]', lambda found: _VALUE[found.group()], text)


def write(run: Run, node: Any, indented: bool = True) -> str:
    """Return a node, or an attribute, as text."""
    if node.node_type == "Attribute":
        return f'{_plain_name(node)}="{escape_value(node.value)}"'
    writer = _Writer(run, indented)
    writer.start(node)
    text = "".join(writer.parts)
    run.charge(len(text))
    return text


def _plain_name(attribute: Any) -> str:
    """Return an attribute's name with the prefix that its element has for it."""
    uri, owner = attribute.name.uri, attribute.element
    if not uri:
        return str(attribute.name.local)
    prefix = _FIXED.get(uri) or (prefix_of(owner, uri) if owner else "")
    return f"{prefix or 'p1'}:{attribute.name.local}"


def prefix_of(element: Any, uri: str) -> Optional[str]:
    """Return the prefix that stands for a namespace in an element, None when there is none."""
    hidden: set[str] = set()
    for around in (element, *element.ancestors()):
        for attribute in reversed(around.attributes):
            if attribute.declares:
                if attribute.value == uri and attribute.prefix and attribute.prefix not in hidden:
                    return str(attribute.prefix)
                hidden.add(attribute.prefix)
    return _FIXED.get(uri)


class _Writer:
    """Knows which prefixes stand for what, and which of them are written out already."""

    def __init__(self, run: Run, indented: bool) -> None:
        self._run = run
        self._indented = indented
        self._known: list[tuple[str, str]] = []  # prefixes and namespaces, innermost last
        self._written: list[tuple[str, str]] = []
        self._mixed = [False]
        self.parts: list[str] = []

    def start(self, node: Any) -> None:
        """Write a node, with the prefixes that the elements around it have."""
        for around in node.ancestors() if node.node_type == "Element" else ():
            declared = [(a.prefix, a.value) for a in around.attributes if a.declares]
            self._known = declared + self._known
        self.node(node)

    def node(self, node: Any) -> None:
        self._run.step()
        kind = node.node_type
        if kind == "Document":
            for child in node.nodes:
                self.node(child)
        elif kind == "Text":
            self._mixed[-1] = True
            cut = re.sub("\r\n|\r|\n", self._run.newline, node.value)
            self.parts.append(re.sub("[&<>]", lambda found: _TEXT[found.group()], cut))
        elif kind == "CDATA":
            self._mixed[-1] = True
            self.parts.append(f"<![CDATA[{node.value.replace(']]>', ']]]]><![CDATA[>')}]]>")
        else:
            self._break()
            if kind == "Comment":
                self.parts.append(f"<!--{node.value}-->")
            elif kind == "ProcessingInstruction":
                self.parts.append(f"<?{node.target}{' ' if node.data else ''}{node.data}?>")
            else:
                self._element(node)

    def _break(self) -> None:
        """Begin a new line, but not beside text."""
        if self._indented and not self._mixed[-1] and self.parts:
            self.parts.append(self._run.newline + "  " * (len(self._mixed) - 1))

    def _element(self, element: Any) -> None:
        known, written = len(self._known), len(self._written)
        declared = [(a.prefix, a.value) for a in element.attributes if a.declares]
        self._known += declared
        self._written += declared
        extra: list[str] = []
        uri, local = element.name.uri, element.name.local
        prefix = _prefix(self._known, uri, True) if uri else ""
        if prefix is None:
            prefix = _prefix(self._written, uri, True) or ""
        if _meaning(self._written, prefix) != uri:
            self._declare(prefix, uri, extra)
        name = f"{prefix}:{local}" if prefix else local
        pieces = [
            f'{self._attribute(a, extra)}="{escape_value(a.value)}"' for a in element.attributes
        ]
        self.parts.append(" ".join([f"<{name}", *pieces, *extra]))
        self._content(element, name)
        del self._known[known:]
        del self._written[written:]

    def _content(self, element: Any, name: str) -> None:
        if not element.nodes:
            self.parts.append(f"></{name}>" if element.closed else " />")
            return
        self.parts.append(">")
        self._mixed.append(False)
        for child in element.nodes:
            self.node(child)
        mixed = self._mixed.pop()
        if not mixed and self._indented:
            self.parts.append(self._run.newline + "  " * (len(self._mixed) - 1))
        self.parts.append(f"</{name}>")

    def _attribute(self, attribute: Any, extra: list[str]) -> str:
        """Return an attribute's name with its prefix; extra gets the declaration it lacks."""
        uri, local = attribute.name.uri, attribute.name.local
        if not uri:
            return str(local)
        prefix = _FIXED.get(uri)
        if prefix is None:
            prefix = _prefix(self._known, uri, False) or _prefix(self._written, uri, False)
            prefix = prefix or f"p{len(self._mixed)}"
            if _meaning(self._written, prefix) != uri:
                self._declare(prefix, uri, extra)
        return f"{prefix}:{local}"

    def _declare(self, prefix: str, uri: str, extra: list[str]) -> None:
        extra.append(f'xmlns{":" if prefix else ""}{prefix}="{escape_value(uri)}"')
        self._written.append((prefix, uri))


def _meaning(scope: list[tuple[str, str]], prefix: str) -> Optional[str]:
    """Return the namespace a prefix stands for; the empty one stands for none at first."""
    return next((u for p, u in reversed(scope) if p == prefix), None if prefix else "")


def _prefix(scope: list[tuple[str, str]], uri: str, default: bool) -> Optional[str]:
    """Return the innermost prefix for a namespace, which may be the empty one when default."""
    for prefix, meant in reversed(scope):
        if meant == uri and (prefix or default) and _meaning(scope, prefix) == uri:
            return prefix
    return None
