"""What became of an expression: its value as .NET shows it, what it threw, or who refuses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from policy_expressions.context import Context
from policy_expressions.errors import (
    CompileError,
    ExpressionError,
    ExpressionFailure,
    ExpressionWarning,
    NotSupportedHere,
)
from policy_expressions.json.tokens import JToken
from policy_expressions.json.writer import write
from policy_expressions.library import LIBRARY
from policy_expressions.program import Program
from policy_expressions.runtime.containers import Array, Dictionary, List, Sequence
from policy_expressions.runtime.records import Anonymous
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import characters
from policy_expressions.xml.nodes import Thing

VALUE, THROWN, REFUSED = 0, 1, 2  # the exit statuses of the command line
_SHOWN_AS_JSON = (JToken, Array, List, Dictionary, Anonymous, bytearray)
_CHANGEABLE = (JToken, Array, List, Dictionary, bytearray, Thing)


@dataclass(frozen=True)
class Shown:
    """A .NET value: its type, the text a header would get, and JSON where that says more."""

    type: str
    text: Optional[str]
    json: Optional[str] = None


@dataclass(frozen=True)
class Outcome:
    """The end of one evaluation.

    value is None unless it came to one; else stage is `compile`, `unsupported` or `run`, with the
    error's name and its message, and line and column in the source where they are known.
    variables: those that changed, as they are now. traces: what context.Trace wrote. consumed: the
    bodies that are gone now.
    """

    value: Optional[Shown] = None
    stage: str = ""
    error: str = ""
    message: str = ""
    line: int = 0
    column: int = 0
    warnings: tuple[ExpressionWarning, ...] = ()
    variables: Mapping[str, Shown] = field(default_factory=dict)
    traces: tuple[str, ...] = ()
    consumed: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """Return the exit status: 0 a value, 1 a .NET exception, 2 refused."""
        return VALUE if self.value else THROWN if self.stage == "run" else REFUSED


def refusal(refused: ExpressionError) -> Outcome:
    """Return the outcome of what does not compile."""
    stage = "compile" if isinstance(refused, CompileError) else "unsupported"
    return Outcome(None, stage, refused.name, refused.reason, refused.line, refused.column)


def outcome(program: Program, context: Context) -> Outcome:
    """Evaluate what was compiled; whatever goes wrong is part of the outcome."""
    before = {name: _mutable(context, value) for name, value in context.variables.items()}
    value, stage, error, message = None, "", "", ""
    try:
        value = show(context, program.evaluate(Run(context, LIBRARY)))
    except NotSupportedHere as missing:
        stage, error, message = "unsupported", missing.exception, missing.message
    except ExpressionFailure as failure:
        stage, error, message = "run", failure.exception, characters(failure.message)
    changed = {
        name: show(context, held)
        for name, held in context.variables.items()
        if name not in before or before[name] != _mutable(context, held)
    }
    bodies = {"Request.Body": context.request.body}
    if context.response is not None:
        bodies["Response.Body"] = context.response.body
    return Outcome(
        value,
        stage,
        error,
        message,
        warnings=program.warnings,
        variables=changed,
        traces=tuple(characters(trace or "") for trace in context.traces),
        consumed=tuple(name for name, body in bodies.items() if body and body.consumed),
    )


def _mutable(context: Context, value: Any) -> Optional[Shown]:
    """Return how a value looks that an expression can change in place."""
    return show(context, value) if isinstance(value, _CHANGEABLE) else None


def show(context: Context, value: Any) -> Shown:
    """Return a value as .NET shows it. Raises ExpressionFailure."""
    if value is None:
        return Shown("null", None)
    run = Run(context, LIBRARY)
    if isinstance(value, Sequence):
        listed = characters(write(Array("object[]", value), run, indented=False))
        return Shown("(iterator)", "(iterator)", listed)
    kind = "(anonymous)" if isinstance(value, Anonymous) else LIBRARY.type_of(value).display
    text = characters(text_of(run, value))
    if not isinstance(value, _SHOWN_AS_JSON):
        return Shown(kind, text)
    json = characters(write(value, run, indented=False))
    return Shown(kind, text, None if json == text else json)
