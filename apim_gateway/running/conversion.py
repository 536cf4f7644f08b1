"""JSON as XML and XML as JSON, as json-to-xml and xml-to-json make one of the other.

Captured from API Management (http://dev.fyicenter.com, 1000733 and 1000734): a root called Document
where JSON has several properties, True for true, xsi:nil for null, an element for each item of an
array; `@` before attributes, `$` for the colon of a name, and what the XML declaration says at the
top. Inferred: the text beside attributes is `#text`, or `$t` where JavaScript is to read it, which
has no `@` either; no spaces between elements; an element without content is null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional
from xml.parsers import expat

from policy_expressions.errors import ExpressionFailure
from policy_expressions.json import reader
from policy_expressions.json.containers import JArray, JObject
from policy_expressions.json.tokens import JToken, JValue
from policy_expressions.runtime.texts import plain_text

ROOT = "Document"
NIL = ' xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
DEEPEST = 500  # elements in one another
_NOT_IN_NAMES = re.compile(r"[^\w.\-]")
_NO_START = re.compile(r"^[\d.\-]")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Form:
    """Hold how JSON says what only XML has."""

    separator: str = "_"  # between a prefix and a name
    namespaces: str = ""  # how the names of namespace declarations begin; empty: there are none
    attributes: str = ""  # the property whose properties are attributes; empty: there is none
    dates: bool = True  # texts that look like dates are dates


def to_xml(text: str, form: Form) -> str:
    """Return a JSON object as XML. Raises ValueError that tells why it cannot be one."""
    try:
        token = reader.parse(text, dates=form.dates)
    except ExpressionFailure as error:
        raise ValueError(error.message) from error
    if not isinstance(token, JObject):
        raise ValueError("XML is made of a JSON object alone.")
    named = [(name, each.value) for name, each in token.properties.items()]
    if len(named) != 1 or isinstance(named[0][1], JArray):
        named = [(ROOT, token)]
    return "".join(_Writer(form).element(*named[0], frozenset()))


class _Writer:
    def __init__(self, form: Form) -> None:
        self._form = form

    def element(self, name: str, token: JToken, prefixes: frozenset[str]) -> Iterator[str]:
        from xml.sax.saxutils import escape, quoteattr  # it imports an HTTP client, the check none

        if isinstance(token, JArray):
            items = token.items or [JObject()]
            for item in items:
                yield from self.element(name, item, prefixes)
            return
        declared, attributes, children = self._parts(token)
        prefixes |= {each.partition(":")[2] for each in declared}
        named = self._name(name, prefixes)
        written = "".join(f" {key}={quoteattr(value)}" for key, value in declared.items())
        for key, value in attributes.items():
            written += f" {self._name(key, prefixes)}={quoteattr(value)}"
        if isinstance(token, JValue):
            value = token.value
            text = None if value is None else escape(_allowed(plain_text(value)))
            nil = NIL if value is None else ""
            yield (
                f"<{named}{written}{nil} />" if not text else f"<{named}{written}>{text}</{named}>"
            )
        elif not children:
            yield f"<{named}{written} />"
        else:
            yield f"<{named}{written}>"
            for key, child in children:
                yield from self.element(key, child, prefixes)
            yield f"</{named}>"

    def _parts(
        self, token: JToken
    ) -> tuple[dict[str, str], dict[str, str], list[tuple[str, JToken]]]:
        """Return the namespaces that an object declares, its attributes and its children."""
        form, declared, attributes, children = self._form, {}, {}, []
        properties: Mapping[str, Any] = token.properties if isinstance(token, JObject) else {}
        for name, each in properties.items():
            value = each.value
            _, _, prefix = name.partition(form.separator)
            if form.namespaces and name == form.namespaces:
                declared["xmlns"] = _text(value)
            elif form.namespaces and name.startswith(f"{form.namespaces}{form.separator}"):
                declared[f"xmlns:{_encoded(prefix)}"] = _text(value)
            elif form.attributes and name == form.attributes and isinstance(value, JObject):
                attributes = {key: _text(one.value) for key, one in value.properties.items()}
            else:
                children.append((name, value))
        return declared, attributes, children

    def _name(self, name: str, prefixes: frozenset[str]) -> str:
        prefix, separator, local = name.partition(self._form.separator)
        if separator and local and _encoded(prefix) in prefixes:
            return f"{_encoded(prefix)}:{_encoded(local)}"
        return _encoded(name)


def _text(token: JToken) -> str:
    value = token.value if isinstance(token, JValue) else None
    return "" if value is None else _allowed(plain_text(value))


def _encoded(name: str) -> str:
    """Return a name as XmlConvert.EncodeLocalName writes it."""

    def code(found: re.Match[str]) -> str:
        return f"_x{ord(found.group()):04X}_"

    return _NO_START.sub(code, _NOT_IN_NAMES.sub(code, name)) or "_"


def _allowed(text: str) -> str:
    if _NOT_IN_XML.search(text):
        raise ValueError("A text has a character that XML does not have.")
    return text


def tree(data: bytes) -> dict[str, Any]:
    """Return XML as mappings of names without prefixes, lists, texts and None; no attributes.

    Raises ValueError that tells why it cannot be read.
    """
    return _Reader("", "#text", False, lambda name: name.rpartition(":")[2], False).document(data)


def to_json(data: bytes, friendly: bool = False, arrays: bool = False) -> str:
    """Return XML as JSON. Raises ValueError that tells why it cannot be read.

    friendly: for JavaScript, without signs before names; arrays: every child stands in a list.
    """
    read = _Reader("" if friendly else "@", "$t" if friendly else "#text", arrays)
    return json.dumps(read.document(data), ensure_ascii=False, separators=(",", ":"))


class _Reader:
    def __init__(
        self,
        sign: str,
        text: str,
        arrays: bool,
        name: Callable[[str], str] = lambda name: name.replace(":", "$"),
        attributes: bool = True,
    ) -> None:
        self._sign, self._text, self._arrays = sign, text, arrays
        self._name, self._attributes = name, attributes
        self._top: dict[str, Any] = {}
        self._open: list[dict[str, Any]] = []
        self._texts: list[list[str]] = []
        self._prefixes: list[frozenset[str]] = [frozenset(("xml", "xmlns"))]

    def document(self, data: bytes) -> dict[str, Any]:
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        parser.XmlDeclHandler = self._declaration
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = lambda text: self._texts[-1].append(text)
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise ValueError(f"{reason}, line {error.lineno}, position {error.offset}.") from error
        return self._top

    def _declaration(self, version: str, encoding: Optional[str], standalone: int) -> None:
        self._top["version"] = version
        if encoding:
            self._top["encoding"] = encoding
        if standalone >= 0:
            self._top["standalone"] = "yes" if standalone else "no"

    def _doctype(self, *_: Any) -> None:
        raise ValueError("A DOCTYPE is not read.")

    def _start(self, name: str, listed: list[str]) -> None:
        if len(self._open) >= DEEPEST:
            raise ValueError(f"More than {DEEPEST} elements stand in one another.")
        attributes = dict(zip(listed[::2], listed[1::2]))
        new = {each[6:] for each in attributes if each.startswith("xmlns:")}
        self._prefixes.append(self._prefixes[-1] | new)
        for each in (name, *attributes):
            prefix, colon, _ = each.partition(":")
            if colon and prefix not in self._prefixes[-1]:
                raise ValueError(f"'{prefix}' is an undeclared prefix.")
        kept = attributes if self._attributes else {}
        self._open.append({f"{self._sign}{self._name(key)}": kept[key] for key in kept})
        self._texts.append([])

    def _end(self, name: str) -> None:
        self._prefixes.pop()
        content, text = self._open.pop(), "".join(self._texts.pop())
        value: Any = content
        if not content:
            value = text or None
        elif text.strip():
            content[self._text] = text
        if not self._open:
            self._top[self._name(name)] = value
            return
        around, key = self._open[-1], self._name(name)
        if key not in around:
            around[key] = [value] if self._arrays else value
        elif isinstance(around[key], list):
            around[key].append(value)
        else:
            around[key] = [around[key], value]
