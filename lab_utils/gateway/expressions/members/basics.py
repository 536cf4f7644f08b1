"""object, the interfaces of collections, delegates, exceptions and the other roots."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lab_utils.gateway.expressions.containers import equal
from lab_utils.gateway.expressions.failures import ExpressionFailure
from lab_utils.gateway.expressions.numbers import NUMBERS
from lab_utils.gateway.expressions.texts import text_of
from lab_utils.gateway.expressions.types import Definition, Type


def _type_of(value: Any) -> Any:
    from lab_utils.gateway.expressions.library import LIBRARY

    return LIBRARY.type_of(value)


DEFINITIONS = (
    Definition(
        "class System.Object",
        {
            "string ToString()": lambda run, value: text_of(run, value),
            "bool Equals(object obj)": equal,
            "int GetHashCode()": lambda value: hash(value) % 2**31,
            "Type GetType()": _type_of,
            "static bool Equals(object objA, object objB)": equal,
            "static bool ReferenceEquals(object objA, object objB)": lambda a, b: a is b,
        },
        alias="object",
    ),
    Definition("struct System.Void", alias="void"),
    Definition("class System.Type", python=Type),
    Definition("struct System.Boolean", alias="bool", python=bool, default=False),
    Definition("class System.String : IEnumerable<char>", alias="string", python=str),
    Definition("interface System.Collections.IEnumerable"),
    Definition("interface System.Collections.Generic.IEnumerable<T> : IEnumerable"),
    Definition("array T[] : IEnumerable<T>"),
    Definition("struct System.Nullable<T>"),
    Definition("class System.Exception", python=ExpressionFailure),
    *(
        Definition(
            f"struct System.{number.full}" if " " not in number.full else f"struct System.{full}",
            alias=number.name,
            python=number.kind,
            default=number.make(0),
        )
        for number, full in (
            (n, {"sbyte": "SByte", "byte": "Byte", "char": "Char"}.get(n.name, n.full))
            for n in NUMBERS.values()
        )
        for full in (full,)
    ),
)
__all__ = ["Decimal"]
