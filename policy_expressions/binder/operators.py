"""Operators: arithmetic, comparison, logic, concatenation, null handling, assignment."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.binder.calls import call_runner
from policy_expressions.binder.conversions import (
    common_type,
    implicit,
    implicit_expr,
    number,
    to_type,
)
from policy_expressions.binder.core import (
    MISSING,
    Binder,
    Expr,
    Frame,
    Runner,
    constant,
    expression,
    merge,
)
from policy_expressions.binder.operations import operation, user_operator
from policy_expressions.errors import CompileError, ExpressionFailure, UnsupportedError
from policy_expressions.library import BOOL, INT, LIBRARY, LONG, STRING, UINT
from policy_expressions.runtime.numbers import NUMBERS
from policy_expressions.runtime.texts import text_of
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


@expression("binary_expression")
def bind_binary(binder: Binder, node: Node) -> Expr:
    """Bind a chain of left-bound operators without recursion."""
    chain: list[Node] = []
    while node.kind == "binary_expression" and node.tokens[0] not in ("&&", "||", "??"):
        chain.append(node)
        node = node["left"]
    if not chain:
        return _bind_logic(binder, node)
    left = binder.value(node)
    for step in reversed(chain):
        right = binder.value(step["right"])
        left = binary(step.tokens[0], left, right, binder.checked)
        left.origin = step.text
    return left


def _bind_logic(binder: Binder, node: Node) -> Expr:
    word = node.tokens[0]
    left = binder.value(node["left"])
    if word == "??":
        return _coalesce(binder, left, node["right"])
    when_true, when_false = branches(binder, left)
    binder.state = when_true if word == "&&" else when_false
    right = binder.value(node["right"])
    if left.type is not BOOL or right.type is not BOOL:
        raise not_applicable(word, left, right)
    right_true, right_false = branches(binder, right)
    a, b = left.run, right.run
    if word == "&&":
        split = (right_true, merge(when_false, right_false))
        run: Runner = lambda f: a(f) and b(f)  # noqa: E731
    else:
        split = (merge(when_true, right_true), right_false)
        run = lambda f: a(f) or b(f)  # noqa: E731
    binder.state = merge(*split)
    both = left.constant is not MISSING and right.constant is not MISSING
    return Expr(BOOL, run, constant=run([None]) if both else MISSING, branches=split)


def branches(binder: Binder, condition: Expr) -> Any:
    """Return what is assigned where the condition is true and where it is false."""
    if condition.constant is True:
        return binder.state, None
    if condition.constant is False:
        return None, binder.state
    return condition.branches or (binder.state, binder.state)


def _coalesce(binder: Binder, left: Expr, right_node: Node) -> Expr:
    state = binder.state
    right = binder.value(right_node)
    binder.state = merge(state, state)
    if left.type is None:
        return Expr(right.type, right.run)
    if left.type.is_value and not left.type.is_nullable:
        raise not_applicable("??", left, right)
    inner = left.type.element if left.type.is_nullable else left.type
    for target in (inner, left.type):
        as_target = implicit_expr(right, target)
        if as_target is not None:
            return _either(target, left.run, as_target.run)
    convert = implicit(inner, right.type) if right.type else None
    if right.type is None or convert is None:
        raise not_applicable("??", left, right)
    a = left.run
    return _either(right.type, lambda f: None if (v := a(f)) is None else convert(v), right.run)


def _either(of: Type, first: Runner, second: Runner) -> Expr:
    def run(f: Frame) -> Any:
        value = first(f)
        return second(f) if value is None else value

    return Expr(of, run)


def not_applicable(word: str, left: Expr, right: Expr) -> CompileError:
    text = f"Operator '{word}' cannot be applied to operands of type"
    return CompileError("CS0019", f"{text} '{left.shown}' and '{right.shown}'")


def binary(word: str, left: Expr, right: Expr, checked: Optional[bool] = False) -> Expr:
    """Bind one binary operator other than `&&`, `||`, `??`. Raises CompileError as C# does."""
    is_text = word == "+" and STRING in (left.type, right.type)
    if is_text and user_operator(word, left, right) is None:
        return concatenate(left, right)
    found = operation(word, left, right, checked)
    if found is None:
        raise not_applicable(word, left, right)
    operate = found.operate
    a = (to_type(left, found.left) if found.left else left).run
    b = (to_type(right, found.right) if found.right else right).run
    result = Expr(found.returns, lambda f: operate(a(f), b(f)))
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


@expression("prefix_unary_expression")
def bind_prefix(binder: Binder, node: Node) -> Expr:
    """Bind `-x`, `+x`, `!x`, `~x`."""
    word = node.tokens[0]
    operand_node = node.children[0]
    if word == "-" and operand_node.kind == "integer_literal":
        text = operand_node.text.lower().rstrip("l")
        if text == "2147483648" and text == operand_node.text:
            return constant(INT, -(2**31))
        if text == "9223372036854775808":
            return constant(LONG, NUMBERS["long"].make(-(2**63)))
    if word == "^":
        raise UnsupportedError("^", "count from the start, as in x[x.Length - 1]")
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
                return Expr(returns, call_runner(member, returns, None, [inner]))
    text = f"Operator '{word}' cannot be applied to operand of type '{operand.shown}'"
    raise CompileError("CS0023", text)


@expression("conditional_expression")
def bind_conditional(binder: Binder, node: Node) -> Expr:
    """Bind `a ? b : c`."""
    test = to_type(binder.value(node["condition"]), BOOL)
    states = branches(binder, test)
    binder.state = states[0]
    first = binder.value(node["consequence"])
    after_first = binder.state
    binder.state = states[1]
    second = binder.value(node["alternative"])
    binder.state = merge(after_first, binder.state)
    of = common_type([first, second])
    if of is None:
        text = "Type of conditional expression cannot be determined because there is no implicit"
        types = f"'{first.shown}' and '{second.shown}'"
        raise CompileError("CS0173", f"{text} conversion between {types}")
    t, a, b = test.run, to_type(first, of).run, to_type(second, of).run
    return Expr(of, lambda f: a(f) if t(f) else b(f), constant=_choice(test, first, second, of))


def _choice(test: Expr, first: Expr, second: Expr, of: Type) -> Any:
    chosen = first if test.constant is True else second
    if MISSING in (test.constant, first.constant, second.constant) or chosen.type is not of:
        return MISSING
    return chosen.constant


@expression("parenthesized_expression")
def bind_parenthesized(binder: Binder, node: Node) -> Expr:
    """Bind `(x)`: a chain of `?.` ends at the parenthesis."""
    return binder.bind(node.children[0])


@expression("checked_expression")
def bind_checked(binder: Binder, node: Node) -> Expr:
    """Bind `checked(x)` and `unchecked(x)`."""
    outer, binder.checked = binder.checked, node.tokens[0] == "checked" or None
    found = binder.value(node.children[0])
    binder.checked = outer
    return found
