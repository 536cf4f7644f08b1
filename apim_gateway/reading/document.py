"""From the elements of a policy document to steps that run.

Everything is checked against the registry's table, and every fault is told with file, line and
name before a request is served. Scopes build on each other: `<base />` in a document stands for
the same section of the `parent` document.
Source: https://learn.microsoft.com/azure/api-management/api-management-howto-policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Optional

import policy_expressions
from apim_gateway.errors import PolicyError
from apim_gateway.reading.named_values import UNKNOWN
from apim_gateway.reading.reader import Element, Text
from apim_gateway.reading.schema import BACKEND_ID, Attribute, Node, Policy, Shape, Surroundings
from apim_gateway.running.place import Place
from apim_gateway.running.sections import BACKEND, SECTIONS
from apim_gateway.running.steps import Placed, Steps
from policy_expressions import ExpressionError

NEVER_HERE = "API Management has this policy, but this gateway does not run it: "
ANYWHERE = ""  # the section of a fragment that is checked by itself


@dataclass(frozen=True)
class Fragment:
    """Hold a policy fragment as it was read."""

    root: Element
    file: str


@dataclass(frozen=True)
class Registry:
    """Hold what may stand in a document, and why some policies of API Management may not."""

    policies: Mapping[str, Policy]
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """Hold a backend's name that a document gives literally, and where."""

    name: str
    line: int
    element: str


@dataclass(frozen=True)
class Document:
    """Hold the compiled sections of one scope."""

    file: str
    scope: str
    sections: Mapping[str, Steps]
    references: tuple[Reference, ...] = ()


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
    taken = fragments is None
    compiler = _Compiler(file, registry, scope, parent, fragments or {}, taken)
    document = compiler.document(root)
    if compiler.problems:
        raise compiler.problems[0]
    return document


def faults(
    root: Element, file: str, registry: Registry, fragments: Mapping[str, Fragment] = {}
) -> list[PolicyError]:
    """Return everything wrong in a document or fragment, in the order of its lines.

    Other fragments than those given are taken to be there.
    """
    compiler = _Compiler(file, registry, "api", None, fragments, taken=True)
    if root.name == "fragment":
        compiler.steps(root.children, ANYWHERE, "")
    else:
        compiler.document(root)
    return sorted(compiler.problems, key=lambda problem: problem.line)


class _Compiler:
    """Walk one document; faults are gathered, so that one load tells them all."""

    def __init__(
        self,
        file: str,
        registry: Registry,
        scope: str,
        parent: Optional[Document],
        fragments: Mapping[str, Fragment],
        taken: bool,
    ) -> None:
        self.file, self.registry, self.scope = file, registry, scope
        self.parent, self.fragments = parent, fragments
        self.taken = taken  # fragments that are not given are taken to be there
        self.problems: list[PolicyError] = []
        self.references: list[Reference] = []
        self.including: list[str] = []

    def document(self, root: Element) -> Document:
        if root.name != "policies":
            self.fault(root.line, root.name, "the document should begin with <policies>")
            return Document(self.file, self.scope, {})
        found: dict[str, Steps] = {}
        for element in root.children:
            name = element.name
            if name not in SECTIONS:
                self.fault(element.line, name, f"not a section{_hint(name, SECTIONS)}")
            elif name in found:
                self.fault(element.line, name, "stands twice; join the two sections")
            else:
                if name == BACKEND and len(element.children) > 1:
                    second = element.children[1]
                    self.fault(second.line, second.name, "backend takes one policy only")
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
        name, line = element.name, element.line
        policy = self.registry.policies.get(name)
        if policy is None:
            reason = self.registry.refused.get(name)
            known = f"{NEVER_HERE}{reason}" if reason else ""
            hint = _hint(name, self.registry.policies)
            self.fault(line, name, known or f"no such policy{hint}")
            return None
        if section and section not in policy.sections:
            allowed = ", ".join(policy.sections)
            self.fault(line, name, f"may not stand in {section}, only in {allowed}")
            return None
        before = len(self.problems)
        node = self.node(element, policy.shape, section, f"{path}/")
        reason = policy.check(node) if len(self.problems) == before else ""
        if reason:
            self.fault(line, name, reason)
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
        values, literals = self.attributes(element, shape)
        children: tuple[Node, ...] = ()
        steps = Steps(())
        if shape.policies:
            steps = self.steps(element.children, section, path)
        else:
            children = self.children(element, shape, section, path)
        text = None
        if shape.text:
            if shape.text.required and not element.text.value.strip():
                self.fault(element.line, element.name, "needs a text")
            else:
                text = self.value(element.name, element.text, shape.text)
        elif element.text.value.strip():
            self.fault(element.text.line, element.name, "takes no text")
        around = Surroundings(
            section,
            base=lambda: self.base(element, section),
            fragment=lambda name: self.include(element, name, section, path),
        )
        return Node(element.name, element.line, values, literals, children, text, steps, around)

    def attributes(
        self, element: Element, shape: Shape
    ) -> tuple[dict[str, policy_expressions.Expression], dict[str, str]]:
        for name, given in element.attributes.items():
            if name not in shape.attributes and name != "id":
                hint = _hint(name, shape.attributes)
                self.fault(given.line, name, f"{element.name} has no such attribute{hint}")
        values: dict[str, policy_expressions.Expression] = {}
        literals: dict[str, str] = {}
        for name, attribute in shape.attributes.items():
            text = element.attributes.get(name)
            if text is None and attribute.default is not None:
                text = Text(attribute.default, element.line)
            if text is None:
                if attribute.required:
                    self.fault(element.line, name, f"{element.name} needs this attribute")
                continue
            value = self.value(name, text, attribute)
            if value is None:
                continue
            values[name] = value
            if attribute.literal:
                literals[name] = text.value.strip()
            known = value.constant and not UNKNOWN.search(text.value)
            if attribute.kind is BACKEND_ID and known:
                self.references.append(Reference(text.value.strip(), text.line, element.name))
        return values, literals

    def value(
        self, name: str, text: Text, attribute: Attribute
    ) -> Optional[policy_expressions.Expression]:
        try:
            value = policy_expressions.compile(_with_stand_ins(text.value))
        except ExpressionError as refused:
            blank = text.value[: len(text.value) - len(text.value.lstrip())]
            line = text.line + refused.line - 1 - blank.count("\n")
            self.fault(line, refused.name, refused.reason)
            return None
        if not value.constant:
            if attribute.literal:
                self.fault(text.line, name, "takes no expression")
            return value
        reason = "" if UNKNOWN.search(text.value) else attribute.kind.fault(text.value)
        if reason:
            self.fault(text.line, name, reason)
        return value

    def children(self, element: Element, shape: Shape, section: str, path: str) -> tuple[Node, ...]:
        counts: dict[str, int] = {}
        nodes = []
        for child in element.children:
            rule = shape.children.get(child.name)
            if rule is None:
                hint = _hint(child.name, shape.children)
                self.fault(child.line, child.name, f"may not stand in {element.name}{hint}")
                continue
            counts[child.name] = counts.get(child.name, 0) + 1
            if rule.most is not None and counts[child.name] == rule.most + 1:
                self.fault(child.line, child.name, f"stands too often in {element.name}")
            here = f"{path}{child.name}[{counts[child.name]}]/"
            nodes.append(self.node(child, rule.shape, section, here))
        for name, rule in shape.children.items():
            if counts.get(name, 0) < rule.least:
                self.fault(element.line, element.name, f"needs a <{name}> in it")
        return tuple(nodes)

    def base(self, element: Element, section: str) -> Steps:
        if self.including or not section:
            raise PolicyError(self.file, element.line, "base", "may not stand in a fragment")
        if self.scope == "global":
            raise PolicyError(self.file, element.line, "base", "the global scope has no parent")
        return self.parent.sections[section] if self.parent else Steps(())

    def include(self, element: Element, name: str, section: str, path: str) -> Steps:
        fragment = self.fragments.get(name)
        if fragment is None and self.taken:
            return Steps(())
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

    def fault(self, line: int, name: str, reason: str) -> None:
        self.problems.append(PolicyError(self.file, line, name, reason))


def _with_stand_ins(text: str) -> str:
    """Return an expression with 1 for each named value that is not known; other texts as they are.

    1 stands well in most places of C#, in strings too.
    """
    return UNKNOWN.sub("1", text) if text.lstrip().startswith(("@(", "@{")) else text


def _hint(name: str, known: Iterable[str]) -> str:
    names: Sequence[str] = sorted(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; it may be {', '.join(names)}" if 0 < len(names) <= 10 else ""
