"""XPath as SelectNodes is used: paths of names, with places and comparisons in brackets.

https://www.w3.org/TR/1999/REC-xpath-19991116/ has more; that is refused with NotSupportedHere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Union

from policy_expressions.errors import ExpressionFailure, NotSupportedHere
from policy_expressions.xml.nodes import Attribute, Container, Element, Node, Text

Item = Union[Node, Attribute]

_LITERAL = r"'[^']*'|\"[^\"]*\""
_NAME = r"[^\W\d][\w.-]*"
_TEST = rf"text\(\)|node\(\)|@?(?:\*|{_NAME}(?::(?:{_NAME}|\*))?)"
_STEP = re.compile(rf"(//?)?({_TEST}|\.\.|\.)((?:\[(?:[^\[\]'\"]|{_LITERAL})*\])*)(?!\()")
_PREDICATE = re.compile(rf"\[((?:[^\[\]'\"]|{_LITERAL})*)\]")
_CONDITION = re.compile(
    rf"\s*(local-name\(\)|name\(\)|(?://?)?(?:{_TEST}|\.\.|\.)(?://?(?:{_TEST}|\.\.|\.))*)\s*"
    rf"(?:(!?=)\s*({_LITERAL}))?\s*(?:\band\b(?=.)|$)"
)


def select(node: Item, path: str, spaces: Mapping[str, str]) -> list[Item]:
    """Return what a path leads to from a node, in document order.

    spaces: the namespaces of its prefixes. Raises XPathException for a prefix that is none of them.
    """
    found, at, text = [node], 0, path.strip()
    if text == "/":
        return [_root(node)]
    while at < len(text) or not text:
        step = _STEP.match(text, at)
        if step is None or (at and not step.group(1)):
            raise _unsupported(path)
        slashes, test, predicates = step.group(1, 2, 3)
        if not at and slashes:
            found = [_root(node)]
        if slashes == "//":
            found = [each for start in found for each in (start, *_below(start))]
        kept = []
        for start in found:
            some = [each for each in _axis(start, test) if _fits(each, test, spaces)]
            for predicate in _PREDICATE.findall(predicates):
                some = _filtered(some, predicate.strip(), spaces, path)
            kept += some
        found, at = kept, step.end()
    return _ordered(node, found)


def _unsupported(path: str) -> NotSupportedHere:
    return NotSupportedHere("XPath", f"'{path}' is not read here: use XElement and LINQ")


def _root(node: Item) -> Item:
    while node.parent is not None:
        node = node.parent
    return node


def _below(node: Item) -> Iterator[Node]:
    return node.descendants() if isinstance(node, Container) else iter(())


def _axis(node: Item, test: str) -> Iterable[Item]:
    if test in (".", ".."):
        return [node] if test == "." else [node.parent] if node.parent else []
    if test[0] == "@":
        return node.attributes if isinstance(node, Element) else []
    return node.nodes if isinstance(node, Container) else []


def _fits(node: Item, test: str, spaces: Mapping[str, str]) -> bool:
    if test in (".", "..", "node()"):
        return True
    if test == "text()":
        return isinstance(node, Text)
    if not isinstance(node, (Element, Attribute)) or getattr(node, "declares", False):
        return False
    prefix, _, local = test.lstrip("@").rpartition(":")
    if prefix and prefix not in spaces:
        raise ExpressionFailure(
            "System.Xml.XPath.XPathException",
            "Namespace Manager or XsltContext needed. This query has a prefix, variable, or "
            "user-defined function.",
        )
    of_space = (local == "*" and not prefix) or node.name.uri == spaces.get(prefix, "")
    return of_space and local in ("*", node.name.local)


def _filtered(
    nodes: list[Item], predicate: str, spaces: Mapping[str, str], path: str
) -> list[Item]:
    if predicate.isdigit():
        return nodes[int(predicate) - 1 : int(predicate)] if int(predicate) else []
    if predicate == "last()":
        return nodes[-1:]
    at = 0
    while at < len(predicate) or not predicate:
        condition = _CONDITION.match(predicate, at)
        if condition is None:
            raise _unsupported(path)
        left, sign, literal = condition.groups()
        nodes = [each for each in nodes if _holds(each, left, sign, literal, spaces)]
        at = condition.end()
    return nodes


def _holds(node: Item, left: str, sign: str, literal: str, spaces: Mapping[str, str]) -> bool:
    if left.endswith("name()"):
        named = isinstance(node, (Element, Attribute))
        name = (node.name.local if left == "local-name()" else node.written) if named else ""  # type: ignore[union-attr]
        values = [name]
    else:
        values = [text_of(each) for each in select(node, left, spaces)]
    if not sign:
        return bool(values) if not left.endswith("name()") else bool(values[0])
    return any((value == literal[1:-1]) == (sign == "=") for value in values)


def _ordered(node: Item, found: list[Item]) -> list[Item]:
    """Return the nodes, each once, in document order."""
    unique = {id(each): each for each in found}
    if len(unique) < 2:
        return list(unique.values())
    order: dict[int, int] = {}
    top = _root(node)
    for each in (top, *_below(top)):
        for one in (each, *(each.attributes if isinstance(each, Element) else ())):
            order[id(one)] = len(order)
    return sorted(unique.values(), key=lambda each: order[id(each)])


def text_of(node: Item) -> str:
    """Return the text of a node with all that is in it."""
    if isinstance(node, Container):
        return "".join(each.value for each in node.descendants() if isinstance(each, Text))
    return str(getattr(node, "value", ""))
