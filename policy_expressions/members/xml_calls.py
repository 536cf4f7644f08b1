"""What the members of System.Xml.Linq do that is more than one expression."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from policy_expressions.errors import argument_null, bad_format, invalid_operation
from policy_expressions.members.encoding import Reader
from policy_expressions.members.xml_content import add, content_text, set_value
from policy_expressions.runtime.containers import walk
from policy_expressions.runtime.date_parse import parse_date, parse_offset
from policy_expressions.runtime.guids import parse_guid
from policy_expressions.runtime.meter import gathered
from policy_expressions.runtime.number_parse import parse_number
from policy_expressions.runtime.numbers import NUMBERS
from policy_expressions.runtime.run import Run
from policy_expressions.xml import nodes as tree
from policy_expressions.xml.declaration import Declaration
from policy_expressions.xml.names import Name
from policy_expressions.xml.reader import parse_element


def element_of(node: tree.Container, name: Optional[Name]) -> Optional[tree.Element]:
    return next((e for e in node.elements() if e.name == name), None)


def set_element(run: Run, element: tree.Element, name: Name, value: Any) -> None:
    found = element_of(element, name)
    if value is None:
        if found is not None:
            found.remove()
        return
    if found is None:
        found = tree.Element(name)
        element.append(found)
    set_value(run, found, value)


def make_element(run: Run, name: Name, *content: Any) -> tree.Element:
    made = tree.Element(name)
    add(run, made, *content)
    return made


def make_document(run: Run, *content: Any) -> tree.Document:
    given = content[0] if content and isinstance(content[0], Declaration) else None
    made = tree.Document(given)
    add(run, made, *(part for part in content if part is not given))
    return made


def make_attribute(run: Run, name: Name, value: Any) -> tree.Attribute:
    return tree.Attribute(name, content_text(run, value))


def replace_nodes(run: Run, target: tree.Container, *content: Any) -> None:
    target.clear()
    add(run, target, *content)


def remove_attributes(element: tree.Element) -> None:
    for attribute in element.attributes:
        attribute.parent = None
    element.attributes = []


def replace_attributes(run: Run, element: tree.Element, *content: Any) -> None:
    remove_attributes(element)
    add(run, element, *content)


def remove_all(element: tree.Element) -> None:
    remove_attributes(element)
    element.clear()


def replace_all(run: Run, element: tree.Element, *content: Any) -> None:
    remove_all(element)
    add(run, element, *content)


def remove_thing(thing: tree.Thing) -> None:
    if isinstance(thing, tree.Node):
        thing.remove()
    elif isinstance(thing, tree.Attribute):
        if thing.element is None:
            raise invalid_operation("The parent is missing.")
        thing.element.remove_attribute(thing)


def remove_each(items: Any) -> None:
    for thing in gathered(walk(items)):
        remove_thing(thing)


def _flag_of(options: Any) -> bool:
    return bool(options is not None and options.number & 1)


def reading(parse: Callable[..., Any]) -> Callable[..., Any]:
    return lambda run, text, options=None: parse(run, text, _flag_of(options))


def load_element(run: Run, reader: Reader, options: Any = None) -> tree.Element:
    return parse_element(run, reader.rest(), _flag_of(options))


def document_order(node: tree.Node) -> list[int]:
    places = []
    at: Any = node
    while at.parent is not None:
        places.append(at.position())
        at = at.parent
    return [id(at), *reversed(places)]


def _bool_of(text: str) -> bool:
    found = {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower())
    if found is None:
        raise bad_format(f"The string '{text}' is not a valid Boolean value.")
    return found


def _number_of(name: str) -> Callable[[str], Any]:
    words = {"INF": "Infinity", "-INF": "-Infinity"}
    return lambda text: parse_number(NUMBERS[name], words.get(text.strip(), text))


_CONVERT: dict[str, Callable[[str], Any]] = {
    "bool": _bool_of,
    **{n: _number_of(n) for n in ("int", "uint", "long", "ulong", "float", "double", "decimal")},
    "DateTime": parse_date,
    "DateTimeOffset": parse_offset,
    "Guid": parse_guid,
}


def casts(of: str, parameter: str) -> dict[str, Any]:
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
