"""Single values: literals, strings with holes, casts, and what stands around another value."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.binder.conversions import cast, to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import MISSING, Expr, Frame, Runner, Untyped, constant
from policy_expressions.errors import CompileError, UnsupportedError
from policy_expressions.library import EXCEPTION, INT, LIBRARY, STRING, TYPE
from policy_expressions.runtime.formats import format_value, pad
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import units
from policy_expressions.syntax.literals import literal, unescape
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type

_SIZES = {
    **dict.fromkeys(("byte", "sbyte", "bool"), 1),
    **dict.fromkeys(("short", "ushort", "char"), 2),
    **dict.fromkeys(("int", "uint", "float"), 4),
    **dict.fromkeys(("long", "ulong", "double"), 8),
    "decimal": 16,
}


def bind_literal(binder: Binder, node: Node) -> Expr:
    """Bind a literal."""
    value = literal(node)
    return constant(LIBRARY.type_of(value), value)


def bind_null(binder: Binder, node: Node) -> Expr:
    """Bind `null`, which has no type."""
    return constant(None, None)


def bind_default(binder: Binder, node: Node) -> Expr:
    """Bind `default(T)` and `default`."""
    of = node.get("type")
    if of is None:
        found = constant(None, None)
        found.is_default = True
        return found
    return constant(binder.type(of), binder.type(of).default)


def bind_interpolated(binder: Binder, node: Node) -> Expr:
    """Bind `$"..."`."""
    verbatim = node.text.startswith("$@")
    parts = [
        _hole(binder, child) if child.kind == "interpolation" else _piece(child.text, verbatim)
        for child in node.children
    ]

    def run(f: Frame) -> str:
        return f[0].weigh("".join([part(f) for part in parts]))  # type: ignore[no-any-return]

    return Expr(STRING, run, parts=parts)


def _piece(text: str, verbatim: bool) -> Runner:
    plain = text.replace('""', '"') if verbatim else unescape(text)
    shown = units(plain.replace("{{", "{").replace("}}", "}"))
    return lambda f: shown


def _hole(binder: Binder, node: Node) -> Runner:
    value = binder.value(node["value"])
    if value.type is None and not value.is_null:
        raise UnsupportedError("interpolation", "a lambda cannot stand there")
    run = value.run
    align, form = node.get("alignment"), node.get("format")
    width = 0
    if align is not None:
        width = to_type(binder.value(align), INT).constant
        if width is MISSING:
            raise CompileError("CS0150", "A constant value is expected")
    if form is None and not width:
        return lambda f: text_of(f[0], run(f))
    text = form.text if form else ""
    return lambda f: pad(f[0], format_value(f[0], run(f), text), width)


def bind_parenthesized(binder: Binder, node: Node) -> Expr:
    """Bind `(x)`: a chain of `?.` ends at the parenthesis."""
    return binder.value(node.children[0])


def bind_checked(binder: Binder, node: Node) -> Expr:
    """Bind `checked(x)` and `unchecked(x)`."""
    outer, binder.checked = binder.checked, node.tokens[0] == "checked" or None
    found = binder.value(node.children[0])
    binder.checked = outer
    return found


def bind_cast(binder: Binder, node: Node) -> Expr:
    """Bind `(T)x`."""
    return cast(binder.value(node["value"]), binder.type(node["type"]), binder.checked)


def bind_typeof(binder: Binder, node: Node) -> Expr:
    """Bind `typeof(T)`."""
    return constant(TYPE, binder.type(node["type"], void=True))


def bind_sizeof(binder: Binder, node: Node) -> Expr:
    """Bind `sizeof(T)` of a number type."""
    of = binder.type(node["type"]).name
    if of not in _SIZES:
        raise UnsupportedError("sizeof", f"the size of {of} is not known")
    return constant(INT, _SIZES[of])


def bind_await(binder: Binder, node: Node) -> Expr:
    """Refuse `await`: an expression is no async method."""
    raise CompileError(
        "CS4032",
        "The 'await' operator can only be used within an async method. Consider marking this "
        "method with the 'async' modifier and changing its return type to 'Task<object>'.",
    )


class Throw(Untyped):
    """`throw x` where a value could stand: it fits any type."""

    def to_delegate(self, target: Type) -> Optional[Expr]:
        """Fit the type wanted."""
        return Expr(target, self.run)

    def result(self, parameters: list[Type]) -> Optional[Type]:
        """Give nothing."""
        return None


def bind_throw_expression(binder: Binder, node: Node) -> Expr:
    """Bind `throw x`, allowed after `??`, in `?:` and as the body of a lambda."""
    raised = to_type(binder.value(node.children[0]), EXCEPTION).run

    def run(f: Frame) -> Any:
        raise raised(f)

    found = Throw(node)
    found.run = run
    return found
