"""The exceptions an expression may throw and catch."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.errors import ExpressionFailure, index_outside, null_reference
from policy_expressions.types.model import Definition

# Base, name and the message of one made without any; a base stands before what derives from it.
_TABLE = f"""
Exception|System.SystemException|System error.
Exception|System.ApplicationException|Error in the application.
SystemException|System.NullReferenceException|{null_reference().message}
SystemException|System.InvalidCastException|Specified cast is not valid.
SystemException|System.FormatException|One of the identified items was in an invalid format.
SystemException|System.IndexOutOfRangeException|{index_outside().message}
SystemException|System.InvalidOperationException|Operation is not valid due to the current state \
of the object.
SystemException|System.NotSupportedException|Specified method is not supported.
SystemException|System.NotImplementedException|The method or operation is not implemented.
SystemException|System.UnauthorizedAccessException|Attempted to perform an unauthorized operation.
SystemException|System.TimeoutException|The operation has timed out.
SystemException|System.ArithmeticException|Overflow or underflow in the arithmetic operation.
ArithmeticException|System.OverflowException|Arithmetic operation resulted in an overflow.
ArithmeticException|System.DivideByZeroException|Attempted to divide by zero.
SystemException|System.ArgumentException|Value does not fall within the expected range.
ArgumentException|System.ArgumentNullException|Value cannot be null.
ArgumentException|System.ArgumentOutOfRangeException|Specified argument was out of the range of \
valid values.
SystemException|System.Collections.Generic.KeyNotFoundException|The given key was not present in \
the dictionary.
FormatException|System.UriFormatException|Invalid URI: The format of the URI could not be \
determined.
SystemException|System.Security.Cryptography.CryptographicException|Error occurred during a \
cryptographic operation.
SystemException|System.ArrayTypeMismatchException|Attempted to access an element as a type \
incompatible with the array.
SystemException|System.Xml.XmlException|An XML error has occurred.
SystemException|System.Xml.XPath.XPathException|An XPath error has occurred.
ArgumentException|System.Text.RegularExpressions.RegexParseException|
Exception|System.TimeZoneNotFoundException|
Exception|Newtonsoft.Json.JsonException|
JsonException|Newtonsoft.Json.JsonReaderException|
JsonException|Newtonsoft.Json.JsonSerializationException|
Exception|MessageBodyException|
"""
_FORMS = "new(); new(string message); new(string message, Exception inner)"
_ARGUMENT = f"{_FORMS}; new(string message, string parameter)"
_PARAMETER = "new(); new(string parameter); new(string parameter, string message)"


def _maker(full: str, default: str, parameter_first: bool = False) -> Any:
    """Return the constructor of an exception: any of message, inner exception and parameter."""

    def make(*values: Any) -> ExpressionFailure:
        inner = next((v for v in values if isinstance(v, ExpressionFailure)), None)
        texts: list[Optional[str]] = [v for v in values if v is not inner]
        if parameter_first:
            texts = [*texts, None][:2][::-1] if texts else []
        message, parameter = (*texts, None, None)[:2]
        text = default if message is None else message
        return ExpressionFailure(
            full, f"{text} (Parameter '{parameter}')" if parameter else text, inner
        )

    return make


def _definition(line: str) -> Definition:
    base, full, text = line.split("|")
    default = text or f"Exception of type '{full}' was thrown."
    first = base == "ArgumentException" and full.startswith("System.Argument")
    forms = _PARAMETER if first else _ARGUMENT if full == "System.ArgumentException" else _FORMS
    return Definition(f"class {full} : {base}", {forms: _maker(full, default, first)})


_BASE = "System.Exception"

DEFINITIONS = (
    Definition(
        f"class {_BASE}",
        {
            _FORMS: _maker(_BASE, f"Exception of type '{_BASE}' was thrown."),
            "string Message": lambda failure: failure.message,
            "Exception InnerException": lambda failure: failure.inner,
            "string ToString()": lambda failure: f"{failure.exception}: {failure.message}",
            "Exception GetBaseException()": lambda failure: failure.inner or failure,
        },
    ),
    *map(_definition, _TABLE.strip().splitlines()),
)
