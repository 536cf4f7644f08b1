"""The three ways an expression can fail: C# refuses it, we do not know it, .NET throws."""

from __future__ import annotations

from typing import Optional


class CompileError(Exception):
    """The C# compiler refuses the expression: code is CSxxxx, message its text; line from 1."""

    line = 0

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class UnsupportedError(Exception):
    """.NET may well answer this, but it stands in no table here; name is the missing thing."""

    line = 0

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


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
