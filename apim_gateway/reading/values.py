"""The values of one element: constants checked by their kind, expressions compiled.

A document that is only looked at may hold what is not known or not run here: a named
value that nobody gave, an expression of a kind that is not evaluated here. Such a value is unknown,
which is no fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Optional

import policy_expressions
from apim_gateway.reading.named_values import UNKNOWN
from apim_gateway.reading.reader import UNENDED, Text
from apim_gateway.reading.schema import Attribute, NotHere
from policy_expressions import Expression, ExpressionError, NotAllowedError, UnsupportedError

STAND_INS = ("1", '"1"', "true", "a")  # of which C# takes one wherever a named value may stand
UNREAD = "\N{REPLACEMENT CHARACTER}"  # in place of the @ of an expression that cannot be read
Fault = Callable[[int, int, str, str], None]  # line, column, name, reason


@dataclass(frozen=True)
class Value:
    """Hold a compiled value; an unknown one is a constant that means nothing."""

    expression: Expression
    unknown: bool = False


class Values:
    """Compile values; `fault` is told what is wrong with them.

    `passed` is told what is no fault but not run here, of a document that is only looked at.
    """

    def __init__(self, fault: Fault, passed: Optional[Fault]) -> None:
        self._fault = fault
        self._passed = passed

    def compile(self, name: str, text: Text, attribute: Attribute) -> Optional[Value]:
        """Return the value of an attribute or text, None where it has a fault."""
        if self._passed and UNKNOWN.search(text.value):
            return self._stand_in(name, text, attribute)
        try:
            expression = policy_expressions.compile(text.value)
        except NotAllowedError as refused:
            self._refused(text, refused, self._fault)
            return None
        except UnsupportedError as refused:
            self._refused(text, refused, self._passed or self._fault)
            return _unknown(text) if self._passed else None
        except ExpressionError as refused:
            self._refused(text, refused, self._fault)
            return None
        if self._passed:
            for warning in expression.warnings:
                place = _place(text, warning.line, warning.column)
                self._passed(*place, warning.code, warning.message)
        if not expression.constant:
            if attribute.literal:
                self._fault(text.line, text.column, name, "takes no expression")
            return Value(expression)
        reason = attribute.kind.fault(text.value)
        if reason:
            here_only = self._passed if isinstance(reason, NotHere) else None
            (here_only or self._fault)(text.line, text.column, name, reason)
        return Value(expression)

    def _stand_in(self, name: str, text: Text, attribute: Attribute) -> Value:
        """Compile an expression around its named values, each of which may be anything."""
        if not text.value.lstrip().startswith("@"):
            return _unknown(text)
        for stand_in in STAND_INS:
            try:
                filled = UNKNOWN.sub(lambda match, by=stand_in: by, text.value)  # type: ignore[misc]
                return Value(policy_expressions.compile(filled))
            except ExpressionError:
                continue
        if text.unended:
            self._fault(text.line, text.column, name, UNENDED)
        return _unknown(text)

    def _refused(self, text: Text, refused: ExpressionError, told: Fault) -> None:
        told(*_place(text, refused.line, refused.column), refused.name, refused.reason)


def _place(text: Text, line: int, column: int) -> tuple[int, int]:
    """Return line and column in the document of a place in a text, both from 1."""
    blank = text.value[: len(text.value) - len(text.value.lstrip())]
    down = line - 1 - blank.count("\n")
    return text.line + down, column if down else text.column + column - 1 - len(blank)


def _unknown(text: Text) -> Value:
    """Return a constant, whatever it was; what was an expression starts with UNREAD."""
    told = text.value.lstrip()
    if told.startswith("@"):
        told = UNREAD + told[1:]
    return Value(policy_expressions.compile(told), unknown=True)
