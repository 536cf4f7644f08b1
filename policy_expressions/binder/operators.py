"""Operators: arithmetic, comparison, concatenation, `-x` and `!x`."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.binder.calls import static_call
from policy_expressions.binder.conditions import (
    bind_coalesce,
    bind_logic,
    branches,
    not_applicable,
)
from policy_expressions.binder.conversions import (
    number,
    to_type,
)
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import (
    MISSING,
    Expr,
    Frame,
    Runner,
    Untyped,
    constant,
    onward,
)
from policy_expressions.binder.operations import operation, user_operator
from policy_expressions.errors import (
    CompileError,
    ExpressionError,
    ExpressionFailure,
    UnsupportedError,
)
from policy_expressions.library import BOOL, INT, LIBRARY, LONG, OBJECT, STRING, UINT
from policy_expressions.runtime.numbers import NUMBERS
from policy_expressions.runtime.texts import text_of
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type

_LOGIC = ("&&", "||")


def bind_binary(binder: Binder, node: Node) -> Expr:
    """Bind operators with two operands; chains of them take no recursion."""
    word = node.tokens[0]
    if word == "??":
        return bind_coalesce(binder, node.children)
    chain = []
    while node.kind == "binary_expression" and _joins(word, node.tokens[0]):
        chain.append(node)
        node = node["left"]
    if word in _LOGIC:
        return bind_logic(binder, word, [node, *(step["right"] for step in reversed(chain))])
    left = binder.value(node)
    for step in reversed(chain):
        right = binder.value(step["right"])
        _warn_of_references(binder, step, left, right)
        try:
            left = binary(step.tokens[0], left, right, binder.checked)
        except ExpressionError as refusal:
            node.source.at(step.start, refusal)
            raise
        left.node = step
    return left


def _warn_of_references(binder: Binder, node: Node, left: Expr, right: Expr) -> None:
    """Warn where `==` compares an object with text: True for the same object alone."""
    if node.tokens[0] not in ("==", "!="):
        return
    for code, side, one, other in (
        ("CS0252", "left", left, right),
        ("CS0253", "right", right, left),
    ):
        plain = one.type is OBJECT and not (one.node and one.node.kind == "cast_expression")
        if plain and other.type is not None and (other.type is STRING or _compares(other.type)):
            text = "Possible unintended reference comparison; to get a value comparison, cast the"
            binder.warn(node, code, f"{text} {side} hand side to type '{other.type}'")


def _compares(of: Type) -> bool:
    return not of.is_value and bool(of.definition.named("=="))


def _joins(word: str, other: str) -> bool:
    """Tell whether the operator to the left is bound along with one to its right."""
    return other == word if word in _LOGIC else other not in (*_LOGIC, "??")


def binary(word: str, left: Expr, right: Expr, checked: Optional[bool] = False) -> Expr:
    """Bind one binary operator other than `&&`, `||`, `??`. Raises CompileError as C# does."""
    is_text = word == "+" and STRING in (left.type, right.type)
    if is_text and user_operator(word, left, right) is None:
        if isinstance(left, Untyped) or isinstance(right, Untyped):
            raise not_applicable(word, left, right)
        return concatenate(left, right)
    found = operation(word, left, right, checked)
    if found is None:
        raise not_applicable(word, left, right)
    operate = found.operate
    first = to_type(left, found.left) if found.left else left
    b = (to_type(right, found.right) if found.right else right).run
    result = onward(first, found.returns, lambda f, value: operate(value, b(f)))
    if left.constant is not MISSING and right.constant is not MISSING and found.returns.is_value:
        return constant(found.returns, _fold(result))
    return result


def _fold(result: Expr) -> Any:
    """Compute a constant now: overflow is an error then."""
    try:
        return result.run([None])
    except ExpressionFailure as failure:
        if "DivideByZero" in failure.exception:
            raise CompileError("CS0020", "Division by constant zero") from None
        text = "The operation overflows at compile time in checked mode"
        raise CompileError("CS0220", text) from None


def concatenate(left: Expr, right: Expr) -> Expr:
    """Bind `+` with a string: null adds nothing."""
    parts = text_parts(left) + text_parts(right)

    def run(f: Frame) -> str:
        text = "".join([part(f) for part in parts])
        if len(text) > 4096:
            f[0].charge(len(text))
        return text

    found = Expr(STRING, run, parts=parts)
    if left.constant is not MISSING and right.constant is not MISSING:
        value = "".join([part([None]) for part in parts])
        found.constant = value
        found.run = lambda f: value
    return found


def text_parts(expr: Expr) -> list[Runner]:
    if expr.parts is not None:
        return expr.parts
    if isinstance(expr.constant, str):
        text = str(expr.constant)
        return [lambda f: text]
    inner = expr.run
    if expr.type is STRING:
        return [lambda f: inner(f) or ""]
    return [lambda f: text_of(f[0], inner(f))]


def bind_prefix(binder: Binder, node: Node) -> Expr:
    """Bind `-x`, `+x`, `!x`, `~x`."""
    word = node.tokens[0]
    operand_node = node.children[0]
    if word == "-" and operand_node.kind == "number_literal":
        text = operand_node.text.lower().rstrip("l")
        if text == "2147483648" and text == operand_node.text:
            return constant(INT, -(2**31))
        if text == "9223372036854775808":
            return constant(LONG, NUMBERS["long"].make(-(2**63)))
    return unary(word, binder.value(operand_node), binder)


def unary(word: str, operand: Expr, binder: Binder) -> Expr:
    """Bind one prefix operator that changes nothing."""
    inner = operand.run
    if word == "!" and operand.type is BOOL:
        split = branches(binder, operand)
        result = Expr(BOOL, lambda f: not inner(f), branches=(split[1], split[0]))
        if operand.constant is not MISSING:
            result.constant = not operand.constant
        return result
    kind = number(operand.type)
    if operand.type is not None and operand.type.is_nullable:
        raise UnsupportedError(f"{word}{operand.type}", "write .Value or ?? before the operator")
    if kind is not None and word in "-+~":
        zero = constant(INT, 0)
        if word == "~":
            return binary("^", operand, constant(INT, -1))
        if word == "+":
            return binary("+", zero, operand)
        if not kind.is_integer:
            make = kind.make
            found = Expr(operand.type, lambda f: make(-inner(f)))
            if operand.constant is not MISSING:
                found.constant = found.run([None])
            return found
        widened = LONG if operand.type is UINT else operand.type
        return binary("-", zero, to_type(operand, widened or INT), binder.checked)
    for of in LIBRARY.ancestors(operand.type) if operand.type is not None else ():
        for member in of.definition.named(word):
            if member.parameters is not None and len(member.parameters) == 1:
                returns = LIBRARY.resolve(member.returns)
                return Expr(returns, static_call(member, returns, [inner]))
    text = f"Operator '{word}' cannot be applied to operand of type '{operand.shown}'"
    raise CompileError("CS0023", text)
