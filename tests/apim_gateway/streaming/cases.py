"""Policy documents with the verdict that is right for them, one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apim_gateway.reading.scopes import GLOBAL, Source
from apim_gateway.streaming.report import Around


@dataclass(frozen=True)
class Case:
    """Hold one document, what is around it, and its verdict."""

    id: str
    verdict: str
    policy: str
    why: str
    scopes: dict[str, str] = field(default_factory=dict)
    fragments: dict[str, str] = field(default_factory=dict)
    named_values: dict[str, str] = field(default_factory=dict)

    @property
    def around(self) -> Around:
        """Return what the check is given beside the document."""
        scopes = {name: Source(text, f"{name}.xml") for name, text in self.scopes.items()}
        fragments = {name: Source(text, f"{name}.xml") for name, text in self.fragments.items()}
        return Around(scopes, fragments, self.named_values)


def _case(line: str) -> Case:
    data: dict[str, Any] = json.loads(line)
    scopes = {GLOBAL: data.pop(GLOBAL)} if GLOBAL in data else {}
    return Case(scopes=scopes, **data)


CASES = [
    _case(line)
    for line in Path(__file__).with_name("cases.jsonl").read_text(encoding="utf-8").splitlines()
]
