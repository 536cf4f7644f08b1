"""From the elements of a policy document to steps that run.

Everything is checked against the registry's table, and every fault is told with file, line and
name before a request is served. Scopes build on each other: `<base />` in a document stands for
the same section of the `parent` document.
Source: https://learn.microsoft.com/azure/api-management/api-management-howto-policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Optional, Union

from apim_gateway.errors import PolicyError
from apim_gateway.reading.compiled import Document, Fragment, Looked, Reference
from apim_gateway.reading.hints import hint
from apim_gateway.reading.reader import Element, Text
from apim_gateway.reading.registry import NEVER_HERE, Registry
from apim_gateway.reading.schema import (
    BACKEND_ID,
    Child,
    Node,
    NotHere,
    Position,
    Shape,
    Surroundings,
)
from apim_gateway.reading.values import Value, Values
from apim_gateway.running.place import Place
from apim_gateway.running.sections import BACKEND, SECTIONS
from apim_gateway.running.steps import Placed, Steps

ANYWHERE = ""  # the section of a fragment that is checked by itself


def compile_document(
    root: Element,
    file: str,
    registry: Registry,
    scope: str = "api",
    parent: Optional[Document] = None,
    fragments: Optional[Mapping[str, Fragment]] = None,
) -> Document:
    """Compile the document `root`; without `fragments` any include-fragment is taken as given.

    Raises PolicyError for the first fault; `faults` tells them all.
    """
    compiler = _Compiler(file, registry, scope, parent, fragments)
    document = compiler.document(root)
    if compiler.problems:
        raise compiler.problems[0]
    return document


def faults(root: Element, file: str, registry: Registry) -> list[PolicyError]:
    """Return everything wrong in a document or fragment, in the order of its lines."""
    return look(root, file, registry).faults


def look(
    root: Element,
    file: str,
    registry: Registry,
    scope: str = "api",
    parent: Optional[Document] = None,
    fragments: Optional[Mapping[str, Fragment]] = None,
    section: str = ANYWHERE,
    unknown: bool = False,
) -> Looked:
    """Compile a document, or a fragment as it runs in `section`, whatever is wrong with it.

    With `unknown`, what is not known or not run here is no fault.
    """
    compiler = _Compiler(file, registry, scope, parent, fragments, looking=unknown)
    if root.name == "fragment":
        steps = compiler.steps(root.children, section, "")
        document = Document(file, scope, {**{name: Steps(()) for name in SECTIONS}, section: steps})
    else:
        document = compiler.document(root)
    return Looked(
        document, sorted(compiler.problems, key=_place), sorted(compiler.passed, key=_place)
    )


def _place(problem: PolicyError) -> tuple[int, int]:
    return problem.line, problem.column


class _Compiler:
    """Walk one document; faults are gathered, so that one load tells them all."""

    def __init__(
        self,
        file: str,
        registry: Registry,
        scope: str,
        parent: Optional[Document],
        fragments: Optional[Mapping[str, Fragment]],
        looking: bool = False,
    ) -> None:
        self.file, self.registry, self.scope = file, registry, scope
        self.looking = looking
        self.value = Values(self.at, self.pass_over if looking else None).compile
        self.parent, self.fragments = parent, fragments
        self.problems: list[PolicyError] = []
        self.passed: list[PolicyError] = []  # not run here, or read with doubt: no faults
        self.references: list[Reference] = []
        self.including: list[str] = []

    def document(self, root: Element) -> Document:
        if root.name != "policies":
            self.fault(root, root.name, "the document should begin with <policies>")
            return Document(self.file, self.scope, {})
        found: dict[str, Steps] = {}
        for element in root.children:
            name = element.name
            if name not in SECTIONS:
                self.fault(element, name, f"not a section{self.hint(name, SECTIONS)}")
            elif name in found:
                self.fault(element, name, "stands twice; join the two sections")
            else:
                if name == BACKEND and len(element.children) > 1:
                    second = element.children[1]
                    self.fault(second, second.name, "backend takes one policy only")
                found[name] = self.steps(element.children, name, "")
        sections = {name: found.get(name, Steps(())) for name in SECTIONS}
        return Document(self.file, self.scope, sections, tuple(self.references))

    def steps(self, elements: Iterable[Element], section: str, path: str) -> Steps:
        counts: dict[str, int] = {}
        placed = []
        for element in elements:
            counts[element.name] = counts.get(element.name, 0) + 1
            here = f"{path}{element.name}[{counts[element.name]}]"
            step = self.policy(element, section, here)
            if step:
                placed.append(step)
        return Steps(tuple(placed))

    def policy(self, element: Element, section: str, path: str) -> Optional[Placed]:
        name = element.name
        policy = self.registry.policies.get(name)
        if policy is None:
            elsewhere = self.registry.elsewhere.get(name)
            known = f"{NEVER_HERE}{elsewhere.reason}" if elsewhere else ""
            near = self.hint(name, self.registry.policies)
            self.fault(element, name, known or f"no such policy{near}")
            return None
        if section and section not in policy.sections:
            allowed = ", ".join(policy.sections)
            self.fault(element, name, f"may not stand in {section}, only in {allowed}")
            return None
        before = len(self.problems)
        node = self.node(element, policy.shape, section, f"{path}/")
        reason = policy.check(node) if len(self.problems) == before else ""
        if reason and self.looking and isinstance(reason, NotHere):
            self.pass_over(element.line, element.column, name, reason)
        elif reason:
            self.fault(element, name, reason)
        if len(self.problems) > before:
            return None
        identity = element.attributes["id"].value if "id" in element.attributes else ""
        place = Place(self.scope, section, path, identity, name)
        try:
            return Placed(policy.build(node), place)
        except PolicyError as problem:
            self.problems.append(problem)
            return None

    def node(self, element: Element, shape: Shape, section: str, path: str) -> Node:
        given = self.attributes(element, shape)
        children: tuple[Node, ...] = ()
        steps = Steps(())
        if shape.policies:
            steps = self.steps(element.children, section, path)
        else:
            children = self.children(element, shape, section, path)
        text = None
        if shape.text:
            if shape.text.required and not element.text.value.strip():
                self.fault(element, element.name, "needs a text")
            else:
                text = self.value(element.name, element.text, shape.text)
        elif element.text.value.strip() and not shape.anything:
            self.fault(element.text, element.name, "takes no text")
        around = Surroundings(
            section,
            path,
            base=lambda: self.base(element, section),
            fragment=lambda name: self.include(element, name, section, path),
        )
        texts = {**element.attributes, "": element.text}
        return Node(
            element.name,
            self.position(element),
            shape,
            {name: value.expression for name, value in given.items()},
            {
                name: value.expression.source.strip()
                for name, value in given.items()
                if shape.attributes[name].literal
            },
            children,
            text.expression if text else None,
            steps,
            around,
            frozenset(
                name for name, value in [*given.items(), ("", text)] if value and value.unknown
            ),
            {name: self.position(text) for name, text in texts.items()},
        )

    def attributes(self, element: Element, shape: Shape) -> dict[str, Value]:
        for name, given in element.attributes.items():
            if name not in shape.attributes and name != "id" and not shape.anything:
                near = self.hint(name, shape.attributes)
                self.fault(given, name, f"{element.name} has no such attribute{near}")
        values: dict[str, Value] = {}
        for name, attribute in shape.attributes.items():
            text = element.attributes.get(name)
            if text is None and attribute.default is not None:
                text = Text(attribute.default, element.line, element.column)
            if text is None:
                if attribute.required:
                    self.fault(element, name, f"{element.name} needs this attribute")
                continue
            value = self.value(name, text, attribute)
            if value is None:
                continue
            values[name] = value
            if attribute.kind is BACKEND_ID and value.expression.constant and not value.unknown:
                self.references.append(Reference(text.value.strip(), text.line, element.name))
        return values

    def children(self, element: Element, shape: Shape, section: str, path: str) -> tuple[Node, ...]:
        counts: dict[str, int] = {}
        nodes = []
        for child in element.children:
            rule = shape.children.get(child.name)
            if rule is None and shape.anything:
                rule = Child(shape, most=None)
            if rule is None:
                near = self.hint(child.name, shape.children)
                self.fault(child, child.name, f"may not stand in {element.name}{near}")
                continue
            counts[child.name] = counts.get(child.name, 0) + 1
            if rule.most is not None and counts[child.name] == rule.most + 1:
                self.fault(child, child.name, f"stands too often in {element.name}")
            here = f"{path}{child.name}[{counts[child.name]}]/"
            nodes.append(self.node(child, rule.shape, section, here))
        for name, rule in shape.children.items():
            if counts.get(name, 0) < rule.least:
                self.fault(element, element.name, f"needs a <{name}> in it")
        return tuple(nodes)

    def base(self, element: Element, section: str) -> Steps:
        if self.including or not section:
            raise PolicyError(self.file, element.line, "base", "may not stand in a fragment")
        if self.scope == "global":
            raise PolicyError(self.file, element.line, "base", "the global scope has no parent")
        return self.parent.sections[section] if self.parent else Steps(())

    def include(self, element: Element, name: str, section: str, path: str) -> Steps:
        if self.fragments is None:
            return Steps(())
        fragment = self.fragments.get(name)
        if fragment is None:
            known = ", ".join(sorted(self.fragments)) or "none"
            reason = f"no fragment {name!r} is known ({known}); give it with --fragment {name}=FILE"
            raise PolicyError(self.file, element.line, element.name, reason)
        if name in self.including:
            reason = f"{' includes '.join([*self.including, name])}: a circle"
            raise PolicyError(self.file, element.line, element.name, reason)
        outer, self.file = self.file, fragment.file
        self.including.append(name)
        try:
            if fragment.root.name != "fragment":
                root = fragment.root
                raise PolicyError(self.file, root.line, root.name, "should be <fragment>")
            return self.steps(fragment.root.children, section, path)
        finally:
            self.including.pop()
            self.file = outer

    def fault(self, where: Union[Element, Text], name: str, reason: str) -> None:
        self.at(where.line, where.column, name, reason)

    def hint(self, name: str, known: Iterable[str]) -> str:
        # To look for it takes a while: who has a hundred faults will correct the first ones first.
        return hint(name, known) if len(self.problems) < 100 else ""

    def at(self, line: int, column: int, name: str, reason: str) -> None:
        self.problems.append(PolicyError(self.file, line, name, reason, column))

    def pass_over(self, line: int, column: int, name: str, reason: str) -> None:
        self.passed.append(PolicyError(self.file, line, name, reason, column))

    def position(self, where: Union[Element, Text]) -> Position:
        return Position(self.file, where.line, where.column)
