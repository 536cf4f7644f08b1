"""`context` and everything under it.

https://learn.microsoft.com/azure/api-management/api-management-policy-expressions#ContextVariables
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Optional

from lab_utils.gateway import context as model
from lab_utils.gateway.expressions.containers import Array, KeyValuePair
from lab_utils.gateway.expressions.dates import DateTime, TimeSpan
from lab_utils.gateway.expressions.failures import ExpressionFailure
from lab_utils.gateway.expressions.json.reader import parse
from lab_utils.gateway.expressions.run import Run
from lab_utils.gateway.expressions.types import Definition, Type
from lab_utils.gateway.expressions.values import units


class Multi:
    """Names with several values each: headers, query parameters, claims."""

    type = "IReadOnlyDictionary<string, string[]>"

    def __init__(self, entries: dict[str, list[str]], fold: Any = str) -> None:
        self._entries = {fold(name): (name, values) for name, values in entries.items()}
        self._fold = fold

    def find(self, name: str) -> Optional[list[str]]:
        """Return the values, None when the name is missing."""
        entry = self._entries.get(self._fold(name))
        return entry[1] if entry else None

    def __len__(self) -> int:
        """Count the names."""
        return len(self._entries)

    def __iter__(self) -> Any:
        """Walk names and values."""
        of = "KeyValuePair<string, string[]>"
        return (KeyValuePair(of, n, Array("string[]", v)) for n, v in self._entries.values())


def _missing(key: str) -> ExpressionFailure:
    text = f"The given key '{key}' was not present in the dictionary."
    return ExpressionFailure("System.Collections.Generic.KeyNotFoundException", text)


def _variable(run: Run, variables: dict[str, Any], name: str) -> Any:
    if name in variables or run.context.switches.missing_variable == "null":
        return variables.get(name)
    raise _missing(name)


def _variable_or_default(
    of: Type, variables: dict[str, Any], name: str, default: Any = None
) -> Any:
    from lab_utils.gateway.expressions.conversions import unbox

    return unbox(of)(variables[name]) if name in variables else default


def _body(message: Any) -> Optional[model.Body]:
    body: Optional[model.Body] = message.body
    return None if body is None or body.consumed else body


def _as(of: Type, body: model.Body, preserve: bool) -> Any:
    text = units(body.data.decode("utf-8", "replace"))
    if not preserve:
        body.consumed = True
    name = of.name
    if name == "string":
        return text
    if name == "byte[]":
        return bytearray(body.data)
    if name in ("JObject", "JArray", "JToken"):
        try:
            return parse(text, name, all_of_it=False)
        except ExpressionFailure as failure:
            text = f"The message body is not a valid JSON. {failure.message}"
            raise ExpressionFailure("MessageBodyException", text) from None
    raise NotImplementedError(name)


def _get(name: str) -> Any:
    return attrgetter(name)


DEFINITIONS = (
    Definition(
        "interface IExpressionContext",
        {
            "IRequest Request": _get("request"),
            "IResponse Response": _get("response"),
            "IReadOnlyDictionary<string, object> Variables": _get("variables"),
        },
        python=model.Context,
        sealed=True,
    ),
    Definition(
        "interface IRequest",
        {"IMessageBody Body": _body, "string Method": _get("method")},
        python=model.Request,
        sealed=True,
    ),
    Definition(
        "interface IResponse",
        {
            "IMessageBody Body": _body,
            "int StatusCode": _get("status_code"),
            "string StatusReason": _get("status_reason"),
        },
        python=model.Response,
        sealed=True,
    ),
    Definition(
        "interface IMessageBody",
        {
            "T As<T>(bool preserveContent = false)": lambda of, body, preserve: _as(
                of, body, preserve
            )
        },
        python=model.Body,
        sealed=True,
    ),
    Definition(
        "interface System.Collections.Generic.IReadOnlyDictionary<K, V>",
        {"V this[K key]": lambda run, variables, key: _variable(run, variables, key)},
        python=dict,
    ),
)
__all__ = ["DateTime", "TimeSpan"]
