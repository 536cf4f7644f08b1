"""The form of a policy element: what a document is checked against when it is loaded.

A `Policy` is one row of the registry: its name, the sections it may stand in, its attributes,
text and child elements, and what builds the step that runs it. A `Node` is one element that has
passed: defaults filled in, values compiled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Callable, Optional

from apim_gateway.reading.effect import STREAMS, Effect
from apim_gateway.running.steps import Step, Steps
from policy_expressions import Expression

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, 5.6.2


class NotHere(str):
    """Tell what API Management has and this gateway does not run; no fault of the document."""


@dataclass(frozen=True)
class Kind:
    """Name a form of value and tell what is wrong with a text, or nothing."""

    name: str
    fault: Callable[[str], str] = lambda text: ""


def one_of(*values: str) -> Kind:
    """Accept these texts alone."""
    wanted = " or ".join((", ".join(values[:-1]), values[-1])) if len(values) > 1 else values[0]
    return Kind(
        wanted, lambda text: "" if text.strip() in values else f"{text!r} should be {wanted}"
    )


def whole(least: int, most: Optional[int] = None) -> Kind:
    """Accept whole numbers from `least` to `most`."""
    wanted = f"{least} or more" if most is None else f"{least} to {most}"

    def fault(text: str) -> str:
        digits = text.strip().lstrip("+-")
        if not digits.isascii() or not digits.isdigit():
            return f"{text!r} should be a whole number, {wanted}"
        number = int(text)
        fits = number >= least and (most is None or number <= most)
        return "" if fits else f"{number} should be {wanted}"

    return Kind(f"whole number, {wanted}", fault)


TEXT = Kind("text")
NAME = Kind("text, not empty", lambda text: "" if text.strip() else "should not be empty")
BOOLEAN = Kind(
    "true or false",
    lambda text: (
        "" if text.strip().lower() in ("true", "false") else f"{text!r} should be true or false"
    ),
)
HEADER = Kind(
    "name of a header",
    lambda text: "" if _TOKEN.fullmatch(text.strip()) else f"{text!r} is no name of a header",
)
BACKEND_ID = Kind("name of a backend", NAME.fault)


@dataclass(frozen=True)
class Attribute:
    """Describe one attribute, or an element's text; `literal` ones take no expression.

    A `late` one is evaluated when outbound is over, wherever its policy stands.
    """

    kind: Kind = TEXT
    required: bool = False
    default: Optional[str] = None
    literal: bool = False
    late: bool = False


@dataclass(frozen=True)
class Child:
    """Say how often a child element may stand in its parent."""

    shape: Shape
    least: int = 0
    most: Optional[int] = 1


@dataclass(frozen=True)
class Shape:
    """Describe the inside of an element; `policies` are steps that stand in it, in any number.

    With `anything`, attributes, texts and elements that are not described here may stand in it.
    """

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    children: Mapping[str, Child] = field(default_factory=dict)
    text: Optional[Attribute] = None
    policies: bool = False
    anything: bool = False


@dataclass(frozen=True)
class Policy:
    """Hold one row of the registry; `stream` says what the policy does to a streamed response.

    `check` tells what the table cannot, an empty text when all is well. `notes` names the rules of
    the streaming check for what streams all the same but may surprise, by node.
    """

    name: str
    build: Callable[[Node], Step]
    sections: tuple[str, ...]
    shape: Shape = field(default_factory=Shape)
    stream: Effect = STREAMS
    check: Callable[[Node], str] = lambda node: ""
    notes: Callable[[Node], tuple[str, ...]] = lambda node: ()


@dataclass(frozen=True, order=True)
class Position:
    """Hold a place in a file; line and column count from 1."""

    file: str
    line: int
    column: int = 1


@dataclass(frozen=True)
class Surroundings:
    """Let a policy reach what lies around it in the document, while it is built."""

    section: str
    path: str  # see Place
    base: Callable[[], Steps]
    fragment: Callable[[str], Steps]


@dataclass(frozen=True)
class Node:
    """Hold one element that has passed the check."""

    name: str
    position: Position
    shape: Shape
    values: Mapping[str, Expression]
    literals: Mapping[str, str]  # attributes that take no expression
    children: tuple[Node, ...]
    text: Optional[Expression]
    steps: Steps
    around: Surroundings
    unknown: frozenset[str] = frozenset()  # attributes that cannot be read; "" is the text
    positions: Mapping[str, Position] = field(default_factory=dict)  # of attributes; "" is the text

    def __getitem__(self, attribute: str) -> Expression:
        return self.values[attribute]

    def flag(self, attribute: str) -> bool:
        """Return whether an attribute that takes no expression is `true`."""
        return self.literal(attribute).lower() == "true"

    def get(self, attribute: str) -> Optional[Expression]:
        """Return the attribute's value, or None when it is absent and has no default."""
        return self.values.get(attribute)

    def literal(self, attribute: str) -> str:
        """Return the text of an attribute that takes no expression, or an empty one."""
        return self.literals.get(attribute, "")

    def all(self, name: str) -> tuple[Node, ...]:
        """Return the child elements of this name."""
        return tuple(child for child in self.children if child.name == name)

    def first(self, name: str) -> Optional[Node]:
        """Return the first child element of this name, or None."""
        return next(iter(self.all(name)), None)
