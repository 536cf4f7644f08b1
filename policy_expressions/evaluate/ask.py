"""Answers one expression for a person: its value and what else it did, in lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from policy_expressions import compile as compile_text
from policy_expressions.errors import ExpressionError
from policy_expressions.evaluate.context import PLAIN, build_context
from policy_expressions.evaluate.outcome import Outcome, Shown, outcome, refusal
from policy_expressions.evaluate.sources import Found

_WIDTH = 10


def answer(found: Found, over: Mapping[str, Any], strict: bool = False) -> tuple[int, str]:
    """Return the exit status and the lines to show. Raises ContextError for a wrong context."""
    context = build_context(over, base=PLAIN)
    try:
        expression = compile_text(found.text, strict=strict)
    except ExpressionError as refused:
        return 2, _lines(refusal(refused), found)
    told = outcome(expression.program, context)
    return told.status, _lines(told, found)


def _lines(told: Outcome, found: Found) -> str:
    return "".join(f"{line}\n" for line in _shown(told, found))


def _shown(told: Outcome, found: Found) -> Iterator[str]:
    if told.value is not None:
        yield from _entry("value", _text(told.value))
        if told.value.json is not None:
            yield from _entry("json", told.value.json)
        yield from _entry("type", told.value.type)
    else:
        yield from _entry("throws" if told.stage == "run" else "refused", told.error)
        yield from _entry("message", told.message)
        if told.line:
            yield from _entry("at", found.place(told.line, told.column))
    for name, value in told.variables.items():
        yield from _entry("variable", f"{name} = {value.json or _text(value)} ({value.type})")
    for trace in told.traces:
        yield from _entry("trace", trace)
    for body in told.consumed:
        yield from _entry("consumed", f"context.{body}: read it with preserveContent: true")
    for warning in told.warnings:
        place = found.place(warning.line, warning.column)
        yield from _entry("warning", f"{warning.code} at {place}: {warning.message}")


def _text(value: Shown) -> str:
    return "null" if value.text is None else value.text or '""'


def _entry(label: str, text: Optional[str]) -> Iterator[str]:
    """Yield the lines of one entry: the label before the first, the others indented."""
    for index, line in enumerate((text or "").splitlines() or [""]):
        yield f"{label if not index else '':<{_WIDTH}}{line}".rstrip()
