"""The ways an expression can fail: refused when it is compiled, or as .NET when it is evaluated.

ExpressionError             refused before it runs
├── CompileError            the C# compiler refuses it
└── UnsupportedError        .NET may well answer it, this package does not
    └── NotAllowedError     API Management refuses it when the policy is saved
ExpressionFailure           an evaluation throws, as .NET would
└── Exceeded                it needs more time or memory than it may have
    └── NotSupportedHere    it needs what this package lacks
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


class ExpressionError(Exception):
    """Tell what is wrong in an expression, and where.

    name is the code or the thing refused, reason a sentence; line and column count from 1 in the
    text that was compiled.
    """

    line = 0
    column = 0

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class CompileError(ExpressionError):
    """The C# compiler refuses the expression: name is its code, CSxxxx, reason its text."""

    @property
    def code(self) -> str:
        """Return the compiler's code, CSxxxx."""
        return self.name

    @property
    def message(self) -> str:
        """Return the compiler's text."""
        return self.reason


class UnsupportedError(ExpressionError):
    """.NET may well answer this, but it stands in no table here; name is the missing thing."""


class NotAllowedError(UnsupportedError):
    """API Management refuses this when the policy is saved; name is its rule's id, APIM000x."""


@dataclass(frozen=True)
class ExpressionWarning:
    """Tell what an expression that compiles should not have: code is APIM000x or CSxxxx.

    line and column count from 1 in the text that was compiled; column is 0 where it is not known.
    """

    code: str
    message: str
    line: int
    column: int


class ExpressionFailure(Exception):  # noqa: N818 (a .NET exception, no fault of ours)
    """A .NET exception: its full type name and its exact message.

    APIM reports it as `Expression evaluation failed. ` and the message.
    """

    @property
    def type(self) -> str:
        """Return the .NET type, by its name."""
        return self.exception

    def __init__(
        self, exception: str, message: str, inner: Optional[ExpressionFailure] = None
    ) -> None:
        super().__init__(message)
        self.exception = exception
        self.message = message
        self.inner = inner


class Exceeded(ExpressionFailure):
    """The evaluation needs more time or memory than it may have; no `catch` holds it."""


class NotSupportedHere(Exceeded):
    """The evaluation needs what this package lacks: no `catch` holds it, and no .NET throws it.

    exception is the name of what is missing.
    """


def null_reference() -> ExpressionFailure:
    """Return what a member of null throws."""
    return ExpressionFailure(
        "System.NullReferenceException", "Object reference not set to an instance of an object."
    )


def invalid_cast(actual: str, wanted: str) -> ExpressionFailure:
    """Return what unboxing or casting to a wrong type throws."""
    message = f"Unable to cast object of type '{actual}' to type '{wanted}'."
    return ExpressionFailure("System.InvalidCastException", message)


def argument_null(parameter: str) -> ExpressionFailure:
    """Return what an argument that must not be null throws."""
    message = f"Value cannot be null. (Parameter '{parameter}')"
    return ExpressionFailure("System.ArgumentNullException", message)


def out_of_range(message: str, parameter: str, actual: Optional[int] = None) -> ExpressionFailure:
    """Return what an argument outside its range throws."""
    text = f"{message} (Parameter '{parameter}')"
    if actual is not None:
        text += f"\nActual value was {actual}."
    return ExpressionFailure("System.ArgumentOutOfRangeException", text)


def index_outside() -> ExpressionFailure:
    """Return what a wrong index of an array or a string throws."""
    message = "Index was outside the bounds of the array."
    return ExpressionFailure("System.IndexOutOfRangeException", message)


def index_out_of_range() -> ExpressionFailure:
    """Return what a wrong index of a List, JArray or sequence throws."""
    message = (
        "Index was out of range. Must be non-negative and less than the size of the collection."
    )
    return out_of_range(message, "index")


def argument(message: str, parameter: str = "") -> ExpressionFailure:
    """Return an ArgumentException."""
    text = f"{message} (Parameter '{parameter}')" if parameter else message
    return ExpressionFailure("System.ArgumentException", text)


def missing_key(key: object) -> ExpressionFailure:
    """Return what reading a key that is not there throws."""
    message = f"The given key '{key}' was not present in the dictionary."
    return ExpressionFailure("System.Collections.Generic.KeyNotFoundException", message)


def bad_format(message: str) -> ExpressionFailure:
    """Return a FormatException."""
    return ExpressionFailure("System.FormatException", message)


def invalid_operation(message: str) -> ExpressionFailure:
    """Return an InvalidOperationException."""
    return ExpressionFailure("System.InvalidOperationException", message)


def overflow(message: str = "Arithmetic operation resulted in an overflow.") -> ExpressionFailure:
    """Return an OverflowException."""
    return ExpressionFailure("System.OverflowException", message)
