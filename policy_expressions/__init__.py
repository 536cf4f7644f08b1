"""C# policy expressions, compiled once and evaluated as .NET would.

    expression = policy_expressions.compile('@(context.Request.Method + "!")')
    expression.evaluate(context)

`compile` takes the text of an attribute or element of a policy document, and knows no document:
lines and columns count from 1 in that text. Whatever C# refuses and whatever is not supported here
is refused then, with ExpressionError; an Expression that comes back can fail only as .NET would,
with ExpressionFailure. Nothing is reachable but the tables in `members/`: no Python name, import,
file or socket.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from policy_expressions.context import Context
from policy_expressions.errors import (
    CompileError,
    ExpressionError,
    ExpressionFailure,
    ExpressionWarning,
    NotAllowedError,
    UnsupportedError,
)
from policy_expressions.library import LIBRARY
from policy_expressions.program import Program, translate
from policy_expressions.runtime.meter import Metered
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import characters, units
from policy_expressions.span import expression_end, expression_start
from policy_expressions.syntax.source import Source

__all__ = [
    "CompileError",
    "Expression",
    "ExpressionError",
    "ExpressionFailure",
    "ExpressionWarning",
    "NotAllowedError",
    "UnsupportedError",
    "compile",
]

_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, eq=False)
class Expression:
    """What an attribute or element holds: a constant, or C# to evaluate for each request.

    warnings: what API Management may refuse, or what never does what it says.
    reads: "Request.Body" and "Response.Body", those whose body must have been read before an
    evaluation; "IResponse.Body" is that of a response which a variable may keep. Each evaluation
    may take 5 seconds and 64 million characters (context.limits).
    """

    source: str
    constant: bool
    reads: frozenset[str]
    program: Program

    @property
    def lengthy(self) -> bool:
        """Tell whether an evaluation may take long though all it is given is short."""
        return self.program.lengthy

    @property
    def warnings(self) -> tuple[ExpressionWarning, ...]:
        """Return what to know of an expression that compiles."""
        return self.program.warnings

    def evaluate(self, context: Context) -> Any:
        """Return the .NET value, for a variable or `text_of`. Raises ExpressionFailure."""
        return self._evaluated(context)[1]

    def text(self, context: Context) -> str:
        """Return the text as Convert.ToString has it, empty for null. Raises ExpressionFailure."""
        return str(self._as_text_unless(context))

    def data(self, context: Context) -> bytes:
        """Return a byte[] as it is, all else as its text in UTF-8. Raises ExpressionFailure."""
        value = self._as_text_unless(context, bytearray)
        return bytes(value) if isinstance(value, bytearray) else str(value).encode("utf-8")

    def boolean(self, context: Context) -> bool:
        """Return a condition's value: a bool, or its text. Raises ExpressionFailure."""
        value = self._as_text_unless(context, bool, str)
        found = value if isinstance(value, bool) else _TRUTH.get(value.strip().lower())
        if found is None:
            message = f"String '{value}' was not recognized as a valid Boolean."
            raise ExpressionFailure("System.FormatException", message)
        return found

    def integer(self, context: Context) -> int:
        """Return a whole number, also from its text. Raises ExpressionFailure."""
        value = self._as_text_unless(context, int)
        if not isinstance(value, bool):
            with suppress(ValueError):
                return int(value)
        message = f"The input string '{value}' was not in a correct format."
        raise ExpressionFailure("System.FormatException", message)

    def _as_text_unless(self, context: Context, *types: type) -> Any:
        """Return a value of these types as it is, and the text of any other, or of a constant."""
        if self.constant:
            return self.source
        run, value = self._evaluated(context)
        return value if isinstance(value, types) else _text(run, value)

    def _evaluated(self, context: Context) -> tuple[Run, Any]:
        run = Run(context, LIBRARY)
        return run, self.program.evaluate(run)


def _text(run: Run, value: Any) -> str:
    with Metered(run):
        return characters(text_of(run, value))


def compile(  # noqa: A001
    text: str, *, returns: str = "object", strict: bool = False
) -> Expression:
    """Compile an attribute's value or an element's text. Raises ExpressionError.

    A whole `@(...)` or `@{...}` is an expression, any other text a constant. returns: `object` or
    `string`, or `bool` or `int` where the policy wants one: a constant must then be one.
    strict: refuse what is not on Microsoft's list for expressions, instead of a warning.
    """
    begin = len(text) - len(text.lstrip())
    try:
        found = _compile(text, begin, returns)
    except ExpressionError as refused:
        Source(text).at(begin, refused)
        raise
    for warning in found.warnings if strict else ():
        if warning.code.startswith("APIM"):
            unlisted = NotAllowedError(warning.code, warning.message)
            unlisted.line, unlisted.column = warning.line, warning.column
            raise unlisted
    return found


def _compile(text: str, begin: int, returns: str) -> Expression:
    source = text.strip()
    start = expression_start(source)
    if start < 0:
        return _constant(text, returns)
    stop = expression_end(source, 0) if start == 0 else 0
    if stop is not None and stop != len(source):
        reason = 'mixes text with an expression: make all of it one, such as @($"a{b}c")'
        raise ExpressionError(source[:40], reason)
    is_block = source[1] == "{"
    closing = "}" if is_block else ")"
    end = begin + len(source) - (1 if source.endswith(closing) else 0)
    program = translate(text, is_block, begin + 2, end)
    if stop is None:
        code = "CS1513" if is_block else "CS1026"
        raise Source(text).at(end, CompileError(code, f"{closing} expected"))
    return Expression(source, False, program.reads, program)


def _constant(text: str, returns: str) -> Expression:
    stripped = text.strip()
    if returns == "bool" and stripped.lower() not in _TRUTH:
        raise ExpressionError(stripped, "must be true, false or an expression: @(...)")
    if returns == "int" and not stripped.lstrip("+-").isdigit():
        raise ExpressionError(stripped, "must be a whole number or an expression: @(...)")
    value = units(text)
    return Expression(text, True, frozenset(), Program(lambda f: value, 1, frozenset()))
