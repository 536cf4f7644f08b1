"""One way for tests to ask what an expression gives."""

from __future__ import annotations

import json
from typing import Any, Optional

from policy_expressions import evaluate
from policy_expressions.context import Limits


def answer(
    source: str, context: Optional[dict[str, Any]] = None, seconds: float = 5.0
) -> dict[str, Any]:
    """Return the answer to an expression, or to a block when it says `return`."""
    kind = "body" if "return " in source else "expr"
    question = {"id": 1, kind: source, "context": context or {}}
    (line,) = evaluate.answers([json.dumps(question)], Limits(seconds=seconds))
    found: dict[str, Any] = json.loads(line)
    return found


def text(source: str, context: Optional[dict[str, Any]] = None) -> str:
    """Return its text, or what refuses it."""
    found = answer(source, context)
    return str(found["text"]) if found["ok"] else f"{found['error']}: {found['message']}"
