"""What an operator does for two static types: numeric promotion, lifting, equality, user-defined.

https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/expressions
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Any, Optional

from policy_expressions.binder.conversions import implicit, implicit_expr, number, same
from policy_expressions.binder.exprs import MISSING, Expr, Untyped
from policy_expressions.errors import ExpressionFailure
from policy_expressions.library import (
    BOOL,
    CHAR,
    DECIMAL,
    DOUBLE,
    INT,
    LIBRARY,
    LONG,
    SINGLE,
    STRING,
    UINT,
    ULONG,
)
from policy_expressions.runtime.numbers import NUMBERS, Number, decimal_result
from policy_expressions.runtime.values import Enumeration, Single
from policy_expressions.types.model import Type

Operate = Callable[[Any, Any], Any]


@dataclass
class Operation:
    """An operator on values: what it returns, what its operands are converted to before."""

    returns: Type
    left: Optional[Type]
    right: Optional[Type]
    operate: Operate


COMPARE: dict[str, Operate] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_BITS: dict[str, Operate] = {"&": operator.and_, "|": operator.or_, "^": operator.xor}


def _division_by_zero() -> ExpressionFailure:
    return ExpressionFailure("System.DivideByZeroException", "Attempted to divide by zero.")


def _divide(a: int, b: int) -> int:
    if b == 0:
        raise _division_by_zero()
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def _divide_float(a: float, b: float) -> float:
    if b:
        return a / b
    if a == 0 or math.isnan(a) or math.isnan(b):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1, b)


def _divide_decimal(context: Context, a: Decimal, b: Decimal) -> Decimal:
    if not b:
        raise _division_by_zero()
    return context.divide(a, b)


_INTEGER: dict[str, Operate] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b),
    **_BITS,
}
_FLOAT: dict[str, Operate] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide_float,
    "%": lambda a, b: math.fmod(a, b) if b and not math.isinf(a) else math.nan,
}
_DECIMAL: dict[str, Callable[[Context, Decimal, Decimal], Decimal]] = {
    "+": Context.add,
    "-": Context.subtract,
    "*": Context.multiply,
    "/": _divide_decimal,
    "%": lambda c, a, b: a - b * int(_divide_decimal(c, a, b)),
}


def operation(word: str, left: Expr, right: Expr, checked: Optional[bool]) -> Optional[Operation]:
    """Return what the operator does for operands of these types, None when nothing.

    checked: overflow throws (True), wraps except in constants (False) or always wraps (None).
    """
    return (
        user_operator(word, left, right)
        or _numeric(word, left, right, checked)
        or _lifted(word, left, right, checked)
        or _logical(word, left, right)
        or _equality(word, left, right)
    )


def _promoted(left: Expr, right: Expr) -> Optional[Type]:
    """Return the number type in which two operands meet."""
    pair = (left.type, right.type)
    if number(left.type) is None or number(right.type) is None:
        return None
    for wide in (DECIMAL, DOUBLE, SINGLE):
        if wide in pair:
            return None if wide is DECIMAL and (DOUBLE in pair or SINGLE in pair) else wide
    for unsigned, wider in ((ULONG, None), (LONG, LONG), (UINT, LONG)):
        if unsigned in pair:
            other = right if left.type is unsigned else left
            return unsigned if implicit_expr(other, unsigned) is not None else wider
    return INT


def _numeric(word: str, left: Expr, right: Expr, checked: Optional[bool]) -> Optional[Operation]:
    if word in ("<<", ">>"):
        return _shift(word, left, right)
    meeting = CHAR if left.type is CHAR is right.type and word in COMPARE else None
    meeting = meeting or _promoted(left, right)
    if meeting is None:
        return None
    if word in COMPARE:
        return Operation(BOOL, meeting, meeting, COMPARE[word])
    if left.constant is not MISSING and right.constant is not MISSING and checked is not None:
        checked = True
    operate = arithmetic(word, NUMBERS[meeting.name], checked)
    return Operation(meeting, meeting, meeting, operate) if operate else None


def arithmetic(word: str, kind: Number, checked: Optional[bool]) -> Optional[Operate]:
    """Return the operation of a number type on two of its values."""
    if kind.name == "decimal":
        exact = _DECIMAL.get(word)
        if exact is None:
            return None
        return lambda a, b: decimal_result(lambda context: exact(context, a, b))
    operate = (_INTEGER if kind.is_integer else _FLOAT).get(word)
    if operate is None or not kind.is_integer:
        plain = operate
        return (lambda a, b: Single(plain(a, b))) if plain and kind.kind is Single else plain
    bound = kind.fit if checked and word not in _BITS else kind.wrap
    if kind.kind is not int:
        return lambda a, b: bound(operate(a, b))
    low, high = kind.low, kind.high

    def operate_int(a: int, b: int) -> int:
        value: int = operate(a, b)
        return value if low <= value <= high else bound(value)

    return operate_int


def _shift(word: str, left: Expr, right: Expr) -> Optional[Operation]:
    kind = number(left.type)
    if kind is None or not kind.is_integer or right.type is None:
        return None
    if implicit_expr(right, INT) is None:
        return None
    of = left.type if left.type in (LONG, ULONG, UINT) and left.type else INT
    bits = 64 if of in (LONG, ULONG) else 32
    wrap = NUMBERS[of.name].wrap
    if word == "<<":
        return Operation(of, of, INT, lambda a, b: wrap(int(a) << (b % bits)))
    return Operation(of, of, INT, lambda a, b: wrap(int(a) >> (b % bits)))


def _lifted(word: str, left: Expr, right: Expr, checked: Optional[bool]) -> Optional[Operation]:
    """Lift an operator to `T?`: null gives null, or false where it compares."""
    types = [left.type, right.type]
    if not any(of is not None and of.is_nullable for of in types) or left.is_null or right.is_null:
        return None  # `x == null` is an equality, whatever x is
    plain = [
        _unlifted(e, of) if of is not None and of.is_nullable else e
        for of, e in zip(types, (left, right))
    ]
    inner = operation(word, plain[0], plain[1], checked)
    if inner is None or inner.left is None or inner.right is None:
        return None
    first, second = (
        implicit(e.value_type, of) or same for e, of in zip(plain, (inner.left, inner.right))
    )
    operate, compares = inner.operate, word in COMPARE

    def run(a: Any, b: Any) -> Any:
        if a is None or b is None:
            if not compares:
                return None
            return word == "!=" if a is not b else word == "=="
        return operate(first(a), second(b))

    return Operation(BOOL if compares else LIBRARY.nullable(inner.returns), None, None, run)


def _unlifted(expr: Expr, of: Type) -> Expr:
    held = MISSING if expr.constant is None else expr.constant
    return Expr(of.element, expr.run, constant=held)


def _logical(word: str, left: Expr, right: Expr) -> Optional[Operation]:
    operate, of = _BITS.get(word), left.type
    if operate is None or of is not right.type or of is None:
        return None
    if of is BOOL:
        return Operation(BOOL, BOOL, BOOL, operate)
    if of.kind == "enum":
        name = of.name
        return Operation(of, of, of, lambda a, b: Enumeration(name, operate(a.number, b.number)))
    return None


def _equality(word: str, left: Expr, right: Expr) -> Optional[Operation]:
    """Return `==` and the like on enums, bools, strings and references."""
    if word not in COMPARE:
        return None
    compare = COMPARE[word]
    enum = next((e.type for e in (left, right) if e.type and e.type.kind == "enum"), None)
    if enum is not None:
        if implicit_expr(left, enum) is None or implicit_expr(right, enum) is None:
            return None
        return Operation(BOOL, enum, enum, lambda a, b: compare(a.number, b.number))
    if word not in ("==", "!="):
        return None
    wanted = word == "=="
    if left.is_null or right.is_null:
        return _null_check(wanted, left, right)
    a, b = left.type, right.type
    if a is b and a in (BOOL, STRING):
        return Operation(BOOL, a, a, compare)
    if a is b and a is not None and a.definition.name == "ValueTuple":
        return Operation(BOOL, a, a, compare)
    if a is None or b is None or a.is_value or b.is_value:
        return None
    if not LIBRARY.may_be(a, b):
        return None
    literals = (left.constant is not MISSING) == (right.constant is not MISSING)
    return Operation(BOOL, None, None, lambda a, b: _same_reference(a, b, literals) is wanted)


def _same_reference(a: Any, b: Any, alike: bool) -> bool:
    """Compare references; Python shares one-character strings and small boxed values."""
    if isinstance(a, str) and isinstance(b, str):
        return a is b and (alike or len(a) != 1)
    return a is b and not isinstance(a, (int, float, Decimal))


def _null_check(wanted: bool, left: Expr, right: Expr) -> Optional[Operation]:
    other = right if left.is_null else left
    of = other.type
    if isinstance(other, Untyped):
        return None
    never = of is not None and of.is_value and not of.is_nullable
    if never and number(of) is None and of is not BOOL:
        return None
    return Operation(BOOL, None, None, lambda a, b: (a is None and b is None) is wanted)


def user_operator(word: str, left: Expr, right: Expr) -> Optional[Operation]:
    """Return the operator that one of the types declares itself, None when there is none."""
    for owner in (left.type, right.type):
        for of in LIBRARY.ancestors(owner) if owner is not None else ():
            scope = LIBRARY.scope(of)
            for member in of.definition.named(word):
                takes = [LIBRARY.resolve(p.type, scope) for p in member.takes]
                if len(takes) == 2 and all(
                    implicit_expr(e, t) is not None for e, t in zip((left, right), takes)
                ):
                    returns = LIBRARY.resolve(member.returns, scope)
                    return Operation(returns, takes[0], takes[1], member.implementation)
    return None
