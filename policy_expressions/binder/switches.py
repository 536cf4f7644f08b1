"""`switch`: sections with labels, of which none falls into the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Optional

from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import Binder, Exit
from policy_expressions.binder.exprs import Expr, Frame, Runner, State, merge
from policy_expressions.binder.patterns import Pattern, bind_case
from policy_expressions.binder.statements import BREAK, sequence
from policy_expressions.errors import CompileError
from policy_expressions.library import BOOL, LIBRARY, OBJECT
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type

Test = Callable[[Frame, Any], bool]


@dataclass
class Section:
    """A section: the tests of its labels, and what it runs."""

    tests: list[Test]
    is_default: bool
    run: Runner


@dataclass
class _Labels:
    """The labels of one switch so far."""

    constants: set[Any] = field(default_factory=set)
    types: list[Type] = field(default_factory=list)
    has_default: bool = False


def bind_switch(binder: Binder, node: Node) -> Runner:
    """Bind `switch` with constants, types and guards."""
    subject = binder.value(node["value"])
    binder.scopes.append({})
    binder.exits.append(Exit(False, binder.finals))
    before, labels = binder.state, _Labels()
    given = node.all("section")
    sections = []
    for section in given:
        binder.state = before
        sections.append(_section(binder, section, subject, labels, section is given[-1]))
    binder.state = _after(binder, before, labels.has_default)
    binder.scopes.pop()
    return _switch(subject.run, sections)


def _after(binder: Binder, before: State, has_default: bool) -> State:
    """Return what is assigned after the switch: what is where it breaks, or nothing fits."""
    state = None if has_default else before
    for broken in binder.exits.pop().states:
        state = merge(state, broken)
    return state


def _section(binder: Binder, node: Node, subject: Expr, labels: _Labels, is_last: bool) -> Section:
    tests = []
    is_default = False
    for label in node.all("label"):
        if label.get("pattern") is None:
            is_default = True
            _only_once(labels.has_default, "default:")
            labels.has_default = True
        else:
            tests.append(_label(binder, label, subject, labels))
    run = sequence([binder.bind_statement(child) for child in node.all("statement")])
    if binder.state is not None:
        last = node.all("label")[-1]
        raise node.source.at(last.start, _falls(last, is_last))
    return Section(tests, is_default, run)


def _label(binder: Binder, node: Node, subject: Expr, labels: _Labels) -> Test:
    """Bind `case pattern when guard:`."""
    pattern: Pattern = bind_case(binder, node["pattern"], subject.value_type)
    guard = node.get("when")
    if pattern.constant is not None and guard is None:
        key = (type(pattern.constant[0]), pattern.constant[0])
        _only_once(key in labels.constants, node["pattern"].text)
        labels.constants.add(key)
    test, of = pattern.test, pattern.of
    if of is None:
        constant = pattern.constant and pattern.constant[0]
        of = OBJECT if constant is None else LIBRARY.type_of(constant)
    if pattern.constant != (None,) and any(LIBRARY.derives(of, known) for known in labels.types):
        raise node.source.at(node["pattern"].start, CompileError("CS8120", _UNREACHABLE))
    if guard is None:
        if pattern.constant is None:
            labels.types.append(of)
        return test
    when = to_type(binder.value(guard), BOOL).run
    return lambda f, value: test(f, value) and when(f)


_UNREACHABLE = (
    "The switch case is unreachable. It has already been handled by a previous case or it is "
    "impossible to match."
)


def _only_once(is_there: bool, shown: str) -> None:
    if is_there:
        text = f"The switch statement contains multiple cases with the label value '{shown}'"
        raise CompileError("CS0152", text)


def _falls(label: Node, is_last: bool) -> CompileError:
    shown = " ".join(label.text.split())
    if is_last:
        text = f"Control cannot fall out of switch from final case label ('{shown}')"
        return CompileError("CS8070", text)
    text = f"Control cannot fall through from one case label ('{shown}') to another"
    return CompileError("CS0163", text)


def _switch(subject: Runner, sections: list[Section]) -> Runner:
    default: Optional[Runner] = next((s.run for s in sections if s.is_default), None)
    cases = [(test, section.run) for section in sections for test in section.tests]

    def switch(f: Frame) -> Any:
        value = subject(f)
        chosen = next((run for test, run in cases if test(f, value)), default)
        signal = chosen(f) if chosen is not None else None
        return None if signal is BREAK else signal

    return switch
