"""The range variables of a query: parameters of the lambdas that its clauses stand for.

Where there are several, the lambda takes one record of them all, and each name stands for its part.
"""

from __future__ import annotations

from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import RANGE_VARIABLE, Local, RangeVariable
from policy_expressions.errors import CompileError
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


def declare_parameter(binder: Binder, name: Node, of: Type) -> Local:
    """Declare a parameter of a lambda; one of a query takes a range variable, or several."""
    if name.kind != "range_variables":
        return binder.declare(name, of)
    for unseen in name.tokens[1:]:
        binder.scopes[-1][unseen] = _out_of_scope(unseen, name.tokens[0])
    for each in name.children:
        if binder.lookup(each.name) is not None:
            text = f"The range variable '{each.name}' conflicts with a previous declaration"
            refusal = CompileError("CS1931", f"{text} of '{each.name}'")
            raise each.source.at(each.start, refusal)
    if len(name.children) == 1:
        local = binder.declare(name.children[0], of)
        local.fixed = RANGE_VARIABLE
        return local
    record = binder.hidden(of)
    for at, (each, part) in enumerate(zip(name.children, of.arguments)):
        variable = Local(each.name, part, record.slot, fixed=RANGE_VARIABLE)
        binder.scopes[-1][each.name] = RangeVariable(variable, record, at)
    return record


def _out_of_scope(name: str, side: str) -> CompileError:
    """Return the refusal of a name on the wrong side of a join's `equals`."""
    text = f"The name '{name}' is not in scope on the {side} side of 'equals'.  Consider swapping"
    code = "CS1937" if side == "left" else "CS1938"
    return CompileError(code, f"{text} the expressions on either side of 'equals'.")
