"""object, nullable, enums, delegates and the other roots."""

from __future__ import annotations

from typing import Any

from policy_expressions.errors import argument, invalid_operation, null_reference
from policy_expressions.runtime.enums import ENUMS, NEWER, enum_number
from policy_expressions.runtime.records import equal
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import Enumeration
from policy_expressions.types.model import Definition, Type
from policy_expressions.types.signatures import Newer, with_run, with_type


class Plain:
    """What `new object()` makes."""

    type = "object"


def _text(run: Run, value: Any, _: Any = None) -> str:
    return text_of(run, value)


def _type_of(run: Run, value: Any) -> Type:
    if value is None:
        raise null_reference()
    return run.library.type_of(value)


def _hash(value: Any) -> int:
    known = value.__class__.__hash__ is not None
    number = value if isinstance(value, int) else hash(value) if known else id(value)
    return (number + 2**31) % 2**32 - 2**31


def _has_value(value: Any) -> Any:
    if value is None:
        raise invalid_operation("Nullable object must have a value.")
    return value


def _value_or(of: Type, value: Any, *default: Any) -> Any:
    return (*default, of.default)[0] if value is None else value


def _parse_enum(enum: Type, text: str, ignore_case: bool = False) -> Enumeration:
    try:
        return Enumeration(enum.name, enum_number(enum.name, text, ignore_case))
    except KeyError:
        raise argument(f"Requested value '{text}' was not found.") from None


def _enum(full: str) -> Definition:
    name = full.rpartition(".")[2]
    values: dict[str, Any] = {
        f"static {name} {n}": Newer(NEWER[n]) if n in NEWER else Enumeration(name, i)
        for n, i in ENUMS[full].items()
    }
    return Definition(f"enum {full}", values)


def _delegate(name: str, count: int, result: str = "void") -> Definition:
    generics = [f"T{i}" for i in range(1, count + 1)]
    takes = ", ".join(f"{t} arg{i}" for i, t in enumerate(generics))
    generics += ["R"] if result == "R" else []
    head = f"delegate System.{name}" + (f"<{', '.join(generics)}>" if generics else "")
    return Definition(head, {f"{result} Invoke({takes})": None})


_OBJECT = {
    "new()": Plain,
    "string ToString()": with_run(_text),
    "bool Equals(object obj); static bool Equals(object objA, object objB)": equal,
    "int GetHashCode()": _hash,
    "Type GetType()": with_run(_type_of),
    "static bool ReferenceEquals(object objA, object objB)": lambda a, b: a is b,
}
_NULLABLE = {
    "bool HasValue": lambda value: value is not None,
    "T Value": _has_value,
    "T GetValueOrDefault(); T GetValueOrDefault(T defaultValue)": with_type(_value_or),
    "string ToString()": with_run(_text),
    "bool Equals(object other)": equal,
    "int GetHashCode()": lambda value: 0 if value is None else _hash(value),
    "Type GetType()": with_run(_type_of),
}

DEFINITIONS = (
    Definition("class System.Object", _OBJECT, alias="object", sealed=True),
    Definition("struct System.Void", alias="void"),
    Definition("struct System.Nullable<T>", _NULLABLE),
    Definition("class System.RuntimeType : Type", python=Type),
    Definition(
        "class System.Type",
        {
            "string Name": lambda found: found.clr_name,
            "string FullName; string ToString()": lambda found: found.clr,
        },
    ),
    Definition("interface System.IFormatProvider"),
    Definition("interface System.IDisposable"),
    Definition(
        "class System.Globalization.CultureInfo : IFormatProvider",
        {"static CultureInfo InvariantCulture; static CultureInfo CurrentCulture": lambda: None},
    ),
    Definition(
        "class System.Enum",
        {
            "static object Parse(Type! enumType, string! value); "
            "static object Parse(Type! enumType, string! value, bool ignoreCase)": _parse_enum
        },
    ),
    *map(_enum, ENUMS),
    *(_delegate("Func", count, "R") for count in range(5)),
    *(_delegate("Action", count) for count in range(5)),
    _delegate("Predicate", 1, "bool"),
    Definition("delegate System.Comparison<T>", {"int Invoke(T x, T y)": None}),
    _delegate("Converter", 1, "R"),
)
