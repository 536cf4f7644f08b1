"""Arguments of calls: by position, by name, `out` and `ref`."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import Expr, Frame, Local
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
    name = variable.syntax.get("name")
    if name is None or name.text == "_":
        return Expr(of, lambda f: [None])
    slot = binder.declare(name, of).slot

    def run(f: Frame) -> Any:
        f[slot] = [None]
        return f[slot]

    return Expr(of, run)


def bind_arguments(binder: Binder, node: Optional[Node]) -> list[Argument]:
    """Bind an argument list, with names and `out`."""
    return [bind_argument(binder, child) for child in (node.children if node else ())]


def bind_argument(binder: Binder, node: Node) -> Argument:
    """Bind one argument, with its name and `out` or `ref`."""
    label, value = node.get("name"), node["value"]
    name = label.name if label else ""
    modifier = node.tokens[0] if node.tokens and node.tokens[0] != "in" else ""
    if modifier == "out":
        declares = value.kind == "declaration_expression"
        if declares or (value.text == "_" and binder.lookup("_") is None):
            variable = OutVariable(value)
            of = value.get("type")
            if of is not None and of.kind != "implicit_type":
                variable.declared = binder.type(of)
            return Argument(variable, name, modifier)
        local = binder.lookup(value.name) if value.kind == "identifier" else None
        if isinstance(local, Local):
            state = binder.state
            binder.assign(local)
            expr = binder.value(value)
            binder.state = state
            return Argument(expr, name, modifier)
    return Argument(binder.value(value), name, modifier)
