"""Calls: of methods, local functions and delegates."""

from __future__ import annotations

from typing import Any

from policy_expressions.binder.arguments import bind_arguments
from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import Expr, Frame, Local, TypeName, onward
from policy_expressions.binder.inference import delegate_of
from policy_expressions.binder.lambdas import LocalFunction
from policy_expressions.binder.methods import MethodGroup
from policy_expressions.errors import CompileError, null_reference
from policy_expressions.syntax.node import Node


def bind_invocation(binder: Binder, node: Node, callee: Expr, called: bool) -> Expr:
    """Bind a call of what is bound already."""
    arguments = node["arguments"]
    if isinstance(callee, MethodGroup):
        result = callee.call(bind_arguments(binder, arguments))
    elif isinstance(callee, LocalFunction):
        result = callee.invoke(binder, bind_arguments(binder, arguments))
    else:
        result = _invoke_delegate(binder, callee, arguments)
    result.chained = callee.chained
    binder.flows.mix(binder.flows.seen, changeable(binder))
    return result


def changeable(binder: Binder) -> list[Local]:
    """Return the locals a call may have changed: an IResponse takes nothing in."""
    seen = [node for node in binder.flows.seen if isinstance(node, Local)]
    return [local for local in seen if local.type.name != "IResponse"]


def _invoke_delegate(binder: Binder, callee: Expr, node: Node) -> Expr:
    delegate = delegate_of(callee.type) if callee.type is not None else None
    if isinstance(callee, TypeName):
        text = f"Non-invocable member '{callee.name}' cannot be used like a method."
        raise CompileError("CS1955", text)
    if delegate is None:
        raise CompileError("CS0149", "Method name expected")
    inputs, output = delegate
    arguments = bind_arguments(binder, node)
    if len(arguments) != len(inputs):
        text = f"Delegate '{callee.type}' does not take {len(arguments)} arguments"
        raise CompileError("CS1593", text)
    binder.flows.called(binder.flows.seen)
    values = [to_type(a.expr, of).run for a, of in zip(arguments, inputs)]

    def call(f: Frame, target: Any) -> Any:
        if target is None:
            raise null_reference()
        return target(*[value(f) for value in values])

    return onward(callee, output, call)
