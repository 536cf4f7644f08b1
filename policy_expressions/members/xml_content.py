"""What is added to a node of System.Xml.Linq, and what is walked from one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Optional

from policy_expressions.errors import argument_null, invalid_operation
from policy_expressions.json.tokens import JToken
from policy_expressions.runtime.containers import Sequence, walk
from policy_expressions.runtime.dates import DateTime, DateTimeOffset
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of
from policy_expressions.xml import nodes as tree
from policy_expressions.xml.names import Name
from policy_expressions.xml.writer import write


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
    if content is None or single or not isinstance(content, Iterable):
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


def add_at(run: Run, target: tree.Container, index: int, content: Any) -> None:
    """Put content at a place among the nodes."""
    for offset, part in enumerate(p for p in _parts(content) if p is not None):
        node = part if isinstance(part, tree.Node) else tree.Text(content_text(run, part))
        target.insert(index + offset, node)


def add_beside(offset: int) -> Callable[..., None]:
    def do(run: Run, node: tree.Node, *content: Any) -> None:
        if node.parent is None:
            raise invalid_operation("The parent is missing.")
        add_at(run, node.parent, node.position() + offset, content)

    return do


def replace_node(run: Run, node: tree.Node, *content: Any) -> None:
    add_beside(1)(run, node, *content)
    node.remove()


def all_of(find: Callable[[Any], Iterator[Any]]) -> Callable[..., Sequence]:
    """Return a lazy walk, perhaps of the nodes of one name alone."""

    def run(node: Any, *name: Optional[Name]) -> Sequence:
        if not name:
            return Sequence(lambda: find(node))
        return Sequence(lambda: (e for e in find(node) if e.name == name[0]))

    return run


def all_of_each(find: Callable[[Any], Iterator[Any]]) -> Callable[..., Sequence]:
    """Return the same for all nodes of a sequence, one after the other."""

    def run(items: Any, *name: Optional[Name]) -> Sequence:
        one = all_of(find)
        return Sequence(lambda: (found for item in walk(items) for found in one(item, *name)))

    return run


def elements_below(node: tree.Container) -> Iterator[tree.Element]:
    return (below for below in node.descendants() if isinstance(below, tree.Element))


def element_and_below(node: tree.Element) -> Iterator[tree.Element]:
    yield node
    yield from elements_below(node)


def element_and_around(node: tree.Element) -> Iterator[tree.Element]:
    yield node
    yield from node.ancestors()


def siblings(after: bool, only_elements: bool) -> Callable[[tree.Node], Iterator[tree.Node]]:
    def run(node: tree.Node) -> Iterator[tree.Node]:
        around = node.parent.nodes if node.parent else []
        at = node.position()
        chosen = around[at + 1 :] if after else around[: max(at, 0)]
        return (n for n in chosen if not only_elements or isinstance(n, tree.Element))

    return run


def attribute_beside(offset: int) -> Callable[[tree.Attribute], Optional[tree.Attribute]]:
    def run(attribute: tree.Attribute) -> Optional[tree.Attribute]:
        owner = attribute.element
        if owner is None:
            return None
        at = next(i for i, a in enumerate(owner.attributes) if a is attribute) + offset
        return owner.attributes[at] if 0 <= at < len(owner.attributes) else None

    return run


def edge(index: int, what: str) -> Callable[[Any], Any]:
    def run(node: Any) -> Any:
        items = node.attributes if what == "attributes" else node.nodes
        return items[index] if items else None

    return run


def as_text(run: Run, node: tree.Thing, options: Any = None) -> str:
    return write(run, node, indented=not (options is not None and options.number & 1))


def set_value(run: Run, target: Any, value: Any) -> None:
    if value is None:
        raise argument_null("value")
    text = content_text(run, value)
    if isinstance(target, tree.Element):
        target.clear()
        target.text(text)
    else:
        target.value = text


def set_attribute(run: Run, element: tree.Element, name: Name, value: Any) -> None:
    found = element.find(name)
    if value is None:
        if found is not None:
            element.remove_attribute(found)
    elif found is not None:
        found.value = content_text(run, value)
    else:
        element.add_attribute(tree.Attribute(name, content_text(run, value)))
