"""From C# source to something that runs: parse, bind, and what was learnt on the way."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Optional

from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import Binder, Function
from policy_expressions.binder.exprs import Runner
from policy_expressions.binder.lambdas import Lambda
from policy_expressions.binder.rules import RULES
from policy_expressions.errors import (
    CompileError,
    Exceeded,
    ExpressionWarning,
    UnsupportedError,
)
from policy_expressions.library import OBJECT
from policy_expressions.runtime.meter import Metered
from policy_expressions.runtime.run import Run
from policy_expressions.syntax.lengthy import may_take_long
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.parser import parse
from policy_expressions.syntax.source import Source

_ONE_AT_A_TIME = threading.Lock()  # the tables of the library are read while expressions are bound


@dataclass(frozen=True)
class Program:
    """A compiled expression: run takes a frame of so many slots, the first of them the Run.

    lengthy: whether an evaluation may take long though all it is given is short.
    """

    run: Runner
    slots: int
    reads: frozenset[str]
    warnings: tuple[ExpressionWarning, ...] = ()
    lengthy: bool = False

    def evaluate(self, run: Run) -> Any:
        """Return the .NET value. Raises ExpressionFailure."""
        try:
            with Metered(run):
                return self.run([run, *[None] * (self.slots - 1)])
        except RecursionError:
            text = "Insufficient stack to continue executing the program safely."
            raise Exceeded("System.InsufficientExecutionStackException", text) from None


def translate(text: str, is_block: bool, start: int = 0, end: Optional[int] = None) -> Program:
    """Compile the C# between start and end of a text. Raises CompileError or UnsupportedError.

    It is what stands in `@(...)` or, where it is a block, in `@{...}`. Places of faults count from
    the beginning of the text.
    """
    with _ONE_AT_A_TIME:
        return _translated(Source(text, start, end), is_block)


def _translated(source: Source, is_block: bool) -> Program:
    binder = Binder(RULES)
    try:
        node = parse(source, is_block)
        run = _block(binder, node) if is_block else _expression(binder, node)
    except RecursionError:
        refusal = UnsupportedError("expression", "is nested too deeply: split it up")
        raise source.at(source.start, refusal) from None
    return Program(
        run,
        binder.slots,
        binder.flows.reads(),
        tuple(binder.usage.warnings),
        may_take_long(node),
    )


def _expression(binder: Binder, node: Node) -> Runner:
    if node.kind == "throw_expression":
        refusal = CompileError("CS8115", "A throw expression is not allowed in this context.")
        raise node.source.at(node.start, refusal)
    found = binder.value(node)
    if isinstance(found, Lambda):
        if not found.parameters:
            raise node.source.at(node.start, newer("inferred delegate type"))
        refusal = CompileError("CS8917", "The delegate type could not be inferred.")
        raise node.source.at(node.start, refusal)
    try:
        return to_type(found, OBJECT).run
    except CompileError as refusal:
        node.source.at(node.place, refusal)
        raise


def _block(binder: Binder, node: Node) -> Runner:
    binder.functions.append(Function(OBJECT, []))
    body = binder.bind_statement(node)
    if binder.state is not None:
        name = "PolicyExpression.Run(IExpressionContext)"
        refusal = CompileError("CS0161", f"'{name}': not all code paths return a value")
        raise node.source.at(node.end, refusal)

    def run(f: list[Any]) -> Any:
        return body(f)[0]

    return run
