"""Between tokens and other values: casts, `Value<T>`, ToObject, FromObject, DeserializeObject."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Optional

from policy_expressions.errors import ExpressionFailure, argument, argument_null
from policy_expressions.json.containers import JArray, JObject, JProperty
from policy_expressions.json.reader import parse
from policy_expressions.json.tokens import JToken, JValue
from policy_expressions.runtime.abilities import HasFields
from policy_expressions.runtime.containers import HashSet, List
from policy_expressions.runtime.convertible import (
    from_base64,
    to_base64,
    to_bool,
    to_char,
    to_number,
)
from policy_expressions.runtime.date_parse import parse_date, parse_offset, parse_span
from policy_expressions.runtime.dates import (
    DateTime,
    DateTimeOffset,
    TimeSpan,
    json_date,
)
from policy_expressions.runtime.guids import parse_guid
from policy_expressions.runtime.numbers import NUMBERS
from policy_expressions.runtime.sequences import make_array, new_dictionary
from policy_expressions.runtime.texts import plain_text, type_name
from policy_expressions.runtime.values import Char
from policy_expressions.types.model import Type

_SERIALIZATION = "Newtonsoft.Json.JsonSerializationException"
_NUMERIC = ("Integer", "Float", "String", "Raw", "Boolean")
_TEXTUAL = (*_NUMERIC, "Date", "Bytes", "Guid", "TimeSpan", "Uri", "Null", "Undefined")


def _to_text(value: Any) -> Optional[str]:
    if value is None:
        return None
    return to_base64(value) if isinstance(value, bytearray) else plain_text(value)


def _date(value: Any) -> DateTime:
    if isinstance(value, DateTimeOffset):
        return value.clock
    return value if isinstance(value, DateTime) else parse_date(value)


def _offset(value: Any) -> DateTimeOffset:
    if isinstance(value, DateTime):
        return DateTimeOffset(value)
    return value if isinstance(value, DateTimeOffset) else parse_offset(value)


def _number(name: str) -> Callable[[Any], Any]:
    return lambda value: to_number(NUMBERS[name], value)


# For each type a token casts to: its name in messages, the kinds of token, the conversion.
_PLAIN: dict[str, tuple[str, tuple[str, ...], Callable[[Any], Any]]] = {
    "bool": ("Boolean", _NUMERIC, to_bool),
    **{name: (kind.clr, _NUMERIC, _number(name)) for name, kind in NUMBERS.items()},
    "char": ("Char", _NUMERIC, to_char),
    "DateTime": ("DateTime", ("Date", "String", "Raw"), _date),
    "DateTimeOffset": ("DateTimeOffset", ("Date", "String", "Raw"), _offset),
    "Guid": (
        "Guid",
        ("String", "Raw", "Guid"),
        lambda value: parse_guid(value) if isinstance(value, str) else value,
    ),
    "TimeSpan": (
        "TimeSpan",
        ("String", "Raw", "TimeSpan"),
        lambda value: value if isinstance(value, TimeSpan) else parse_span(value),
    ),
}


def casts() -> dict[str, Any]:
    """Return the explicit conversions of JToken, plain and nullable, as table lines."""
    return {
        "explicit string(JToken value)": _cast_text,
        "explicit byte[](JToken value)": _cast_bytes,
        **{f"explicit {name}(JToken value)": _cast(name, nullable=False) for name in _PLAIN},
        **{f"explicit {name}?(JToken value)": _cast(name, nullable=True) for name in _PLAIN},
    }


def _held(token: JToken, kinds: tuple[str, ...], full: str) -> JValue:
    """Return the value to convert. Raises ArgumentException for a kind that does not convert."""
    value = token.value if isinstance(token, JProperty) else token
    if not isinstance(value, JValue) or value.kind not in kinds:
        raise argument(f"Can not convert {token.kind} to {full}.")
    return value


def _cast(name: str, nullable: bool) -> Callable[[Optional[JToken]], Any]:
    full, kinds, convert = _PLAIN[name]
    allowed = (*kinds, "Null", "Undefined") if nullable else kinds

    def run(token: Optional[JToken]) -> Any:
        if token is None and not nullable:
            raise argument_null("value")
        value = None if token is None else _held(token, allowed, full).value
        return None if nullable and value is None else convert(value)

    return run


def _cast_text(token: Optional[JToken]) -> Optional[str]:
    return None if token is None else _to_text(_held(token, _TEXTUAL, "String").value)


def _cast_bytes(token: Optional[JToken]) -> Optional[bytearray]:
    value = None if token is None else _held(token, ("String", "Bytes", "Null"), "Bytes").value
    return from_base64(value) if isinstance(value, str) else value


def change_type(value: Any, of: Type) -> Any:
    """Do what Convert.ChangeType does. Raises InvalidCastException."""
    if value is None and of.is_value:
        text = "Null object cannot be converted to a value type."
        raise ExpressionFailure("System.InvalidCastException", text)
    if value is None or of.name == "string":
        return _to_text(value)
    if of.name in ("bool", *NUMBERS) or (
        of.name == "DateTime" and isinstance(value, (str, DateTime))
    ):
        return _PLAIN[of.name][2](value)
    text = f"Invalid cast from '{of.library.type_of(value).clr}' to '{of.clr}'."
    raise ExpressionFailure("System.InvalidCastException", text)


def token_value(of: Type, token: Optional[JToken]) -> Any:
    """Return what `token.Value<T>()` gives."""
    if token is None:
        return of.default
    if of.accepts(token):
        return token
    if not isinstance(token, JToken):
        raise argument("Source value must be a JToken.")
    if not isinstance(token, JValue):
        text = f"Cannot cast {token.full_name} to Newtonsoft.Json.Linq.JToken."
        raise ExpressionFailure("System.InvalidCastException", text)
    if of.accepts(token.value) or (of.is_nullable and token.value is None):
        return token.value
    return change_type(token.value, of.plain)


def from_object(value: Any, depth: int = 0) -> JToken:
    """Return what JToken.FromObject gives. Raises ArgumentNullException for null."""
    if value is None and not depth:
        raise argument_null("o")
    if depth > 100:
        text = "Self referencing loop detected, or nested too deeply."
        raise ExpressionFailure(_SERIALIZATION, text)
    if isinstance(value, JToken):
        return value.clone()
    if isinstance(value, HasFields):
        return JObject([JProperty(n, from_object(v, depth + 1)) for n, v in value.fields()])
    if isinstance(value, Iterable) and not isinstance(value, (str, bytearray)):
        return JArray([from_object(item, depth + 1) for item in value])
    return JValue(str(value) if value.__class__ is Char else value)


def from_object_as(kind: type) -> Callable[[Any], JToken]:
    """Return what JObject.FromObject and JArray.FromObject do. Raises ArgumentException."""

    def run(value: Any) -> JToken:
        token = from_object(value)
        if type(token) is not kind:
            name = kind.__name__
            raise argument(f"Object serialized to {token.kind}. {name} instance expected.")
        return token

    return run


_SEQUENCES: dict[str, Callable[[Type, list[Any]], Any]] = {
    "[]": make_array,
    **dict.fromkeys(("List", "IList", "IEnumerable", "ICollection", "IReadOnlyList"), List),
    "HashSet": HashSet,
}


def to_object(of: Type, token: Any, from_text: bool = False) -> Any:
    """Return what `token.ToObject<T>()` gives.

    from_text: the token was just read for DeserializeObject, where a string target keeps the JSON
    text of a bool. Raises JsonReaderException and JsonSerializationException.
    """
    if of.name != "object" and of.accepts(token):
        return token
    if isinstance(token, JValue):
        return _plain_object(of, token, from_text)
    if of.name == "object":
        return token
    made = _SEQUENCES.get(of.definition.name)
    if isinstance(token, JArray) and made:
        return made(of, [to_object(of.element, item, from_text) for item in token.items])
    if isinstance(token, JObject) and of.definition.name in ("Dictionary", "IDictionary"):
        key, value = of.arguments
        found = new_dictionary(of.library.generic("Dictionary", of.arguments))
        for name, prop in token.properties.items():
            found.set(change_type(name, key), to_object(value, prop.value, from_text))
        return found
    raise _not_fitting(of, token)


def _plain_object(of: Type, token: JValue, from_text: bool) -> Any:
    value, plain = token.value, of.plain
    if from_text and plain.name in ("object", "DateTime") and isinstance(value, str):
        value = json_date(value) or value
    if of.name == "object" or value is None:
        if value is None and of.is_value and not of.is_nullable:
            text = f"Error converting value {{null}} to type '{of.clr}'."
            raise ExpressionFailure(_SERIALIZATION, text)
        return value
    if plain.name == "string":
        is_bool = from_text and isinstance(value, bool)
        return _to_text(value).lower() if is_bool else _to_text(value)  # type: ignore[union-attr]
    if plain.name not in _PLAIN:
        raise _not_fitting(of, token)
    try:
        return _PLAIN[plain.name][2](value)
    except ExpressionFailure:
        if not isinstance(value, str):
            raise
    named = {"bool": "boolean", "double": "double", "decimal": "decimal"}
    where = f"Path '{token.path()}'"
    if from_text and token.parent is None:
        where += f", line 1, position {len(value) + 2}"
    text = f"Could not convert string to {named.get(plain.name, 'integer')}: {value}. {where}."
    raise ExpressionFailure("Newtonsoft.Json.JsonReaderException", text)


_NOUNS = {"Object": ("object", '{"name":"value"}'), "Array": ("array", "[1,2,3]")}


def _not_fitting(of: Type, token: JToken) -> ExpressionFailure:
    if isinstance(token, JValue):
        text = f"Error converting value {token.value} to type '{of.clr}'. Path '{token.path()}'."
        return ExpressionFailure(_SERIALIZATION, text)
    if of.definition.full.startswith("Newtonsoft"):
        actual = f"Deserialized JSON type '{type_name(token)}'"
        text = f"{actual} is not compatible with expected type '{of.clr}'."
        return ExpressionFailure(_SERIALIZATION, text)
    noun, sample = _NOUNS[token.kind]
    other, wanted = _NOUNS["Array" if token.kind == "Object" else "Object"]
    return ExpressionFailure(
        _SERIALIZATION,
        f"Cannot deserialize the current JSON {noun} (e.g. {sample}) into type '{of.clr}' because "
        f"the type requires a JSON {other} (e.g. {wanted}) to deserialize correctly.",
    )


def deserialize(of: Type, text: str) -> Any:
    """Return what JsonConvert.DeserializeObject<T> gives; nothing at all gives the default."""
    if not text.strip():
        return of.default
    token = parse(text, dates=of.definition.full.startswith("Newtonsoft"))
    try:
        return to_object(of, token, from_text=True)
    except ExpressionFailure as failure:
        message, is_object = failure.message, token.kind == "Object"
        if message.endswith("correctly."):
            start = len(text) - len(text.lstrip()) + (2 if is_object else 1)
            fix = _FIX_OBJECT if is_object else _FIX_ARRAY
            message += f"\n{fix}\nPath '', line 1, position {start}."
        elif "is not compatible" in message:
            message += f" Path '', line 1, position {len(text.rstrip())}."
        raise ExpressionFailure(failure.exception, message) from None


_FIX_OBJECT = (
    "To fix this error either change the JSON to a JSON array (e.g. [1,2,3]) or change the "
    "deserialized type so that it is a normal .NET type (e.g. not a primitive type like integer, "
    "not a collection type like an array or List<T>) that can be deserialized from a JSON object. "
    "JsonObjectAttribute can also be added to the type to force it to deserialize from a JSON "
    "object."
)
_FIX_ARRAY = (
    'To fix this error either change the JSON to a JSON object (e.g. {"name":"value"}) or change '
    "the deserialized type to an array or a type that implements a collection interface (e.g. "
    "ICollection, IList) like List<T> that can be deserialized from a JSON array. "
    "JsonArrayAttribute can also be added to the type to force it to deserialize from a JSON array."
)
