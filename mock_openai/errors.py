"""What the mock raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from string import Template
from typing import Optional

from .refusals import KINDS


class MockError(Exception):
    """Be the root of what the mock raises for its callers; its text is for their users."""


class OptionError(MockError):
    """Tell that an option of the command line, or an argument for it, is wrong."""


class RefusedError(MockError):
    """Tell that a call is refused: the kind, values for its body, headers of its own."""

    def __init__(
        self, name: str, headers: Optional[Mapping[str, str]] = None, **values: str
    ) -> None:
        super().__init__(name)
        self.kind = KINDS[name]
        self.headers = dict(headers or {})
        self.values = values

    def body(self, **values: str) -> str:
        """Fill in the values known when refused, and those that only the server knows."""
        given = {**values, **self.values}
        quoted = {name: json.dumps(value)[1:-1] for name, value in given.items()}
        return Template(self.kind.body).substitute(quoted)
