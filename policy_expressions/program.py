"""From C# source to something that runs: parse, bind, and what was learnt on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from policy_expressions.binder import (  # noqa: F401 (each registers what it binds)
    assignments,
    branching,
    indexers,
    lambdas,
    loops,
    members,
    objects,
    operators,
    patterns,
    statements,
)
from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import Binder, Function, Runner, Untyped
from policy_expressions.errors import (
    CompileError,
    Exceeded,
    ExpressionWarning,
    UnsupportedError,
)
from policy_expressions.library import OBJECT
from policy_expressions.runtime.run import Run
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.parser import parse


@dataclass(frozen=True)
class Program:
    """A compiled expression: run takes a frame of so many slots, the first of them the Run."""

    run: Runner
    slots: int
    reads: frozenset[str]
    warnings: tuple[ExpressionWarning, ...] = ()

    def evaluate(self, run: Run) -> Any:
        """Return the .NET value. Raises ExpressionFailure."""
        try:
            return self.run([run, *[None] * (self.slots - 1)])
        except RecursionError:
            text = "Insufficient stack to continue executing the program safely."
            raise Exceeded("System.InsufficientExecutionStackException", text) from None


def translate(source: str, is_block: bool, line: int = 1) -> Program:
    """Compile what stands in `@(...)` or `@{...}`. Raises CompileError or UnsupportedError."""
    try:
        binder = Binder()
        node = parse(source, is_block, line)
        run = _block(binder, node) if is_block else _expression(binder, node)
    except RecursionError:
        raise UnsupportedError("expression", "is nested too deeply: split it up") from None
    return Program(run, binder.slots, binder.flows.reads(), tuple(binder.usage.warnings))


def _expression(binder: Binder, node: Node) -> Runner:
    inner = node.children[0]
    if inner.kind == "throw_expression":
        raise CompileError("CS8115", "A throw expression is not allowed in this context.")
    found = binder.value(node)
    if isinstance(found, Untyped):
        if "=>" in found.origin and found.origin.startswith("()"):
            raise UnsupportedError("lambda", "C# before 10 has no type for it: call it instead")
        raise CompileError("CS8917", "The delegate type could not be inferred.")
    return to_type(found, OBJECT).run


def _block(binder: Binder, node: Node) -> Runner:
    binder.functions.append(Function(OBJECT, []))
    body = binder.bind_statement(node)
    if binder.state is not None:
        name = "PolicyExpression.Run(IExpressionContext)"
        raise CompileError("CS0161", f"'{name}': not all code paths return a value")

    def run(f: list[Any]) -> Any:
        return body(f)[0]

    return run
