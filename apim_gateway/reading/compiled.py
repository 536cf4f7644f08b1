"""What a policy document becomes: sections of steps, and the backends it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apim_gateway.errors import PolicyError
from apim_gateway.reading.reader import Element
from apim_gateway.running.steps import Steps


@dataclass(frozen=True)
class Fragment:
    """Hold a policy fragment as it was read."""

    root: Element
    file: str


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


@dataclass(frozen=True)
class Looked:
    """Hold a document that was only looked at: its faults, and what was passed over, by line."""

    document: Document
    faults: list[PolicyError]
    passed: list[PolicyError]
