"""The line that an XML document may begin with."""

from __future__ import annotations

from typing import Optional

from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.run import Run


class Declaration(HasText):
    """XDeclaration."""

    type = "XDeclaration"

    def __init__(
        self, version: Optional[str], encoding: Optional[str], standalone: Optional[str]
    ) -> None:
        self.version = version
        self.encoding = encoding
        self.standalone = standalone

    def to_text(self, run: Run) -> str:
        """Return `<?xml ...?>`."""
        parts = ["<?xml"]
        for name in ("version", "encoding", "standalone"):
            value = {"version": self.version, "encoding": self.encoding}.get(name, self.standalone)
            if value is not None:
                parts.append(f'{name}="{value}"')
        return " ".join(parts) + "?>"
