"""One thing that the check has to say: where, how bad, what happens, and how to correct it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from apim_gateway.reading.schema import Position
from apim_gateway.streaming.rules import ERROR, NOTE, RULES, WARNING

LEVELS = (NOTE, WARNING, ERROR)


@dataclass(frozen=True)
class Finding:
    """Hold one finding; `rule` is a key of RULES."""

    position: Position
    level: str
    rule: str
    message: str

    @property
    def fix(self) -> str:
        """Return how to correct the document."""
        return RULES[self.rule].fix

    @property
    def url(self) -> str:
        """Return the documentation page."""
        return RULES[self.rule].url

    def __str__(self) -> str:
        at = self.position
        return (
            f"  {at.file}:{at.line}:{at.column}: {self.level}: {self.message} [{self.rule}]\n"
            f"    fix: {self.fix}\n    see: {self.url}"
        )

    def conditional(self, conditions: tuple[str, ...]) -> Finding:
        """Return the finding for what happens only where the conditions hold: no error then."""
        level = WARNING if self.level == ERROR else self.level
        told = f"{self.message}, where {' and '.join(map(_holds, conditions))}"
        return replace(self, level=level, message=told)


def _holds(condition: str) -> str:
    """Say a condition of Ways: "line 4", "not line 4", or a sentence of its own."""
    negated = condition[len("not ") :] if condition.startswith("not ") else ""
    if negated:
        return f"the condition of {negated} does not hold"
    return f"the condition of {condition} holds" if condition.startswith("line ") else condition


def finding(
    rule: str, position: Position, subject: str = "", detail: str = "", level: str = ""
) -> Finding:
    """Make a finding: `subject` is the policy, `detail` what the rule's sentence goes on with."""
    row = RULES[rule]
    message = f"{subject}: {row.what}" if subject else row.what
    return Finding(position, level or row.level, rule, f"{message}{detail}")
