"""The check of one document: compile it with what surrounds it, walk it, and give one verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional

from apim_gateway.errors import PolicyError
from apim_gateway.reading import document, reader
from apim_gateway.reading.compiled import Document, Fragment, Looked
from apim_gateway.reading.schema import Position
from apim_gateway.reading.scopes import API, FORWARD, GLOBAL, Source
from apim_gateway.running.sections import BACKEND, INBOUND, ON_ERROR, OUTBOUND
from apim_gateway.streaming.facts import CONSUMPTION, Facts
from apim_gateway.streaming.findings import Finding, finding
from apim_gateway.streaming.rules import ERROR, RULES, WARNING
from apim_gateway.streaming.uses import registry, uses
from apim_gateway.streaming.walk import Walk
from apim_gateway.streaming.ways import (
    BLOCKS,
    FAILS,
    NONE,
    REFUSED,
    STREAMS,
    VERDICTS,
    WHOLE,
    WINDOWS,
    Ways,
    to,
    verdict,
)

PRODUCT, OPERATION = "product", "operation"
CHAIN = (GLOBAL, PRODUCT, API, OPERATION)  # as they run, each in the <base /> of the next
ASSUMED = Source(FORWARD, "the global policy that API Management starts with")


@dataclass(frozen=True)
class Around:
    """Hold what is known beside the document: scopes, fragments, named values, the service.

    The checked document stands where `scopes` leaves the first gap after its parents: with an API
    document given it is an operation's, otherwise the API's own.
    """

    scopes: Mapping[str, Source] = field(default_factory=dict)
    fragments: Mapping[str, Source] = field(default_factory=dict)
    named_values: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)


@dataclass(frozen=True)
class Report:
    """Hold the verdict on one file, one of VERDICTS, and its findings by position."""

    file: str
    verdict: str
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        told = f"{self.file}: {self.verdict}: {VERDICTS[self.verdict]}"
        return "\n".join([told, *map(str, self.findings)])


def check(source: Source, around: Optional[Around] = None) -> Report:
    """Return what a policy document or fragment does to a streamed response."""
    return _Check(source, around or Around()).report()


class _Check:
    def __init__(self, source: Source, around: Around) -> None:
        self._source, self._around = source, around
        self._faults: list[PolicyError] = []
        self._passed: list[PolicyError] = []
        self._fragments: dict[str, Fragment] = {}

    def report(self) -> Report:
        try:
            for name, source in self._around.fragments.items():
                self._fragments[name] = Fragment(self._read(source), source.file)
            root = self._read(self._source)
            walked = self._fragment() if root.name == "fragment" else self._document()
        except PolicyError as fault:
            self._faults.append(fault)
            walked = None
        if self._faults or walked is None:
            told = [_refusal(fault) for fault in self._faults]
            return Report(self._source.file, REFUSED, tuple(sorted(told, key=_order)))
        ways, findings = walked
        ways, service = self._service(ways)
        passed = map(_passed_over, self._passed)
        findings = sorted([*findings, *service, *passed], key=_order)
        return Report(self._source.file, verdict(ways), tuple(findings))

    def _read(self, source: Source) -> reader.Element:
        return reader.read(source.text, source.file, self._around.named_values, keep_unknown=True)

    def _document(self) -> Optional[tuple[Ways, list[Finding]]]:
        given = dict(self._around.scopes)
        given[OPERATION if API in given else API] = self._source
        given.setdefault(GLOBAL, ASSUMED)
        parent: Optional[Document] = None
        for scope in CHAIN:
            if scope in given:
                parent = self._compile(given[scope], scope, parent)
        return None if parent is None or self._faults else self._walk(parent, {NONE: ()})

    def _fragment(self) -> Optional[tuple[Ways, list[Finding]]]:
        """Take a fragment for outbound's where it may stand there, else for another section's."""
        looked = {
            section: self._looked(self._source, API, None, section)
            for section in (OUTBOUND, BACKEND, INBOUND, ON_ERROR)
        }
        section = min(looked, key=lambda name: _misplaced(looked[name]))  # the first of the best
        best = looked[section]
        if best.faults:
            self._faults += best.faults
            return None
        self._passed += best.passed
        forwards = any(
            use.node.name == "forward-request" for use in uses(best.document.sections[section])
        )
        return self._walk(best.document, {NONE: ()} if forwards else {STREAMS: ()})

    def _compile(self, source: Source, scope: str, parent: Optional[Document]) -> Document:
        looked = self._looked(source, scope, parent)
        self._faults += looked.faults
        self._passed += looked.passed
        return looked.document

    def _looked(
        self, source: Source, scope: str, parent: Optional[Document], section: str = ""
    ) -> Looked:
        return document.look(
            self._read(source),
            source.file,
            registry(self._fragments),
            scope,
            parent,
            self._fragments,
            section,
            unknown=True,
        )

    def _walk(self, compiled: Document, start: Ways) -> tuple[Ways, list[Finding]]:
        walk = Walk(frozenset([ASSUMED.file]))
        ways = walk.run(compiled.sections, start)
        findings = list(walk.findings.values())
        if NONE in ways:
            level = "" if len(ways) == 1 else WARNING
            findings.append(finding("no-forward", self._backend(), level=level))
        return ways, findings

    def _backend(self) -> Position:
        """Return where the checked document has its backend section, or begins."""
        root = self._read(self._source)
        at = next((child for child in root.children if child.name == BACKEND), root)
        return Position(self._source.file, at.line, at.column)

    def _service(self, ways: Ways) -> tuple[Ways, list[Finding]]:
        """Return the ways and findings that the tier and the diagnostics make of them."""
        findings, place = [], Position(self._source.file, 1)
        if self._around.facts.sku == CONSUMPTION:
            findings.append(finding("consumption-tier", place))
            ways = to(FAILS, ways)
        for name, size in self._around.facts.body_bytes.items():
            if size:
                detail = f" ({name}: {size} bytes)"
                findings.append(finding("response-logged", place, detail=detail))
                ways = to(WHOLE, ways, STREAMS, BLOCKS, WINDOWS)
        return ways, findings


def _misplaced(looked: Looked) -> tuple[int, int]:
    """Return how many faults are about the section alone, and how many there are."""
    misplaced = [fault for fault in looked.faults if fault.reason.startswith("may not stand in")]
    return len(misplaced), len(looked.faults)


def _refusal(fault: PolicyError) -> Finding:
    place = Position(fault.file, max(1, fault.line), max(1, fault.column))
    return Finding(place, ERROR, "refused", f"{fault.name}: {fault.reason}")


def _passed_over(passed: PolicyError) -> Finding:
    place = Position(passed.file, max(1, passed.line), max(1, passed.column))
    doubtful = passed.name.startswith(("APIM", "CS")) or passed.reason.startswith("APIM")
    rule = "doubtful-expression" if doubtful else "not-run-here"
    return Finding(place, RULES[rule].level, rule, f"{passed.name}: {passed.reason}")


def _order(found: Finding) -> tuple[Position, str]:
    return found.position, found.rule
