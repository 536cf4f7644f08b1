"""Newtonsoft.Json: JToken and its family, JsonConvert."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Optional

from policy_expressions.errors import invalid_operation
from policy_expressions.json.containers import JArray, JObject, JProperty, deep_equals
from policy_expressions.json.convert import (
    casts,
    deserialize,
    from_object,
    from_object_as,
    to_object,
    token_value,
)
from policy_expressions.json.merge import merge
from policy_expressions.json.path import select, select_one
from policy_expressions.json.reader import parse
from policy_expressions.json.tokens import JContainer, JRaw, JToken, JValue
from policy_expressions.json.writer import write
from policy_expressions.members.text import OTHER_LINQ
from policy_expressions.runtime.casing import folder
from policy_expressions.runtime.containers import Array, Enumerator, Sequence, walk
from policy_expressions.runtime.enums import enum_text
from policy_expressions.runtime.formats import format_value
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.values import BigInteger, Enumeration
from policy_expressions.types.model import Definition, Type
from policy_expressions.types.signatures import with_run, with_type

_LINQ = "Newtonsoft.Json.Linq"


def virtual(name: str) -> Callable[..., Any]:
    """Return a call of the method that the token's own class has."""
    return lambda token, *values: getattr(token, name)(*values)


def _text(run: Run, token: JToken, *form: Any) -> str:
    """Return the text; form is Formatting, a format of numbers and dates, or a provider."""
    if form and isinstance(form[0], Enumeration):
        return write(token, run, indented=form[0].number == 1)
    if form and isinstance(token, JValue):
        return format_value(run, token.value, form[0] or "")
    return token.to_text(run)


def _edge(index: int) -> Callable[[JToken], Optional[JToken]]:
    def run(token: JToken) -> Optional[JToken]:
        if isinstance(token, JValue):
            raise invalid_operation(f"Cannot access child value on {token.full_name}.")
        children = token.children()
        return children[index] if children else None

    return run


def _neighbour(offset: int) -> Callable[[JToken], Optional[JToken]]:
    def run(token: JToken) -> Optional[JToken]:
        if token.parent is None:
            return None
        index = token.parent.position(token) + offset
        siblings = token.parent.children()
        return siblings[index] if 0 <= index < len(siblings) else None

    return run


def _ancestors(token: JToken) -> Iterator[JToken]:
    while token.parent is not None:
        token = token.parent
        yield token


def _beside(offset: int) -> Callable[[JToken, Any], None]:
    def run(token: JToken, content: Any) -> None:
        holder = token.holder()
        holder.insert(holder.position(token) + offset, content)

    return run


def _values(of: Type, tokens: Iterable[Any], *key: Any) -> Sequence:
    """Convert each token, or what it has at a key."""
    found = _values_at(tokens, *key) if key else tokens
    return Sequence(lambda: (token_value(of.element, token) for token in walk(found)))


def _values_at(tokens: Iterable[JToken], key: Any) -> Sequence:
    return Sequence(lambda: (v for token in walk(tokens) if (v := token.item(key)) is not None))


_FROM = "int bool string long double decimal float DateTime DateTimeOffset Guid TimeSpan Uri"
_MADE_FROM = [*_FROM.split(), "byte[]", "uint", "ulong", "short", "byte", "ushort", "sbyte"]
_NULLABLE = [f"{name}?" for name in _FROM.split() if name not in ("string", "Uri")]


def _made(name: str) -> Callable[[Any], JValue]:
    kind = {"string": "String", "Uri": "Uri", "byte[]": "Bytes"}.get(name, "")
    return lambda value: JValue(value, kind if value is None else "")


_TOKEN = {
    **{f"implicit JToken({name} value)": _made(name) for name in (*_MADE_FROM, *_NULLABLE)},
    **casts(),
    "JTokenType Type": lambda token: token.token_type,
    "bool HasValues": lambda token: bool(token.children()),
    "JContainer Parent": lambda token: token.parent,
    "JToken Root": virtual("root"),
    "string Path": virtual("path"),
    "JToken First": _edge(0),
    "JToken Last": _edge(-1),
    "JToken Next": _neighbour(1),
    "JToken Previous": _neighbour(-1),
    "JToken this[object key]": virtual("item"),
    "set JToken this[object key]": virtual("set_item"),
    "string ToString(); "
    "string ToString(Formatting formatting, params JsonConverter[] converters)": (with_run(_text)),
    "T Value<T>(object key)": with_type(lambda of, token, key: token_value(of, token.item(key))),
    "IEnumerable<T> Values<T>()": with_type(_values),
    "JEnumerable<JToken> Children()": lambda token: Sequence(lambda: iter(token)),
    "JEnumerable<T> Children<T>()": with_type(
        lambda of, token: Sequence(lambda: filter(of.element.accepts, token))
    ),
    "IEnumerable<JToken> Ancestors()": lambda token: Sequence(lambda: _ancestors(token)),
    "T ToObject<T>()": with_type(to_object),
    "JToken SelectToken(string! path); "
    "JToken SelectToken(string! path, bool errorWhenNoMatch)": select_one,
    "IEnumerable<JToken> SelectTokens(string! path)": lambda token, path: Array(
        "JToken[]", select(token, path, False)
    ),
    "JToken DeepClone()": virtual("clone"),
    "void Remove()": lambda token: token.holder().remove_child(token),
    "void Replace(JToken value)": lambda token, value: token.holder().replace_child(token, value),
    "void AddAfterSelf(object content)": _beside(1),
    "void AddBeforeSelf(object content)": _beside(0),
    "static bool DeepEquals(JToken t1, JToken t2)": deep_equals,
    "static JToken Parse(string! s)": lambda text: parse(text),
    "static JToken FromObject(object o)": lambda value: from_object(value),
}
_CONTAINER = {
    "int Count": lambda token: len(token.children()),
    "void Add(object content)": JContainer.add,
    "void AddFirst(object content)": lambda token, content: token.insert(0, content),
    "void RemoveAll()": virtual("clear"),
    "IEnumerable<JToken> Descendants()": lambda token: Sequence(token.descendants),
    "void Merge(object content)": merge,
}


def _property(target: JObject, name: Optional[str], how: Any = None) -> Optional[JProperty]:
    """Return a property; a comparison may find one of another spelling."""
    if name is None or name in target.properties or how is None:
        return target.properties.get(name or "")
    fold = folder(enum_text(how))
    return next((p for n, p in target.properties.items() if fold(n) == fold(name)), None)


def _value_of(target: JObject, *name: Any) -> Optional[JToken]:
    found = _property(target, *name)
    return found.value if found else None


def _try_value(target: JObject, *name: Any) -> bool:
    name[-1][0] = _value_of(target, *name[:-1])
    return name[-1][0] is not None


_NAME = "string propertyName"
_COMPARED = f"{_NAME}, StringComparison comparison"
_OBJECT = {
    "new(); new(params object[] content); new(object content)": JObject,
    "new(JObject! other)": virtual("clone"),
    f"JToken this[{_NAME}]": JObject.item,
    f"set JToken this[{_NAME}]": JObject.set_item,
    "IEnumerator<KeyValuePair<string, JToken>> GetEnumerator()": lambda target: Enumerator(
        target.pairs()
    ),
    f"void Add({_NAME}, JToken value)": lambda o, name, value: o.add(JProperty(name, value)),
    f"bool Remove({_NAME})": JObject.remove_name,
    "bool ContainsKey(string! propertyName)": lambda target, name: name in target.properties,
    f"JToken GetValue({_NAME}); JToken GetValue({_COMPARED})": _value_of,
    f"bool TryGetValue({_NAME}, out JToken value); "
    f"bool TryGetValue({_COMPARED}, out JToken value)": (_try_value),
    f"JProperty Property({_NAME}); JProperty Property({_COMPARED})": _property,
    "IEnumerable<JProperty> Properties()": lambda target: Sequence(lambda: iter(target)),
    "JEnumerable<JToken> PropertyValues()": lambda target: Sequence(
        lambda: iter([p.value for p in target.properties.values()])
    ),
    "static JObject Parse(string! s)": lambda text: parse(text, "JObject"),
    "static JObject FromObject(object o)": from_object_as(JObject),
}


def _remove(array: JArray, item: JToken) -> bool:
    index = array.position(item)
    if index >= 0:
        array.remove_at(index)
    return index >= 0


_ARRAY = {
    "new(); new(params object[] content)": JArray,
    "new(JArray! other)": virtual("clone"),
    "new(object content)": lambda content: JArray([None]) if content is None else JArray(content),
    "JToken this[int index]": JArray.item,
    "set JToken this[int index]": JArray.set_item,
    "void Add(JToken item)": JArray.add,
    "void Insert(int index, JToken item)": JArray.insert,
    "void RemoveAt(int index)": JArray.remove_at,
    "bool Remove(JToken item)": _remove,
    "void Clear()": JArray.clear,
    "bool Contains(JToken item)": lambda array, item: array.position(item) >= 0,
    "int IndexOf(JToken item)": JArray.position,
    "static JArray Parse(string! s)": lambda text: parse(text, "JArray"),
    "static JArray FromObject(object o)": from_object_as(JArray),
}


def _set_plain(token: JValue, value: Any) -> None:
    fresh = JValue(value)
    token.value, token.kind = fresh.value, fresh.kind


_VALUE = {
    **{f"new({name} value)": _made(name) for name in (*_MADE_FROM, "char", "object")},
    "new(JValue! other)": virtual("clone"),
    "object Value": lambda token: token.value,
    "set object Value": _set_plain,
    "bool Equals(JValue other)": lambda a, b: a == b,
    "string ToString(); string ToString(string format); "
    "string ToString(IFormatProvider provider)": (with_run(_text)),
    "static JValue CreateNull()": lambda: JValue(None),
    "static JValue CreateUndefined()": lambda: JValue(None, "Undefined"),
    "static JValue CreateString(string value)": _made("string"),
}
_PROPERTY = {
    "new(string! name, object content); new(string! name, params object[] content)": JProperty,
    "string Name": lambda prop: prop.name,
    "JToken Value": lambda prop: prop.value,
    "set JToken Value": JProperty.set_value,
}


def _serialize(run: Run, value: Any, form: Optional[Enumeration] = None) -> str:
    """Return JSON."""
    return write(value, run, form is not None and form.number == 1)


_OBJECT_VALUE = "static string SerializeObject(object value"
_CONVERT = {
    f"{_OBJECT_VALUE}); {_OBJECT_VALUE}, Formatting formatting)": with_run(_serialize),
    "static object DeserializeObject(string! value); "
    "static T DeserializeObject<T>(string! value)": with_type(deserialize),
}
_EXTENSIONS = {
    "static U Value<U>(this IEnumerable<JToken>! value)": with_type(token_value),
    "static IEnumerable<U> Values<U>(this IEnumerable<JToken>! source); "
    "static IEnumerable<U> Values<U>(this IEnumerable<JToken>! source, object key)": with_type(
        _values
    ),
    "static IEnumerable<JToken> Children<T>(this IEnumerable<T>! source)": lambda tokens: Sequence(
        lambda: (child for token in walk(tokens) for child in token)
    ),
}
_OTHERS = (
    "AddAnnotation AfterSelf AncestorsAndSelf Annotation Annotations AsJEnumerable BeforeSelf "
    "CollectionChanged CopyTo CreateReader CreateWriter DescendantsAndSelf GetEnumerator "
    "ListChanged Load LoadAsync PropertyChanged PropertyChanging ReadFrom RemoveAnnotations "
    "ReplaceAll WriteTo WriteToAsync AddingNew IsReadOnly " + OTHER_LINQ
)


def _token(head: str, members: dict[str, Any], python: Optional[type] = None) -> Definition:
    return Definition(f"class {_LINQ}.{head}", members, python=python, sealed=True, others=_OTHERS)


DEFINITIONS = (
    _token("JToken : IEnumerable<JToken>", _TOKEN),
    _token("JContainer : JToken", _CONTAINER),
    _token("JObject : JContainer, IEnumerable<KeyValuePair<string, JToken>>", _OBJECT, JObject),
    _token("JArray : JContainer, IList<JToken>", _ARRAY, JArray),
    _token("JProperty : JContainer", _PROPERTY, JProperty),
    _token("JValue : JToken", _VALUE, JValue),
    _token("JRaw : JValue", {"new(object rawJson)": JRaw}, JRaw),
    Definition(
        f"struct {_LINQ}.JEnumerable<T> : IEnumerable<T>",
        {"IEnumerable<JToken> this[object key]": _values_at},
    ),
    Definition(f"class {_LINQ}.Extensions", _EXTENSIONS),
    Definition("class Newtonsoft.Json.JsonConverter"),
    Definition("class Newtonsoft.Json.JsonConvert", _CONVERT),
    Definition("struct System.Numerics.BigInteger", python=BigInteger, default=BigInteger(0)),
)
