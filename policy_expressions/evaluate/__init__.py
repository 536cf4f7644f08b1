"""What does this expression give for that request? The command line, and its lines of JSON."""

from __future__ import annotations

from policy_expressions.evaluate.lines import answers, run

__all__ = ["answers", "run"]
