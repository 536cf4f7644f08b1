"""Follow a streamed response through a compiled document, over every scope and branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Optional

from apim_gateway.reading.effect import ANSWERS, FORWARDS, GATHERS, HOLDS, REPLACES
from apim_gateway.reading.schema import Node, Position
from apim_gateway.reading.values import UNREAD
from apim_gateway.running.sections import BACKEND, INBOUND, ON_ERROR, OUTBOUND
from apim_gateway.running.steps import Steps
from apim_gateway.streaming.findings import Finding, finding
from apim_gateway.streaming.rules import NOTE
from apim_gateway.streaming.sample import RESPONSE_BODY, Sample, Touch
from apim_gateway.streaming.uses import Use, all_values, uses, values
from apim_gateway.streaming.ways import (
    BLOCKS,
    EMPTY,
    FAILS,
    NONE,
    STREAMS,
    UNKNOWN,
    WHOLE,
    WINDOWS,
    Ways,
    merge,
    to,
    under,
)
from policy_expressions import Expression

PASSING = (STREAMS, BLOCKS, WINDOWS, UNKNOWN)


@dataclass(frozen=True)
class Here:
    """Hold where the walk stands."""

    section: str
    conditions: tuple[str, ...] = ()  # that must hold for the walk to come here
    taken: Optional[bool] = True  # whether the sample comes here; None: cannot be told
    via: Optional[Position] = None  # the <base /> that stands for a document nobody gave

    def branch(self, condition: str, holds: Optional[bool]) -> Here:
        """Return where the walk stands under a further condition."""
        return replace(
            self, conditions=(*self.conditions, condition), taken=_both(self.taken, holds)
        )


class Walk:
    """Walk the sections once; `findings` then tells what was met, by place and rule.

    assumed: the names of parent documents that nobody gave.
    """

    def __init__(self, assumed: frozenset[str]) -> None:
        self.findings: dict[tuple[Position, str], Finding] = {}
        self._assumed = assumed
        self._ended: Ways = {}  # the ways on which no further policy runs
        self._sample = Sample()
        self._late: list[tuple[Use, str, Expression, Here]] = []
        self._gathered: list[Here] = []  # where windows of text are wanted of the response

    def run(self, sections: Mapping[str, Steps], start: Ways) -> Ways:
        """Return what a streamed response becomes that begins as `start`."""
        ways = start
        for section in (INBOUND, BACKEND, OUTBOUND):
            ways = self._steps(sections[section], ways, Here(section))
        for use, name, value, here in self._late:
            read = self._read(use, name, value, ways, replace(here, section=OUTBOUND))
            ways = merge(ways, read) if here.conditions else read
        for here in self._gathered:
            gathered = to(WINDOWS, ways, STREAMS, BLOCKS)
            ways = merge(ways, gathered) if here.conditions else gathered
        self._on_error(sections[ON_ERROR])
        return merge(ways, self._ended)

    def _steps(self, steps: Steps, ways: Ways, here: Here) -> Ways:
        """Return the ways after these steps; none where no way goes on."""
        for placed in steps.steps:
            if ways and isinstance(placed.step, Use):
                ways = self._use(placed.step, ways, here)
        return ways

    def _use(self, use: Use, ways: Ways, here: Here) -> Ways:
        name = use.policy.name
        if use.missing:
            return self._missing(use, ways, here)
        if name == "choose":
            return self._choose(use, ways, here)
        if name in ("base", "include-fragment"):
            return self._steps(use.steps, ways, self._into(use, here))
        if name == "retry":  # its condition looks at what the steps in it have left
            ways = self._steps(use.node.steps, ways, here)
        ways = self._values(use, use.node, ways, here)
        if name != "retry":
            ways = self._steps(use.node.steps, ways, here)
        for child in use.node.children:  # which may run, or not
            if child.steps.steps:
                ways = merge(ways, self._steps(child.steps, ways, here))
        for rule in use.policy.notes(use.node):
            self._tell(rule, use, here)
        if here.taken:
            self._sample.remember(use.node, answered=here.section != INBOUND)
        return self._effect(use, ways, here) if ways else ways

    def _missing(self, use: Use, ways: Ways, here: Here) -> Ways:
        self._tell("missing-fragment", use, here, detail=f" ({use.missing})")
        if here.section != INBOUND:
            return to(UNKNOWN, ways, NONE, STREAMS, BLOCKS, EMPTY)
        self._ended = merge(self._ended, to(UNKNOWN, ways))  # it may answer, or go on
        return ways

    def _into(self, use: Use, here: Here) -> Here:
        """Return where the walk stands in a parent scope; one that nobody gave is told."""
        files = {step.node.position.file for step in uses(use.steps)}
        if here.via or not files & self._assumed:
            return here
        self._tell("assumed-parent", use, here)
        return replace(here, via=use.node.position)

    def _choose(self, use: Use, ways: Ways, here: Here) -> Ways:
        after: Ways = {}
        ended, rest, outside = dict(self._ended), ways, here
        for branch in use.node.children:
            if "condition" not in branch.values:  # otherwise
                after = merge(after, self._steps(branch.steps, rest, outside))
                rest = {}
                continue
            rest = self._read(use, "condition", branch["condition"], rest, outside, branch)
            line = f"line {branch.position.line}"
            holds = self._sample.holds(branch["condition"], _answered(here, rest))
            inside = outside.branch(line, holds)
            after = merge(after, self._steps(branch.steps, under(line, rest), inside))
            outside = outside.branch(f"not {line}", None if holds is None else not holds)
            rest = under(f"not {line}", rest)
        after = merge(after, rest)
        if len(after) == 1 and self._ended == ended:  # every branch comes to the same
            return to(next(iter(after)), ways)
        return after

    def _values(self, use: Use, node: Node, ways: Ways, here: Here) -> Ways:
        """Return the ways after the values of an element and of its children are evaluated."""
        for name, value in values(node):
            attribute = node.shape.attributes.get(name)
            if attribute and attribute.late:
                self._late.append((use, name, value, here))
            else:
                ways = self._read(use, name, value, ways, here, node)
        for child in node.children:
            ways = self._values(use, child, ways, here)
        return ways

    def _read(
        self,
        use: Use,
        name: str,
        value: Expression,
        ways: Ways,
        here: Here,
        node: Optional[Node] = None,
    ) -> Ways:
        """Return the ways after an evaluation, which may look at the response's body."""
        node = node or use.node
        if name in node.unknown and value.source.startswith(UNREAD):
            return self._unread(use, name, ways, here, node)
        if not ways or not self._sample.reads_the_answer(value):
            return ways
        answered = _answered(here, ways)
        touch = self._sample.try_on(value, answered)
        if not answered:
            return self._before_the_answer(use, ways, here, touch)
        if touch.no_json:
            self._tell("body-read-as-json", use, here, at=name, node=node)
            return self._end(ways)
        if touch.consumed and not _replaces(use, here):
            self._tell("body-consumed", use, here, at=name, node=node)
            return to(EMPTY, ways, *PASSING, WHOLE)
        self._tell("body-read", use, here, at=name, node=node)
        return to(WHOLE, ways, *PASSING)

    def _unread(self, use: Use, name: str, ways: Ways, here: Here, node: Node) -> Ways:
        if not _answered(here, ways):
            return ways
        self._tell("unread-expression", use, here, at=name, node=node)
        return to(UNKNOWN, ways, STREAMS, BLOCKS)

    def _before_the_answer(self, use: Use, ways: Ways, here: Here, touch: Touch) -> Ways:
        if not touch.failed:
            return ways
        self._tell("no-response-yet", use, here)
        return self._end(ways)

    def _end(self, ways: Ways) -> Ways:
        self._ended = merge(self._ended, to(FAILS, ways))
        return {}

    def _effect(self, use: Use, ways: Ways, here: Here) -> Ways:
        effect, node = use.policy.stream, use.node
        attribute, harmless = effect.unless
        given = node.get(attribute)
        harms = given is None or not given.constant or given.source.strip().lower() != harmless
        if here.section not in effect.sections or not harms:
            return ways
        if effect.kind == GATHERS and use.policy.notes(node):
            self._gathered.append(here)
        if effect.kind == FORWARDS:
            return self._forward(use, ways, here)
        if effect.kind == HOLDS:
            self._tell("whole-body-policy", use, here, detail=f" ({effect.text})")
            held = to(WHOLE, ways, *PASSING)
            return merge(ways, under(effect.only, held)) if effect.only else held
        if effect.kind == REPLACES:
            return self._replaced(use, ways, here)
        if effect.kind == ANSWERS:
            self._tell("response-replaced", use, here, level=NOTE if here.conditions else "")
            return self._end(ways)
        return ways

    def _forward(self, use: Use, ways: Ways, here: Here) -> Ways:
        text = use.node.literal("buffer-response").lower()
        if "buffer-response" in use.node.unknown:
            self._tell("unknown-named-value", use, here, detail=f" ({text})", at="buffer-response")
            return to(UNKNOWN, ways)
        if text == "false":
            return to(STREAMS, ways)
        self._tell("buffered-response", use, here, at="buffer-response")
        return to(BLOCKS, ways)

    def _replaced(self, use: Use, ways: Ways, here: Here) -> Ways:
        """Tell a body of one's own from one that was made of the response's."""
        if use.node.text and self._sample.gives_the_answer(use.node.text):
            return to(WHOLE, ways, *PASSING, EMPTY)
        self._tell("response-replaced", use, here)
        return to(EMPTY, ways)

    def _on_error(self, steps: Steps) -> None:
        for use in uses(steps):
            for node, name, value in all_values(use.node):
                if RESPONSE_BODY in value.reads:
                    self._tell("on-error-reads-body", use, Here(ON_ERROR), at=name, node=node)

    def _tell(
        self,
        rule: str,
        use: Use,
        here: Here,
        *,
        detail: str = "",
        at: str = "",
        level: str = "",
        node: Optional[Node] = None,
    ) -> None:
        """Note a finding, once for each place and rule."""
        node = node or use.node
        written = at in node.shape.attributes or (at == "" and rule.startswith("body-"))
        position = here.via or (node.positions.get(at) if written else None) or node.position
        made = finding(rule, position, use.node.name, detail, level)
        if here.conditions:
            made = made.conditional(here.conditions)
        self.findings.setdefault((position, rule), made)


def _answered(here: Here, ways: Ways) -> bool:
    """Tell whether a backend has answered by then on any way."""
    return here.section != INBOUND and set(ways) != {NONE}


def _both(first: Optional[bool], second: Optional[bool]) -> Optional[bool]:
    """Return the and of two truths, each of which may be unknown."""
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def _replaces(use: Use, here: Here) -> bool:
    effect = use.policy.stream
    return effect.kind in (REPLACES, ANSWERS) and here.section in effect.sections
