"""Arguments of calls: by position, by name, `out` and `ref`."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

from policy_expressions.binder.core import (
    Binder,
    Expr,
    Frame,
    Local,
)
from policy_expressions.binder.forms import Argument, Form, OutVariable
from policy_expressions.errors import UnsupportedError
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


def pass_by_reference(binder: Binder, form: Form, arguments: list[Argument]) -> None:
    """Let `out` and `ref` arguments give their cell; what `out` declares exists from here on."""
    for index, argument in enumerate(arguments):
        if isinstance(argument.expr, OutVariable):
            argument.expr = _out_variable(binder, argument.expr, form.type_for(index))
        elif argument.modifier and argument.expr.local is not None:
            slot = argument.expr.local.slot
            binder.assign(argument.expr.local)
            binder.flows.declared.append(argument.expr.local)
            argument.expr = Expr(argument.expr.type, partial(lambda slot, f: f[slot], slot))
        elif argument.modifier:
            raise UnsupportedError("ref argument", "pass a local variable")


def _out_variable(binder: Binder, variable: OutVariable, of: Type) -> Expr:
    name = variable.node.get("name")
    if variable.node.kind != "declaration_expression" or name is None or name.text == "_":
        return Expr(of, lambda f: [None])
    slot = binder.declare(name.text, of).slot

    def run(f: Frame) -> Any:
        f[slot] = [None]
        return f[slot]

    return Expr(of, run)


def bind_arguments(binder: Binder, node: Optional[Node]) -> list[Argument]:
    """Bind an argument list, with names and `out`."""
    return [bind_argument(binder, child) for child in (node.children if node else ())]


def bind_argument(binder: Binder, node: Node) -> Argument:
    name = node.get("name")
    value = node.children[-1]
    modifier = next((t for t in node.tokens if t in ("out", "ref")), "")
    if modifier == "out":
        if value.kind == "declaration_expression" or value.text == "_":
            variable = OutVariable(value)
            of = value.get("type")
            if of is not None and of.kind != "implicit_type":
                variable.declared = binder.type(of)
            return Argument(variable, modifier="out")
        local = binder.lookup(value.text)
        if isinstance(local, Local):
            state = binder.state
            binder.assign(local)
            expr = binder.value(value)
            binder.state = state
            return Argument(expr, name.text if name else "", "out")
    return Argument(binder.value(value), name.text if name else "", modifier)
