"""Lambdas, anonymous methods and local functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

from policy_expressions.binder.arguments import pass_by_reference
from policy_expressions.binder.conversions import (
    cannot_convert,
    common_type,
    implicit_expr,
    to_type,
)
from policy_expressions.binder.core import Binder, Function
from policy_expressions.binder.exprs import (
    Expr,
    Frame,
    Local,
    Runner,
    Untyped,
)
from policy_expressions.binder.flows import can_hold
from policy_expressions.binder.forms import Argument
from policy_expressions.binder.inference import delegate_of
from policy_expressions.binder.mismatches import mismatch
from policy_expressions.binder.overloads import choose, runners
from policy_expressions.binder.ranges import declare_parameter
from policy_expressions.errors import CompileError, UnsupportedError
from policy_expressions.library import LIBRARY, OBJECT, VOID
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.statements import ACTIONS, ONLY_CALLS
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import declaration


class Body(NamedTuple):
    """A bound function body: run gives the value."""

    parameters: list[Local]
    results: list[Expr]
    run: Runner
    falls_through: bool


def bind_body(
    binder: Binder,
    names: Sequence[Node],
    types: Sequence[Type],
    node: Node,
    returns: Optional[Type],
    outs: Sequence[bool] = (),
) -> Body:
    """Bind a function body in its own scope; returns None leaves its type to be inferred.

    outs: for each parameter whether it is passed by `out`.
    """
    parameters = [declare_parameter(binder, name, of) for name, of in zip(names, types)]
    for local in parameters:
        binder.flows.parameter(local)
    given = [local for local, is_out in zip(parameters, outs) if is_out]
    for local in given:
        local.is_out = True
    binder.state = binder.state and binder.state - frozenset(given)
    function = Function(returns, [], given)
    binder.functions.append(function)
    around = binder.exits, binder.finals, binder.caught
    binder.exits, binder.finals, binder.caught = [], 0, []
    try:
        if node.kind == "block":
            block = binder.bind_statement(node)
            binder.leave_function(function)

            def run(f: Frame) -> Any:
                signal = block(f)
                return None if signal is None else signal[0]

            for returned in function.results:
                binder.flows.seen |= returned.holds or frozenset()
            return Body(parameters, function.results, run, binder.state is not None)
        result = binder.must_be_value(node, binder.bind(node))
        binder.leave_function(function)
        if returns is not None and returns is not VOID:
            result = to_type(result, returns)
        return Body(parameters, [] if result.type is VOID else [result], result.run, False)
    finally:
        binder.functions.pop()
        binder.exits, binder.finals, binder.caught = around


class Lambda(Untyped):
    """A lambda: bound anew for each choice of parameter types that is tried."""

    shown = "lambda expression"

    def __init__(self, binder: Binder, node: Node) -> None:
        super().__init__(node)
        self.binder = binder
        self.parameters, self.types = _parameters(binder, node)
        self.body = node["body"]
        self.scopes = list(binder.scopes)
        self.state = binder.state
        self._bound: dict[Any, Body] = {}

    def _bind(self, types: Sequence[Type], returns: Optional[Type] = None) -> Body:
        key = (*types, returns)
        if key not in self._bound:
            binder = self.binder
            saved = binder.scopes, binder.state
            binder.scopes, binder.state = [*self.scopes, {}], self.state
            try:
                self._bound[key] = bind_body(binder, self.parameters, types, self.body, returns)
            finally:
                binder.scopes, binder.state = saved
        return self._bound[key]

    def result(self, parameters: list[Type]) -> Optional[Type]:
        """Return the type of what the lambda gives."""
        if len(parameters) != len(self.parameters):
            return None
        results = self._bind(parameters).results
        return common_type(results) if results else VOID

    def refusal(self, target: Type) -> CompileError:
        """Return C#'s refusal where it does not fit the target: of its values, if it is they."""
        delegate = delegate_of(target)
        if delegate is None:
            return super().refusal(target)
        inputs, output = delegate
        if len(inputs) != len(self.parameters):
            text = f"Delegate '{target}' does not take {len(self.parameters)} arguments"
            return CompileError("CS1593", text)
        body = self._bind(inputs)
        if output is VOID and self._gives_a_value(body):
            return self._must_not_give()
        for result in body.results:
            if output is not VOID and implicit_expr(result, output) is None:
                refusal = cannot_convert(result, output)
                node = result.node or self.syntax
                return node.source.at(node.start, refusal)
        if output is not VOID and body.falls_through:
            text = f"Not all code paths return a value in lambda expression of type '{target}'"
            return CompileError("CS1643", text)
        if output is not VOID and not body.results:
            return CompileError("CS0029", f"Cannot implicitly convert type 'void' to '{output}'")
        return super().refusal(target)

    def _gives_a_value(self, body: Body) -> bool:
        """Tell whether it gives a value that a delegate without a result has no use for."""
        return bool(body.results) and (self.body.kind == "block" or self.body.kind not in ACTIONS)

    def _must_not_give(self) -> CompileError:
        if self.body.kind != "block":
            return CompileError("CS0201", ONLY_CALLS)
        text = "Anonymous function converted to a void returning delegate cannot return a value"
        return CompileError("CS8030", text)

    def to_delegate(self, target: Type) -> Optional[Expr]:
        """Return the lambda as that delegate."""
        delegate = delegate_of(target)
        if delegate is None or len(delegate[0]) != len(self.parameters):
            return None
        inputs, output = delegate
        if any(own not in (None, of) for own, of in zip(self.types, inputs)):
            return None
        body = self._bind(inputs)
        if output is VOID and self._gives_a_value(body):
            return None
        if output is not VOID:
            fits = [implicit_expr(result, output) for result in body.results]
            if (not fits and self.body.kind != "block") or None in fits or body.falls_through:
                return None
            body = self._bind(inputs, output)
        return Expr(target, _closure(body))


def _closure(body: Body) -> Runner:
    """Return what makes the Python function: its frame copies the one around it, cells shared."""
    slots = [local.slot for local in body.parameters]
    run = body.run

    def make(f: Frame) -> Any:
        captured = f.copy()

        def call(*values: Any) -> Any:
            captured[0].step()
            frame = captured.copy()
            for slot, value in zip(slots, values):
                frame[slot] = [value]
            return run(frame)

        return call

    return make


def _parameters(binder: Binder, node: Node) -> tuple[list[Node], list[Optional[Type]]]:
    given = node.get("parameters")
    named = [(p["name"], p.get("type")) for p in given.children] if given else []
    return [n for n, _ in named], [binder.type(t) if t else None for _, t in named]


def bind_lambda(binder: Binder, node: Node) -> Expr:
    """Bind a lambda as far as that goes without a target."""
    if node.tokens:
        raise UnsupportedError("async", "an expression cannot wait: write it without async")
    return Lambda(binder, node)


class LocalFunction(Expr):
    """A local function: known in the whole block, its body bound at its first use."""

    def __init__(self, binder: Binder, node: Node) -> None:
        super().__init__(None, lambda f: None)
        self.syntax = node
        header = node.source.text[node.start : node["parameters"].end]
        self.member = declaration(" ".join(header.split()), None)
        if self.member.generics:
            raise UnsupportedError(self.member.name, "generic local functions are not supported")
        self.scopes = list(binder.scopes)
        self.body = Body([], [], lambda f: None, False)
        self._is_bound = False

    def bind_body(self, binder: Binder) -> None:
        """Bind the body, once; everything in reach counts as assigned there."""
        if self._is_bound:
            return
        self._is_bound = True
        saved = binder.scopes, binder.state
        binder.scopes = [*self.scopes, {}]
        reach = [v for scope in binder.scopes for v in scope.values() if isinstance(v, Local)]
        binder.state = frozenset(reach)
        parameters = self.member.parameters or ()
        types = [LIBRARY.resolve(p.type) for p in parameters]
        returns = LIBRARY.resolve(self.member.returns)
        try:
            names = [p["name"] for p in self.syntax["parameters"].children]
            outs = [p.modifier == "out" for p in parameters]
            body = bind_body(binder, names, types, self.syntax["body"], returns, outs)
            binder.flows.put(self, binder.flows.seen)
        finally:
            binder.scopes, binder.state = saved
        if body.falls_through and returns is not VOID:
            name = f"{self.member.name}({', '.join(map(str, types))})"
            raise CompileError("CS0161", f"'{name}': not all code paths return a value")
        self.body = body

    def invoke(self, binder: Binder, arguments: list[Argument]) -> Expr:
        """Bind a call of the function."""
        form = choose(OBJECT, self.member.name, [(OBJECT, self.member)], arguments)
        if form is None:
            raise mismatch(self.member.name, OBJECT, [(OBJECT, self.member)], arguments)
        pass_by_reference(binder, form, arguments)
        self.bind_body(binder)
        binder.flows.called(binder.flows.seen)
        values = runners(form, arguments)
        by_reference = [p.modifier in ("out", "ref") for p in form.syntax]

        def run(f: Frame) -> Any:
            f[0].step()
            given = [value(f) for value in values]
            frame = f.copy()
            for local, value, is_cell in zip(self.body.parameters, given, by_reference):
                frame[local.slot] = value if is_cell else [value]
            return self.body.run(frame)

        holds = frozenset((self,)) if can_hold(form.returns) else frozenset()
        return Expr(form.returns, run, holds=holds)


def bind_local_function(binder: Binder, node: Node) -> Runner:
    """Bind the body of a local function that the block has declared."""
    function: LocalFunction = binder.lookup(node["name"].name)
    function.bind_body(binder)
    return lambda f: None
