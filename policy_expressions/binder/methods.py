"""Methods: groups of them, arguments, calls."""

from __future__ import annotations

from functools import partial
from typing import Any, Optional

from policy_expressions.binder.arguments import pass_by_reference
from policy_expressions.binder.calls import call_step, caller, static_call
from policy_expressions.binder.conversions import implicit, same, to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import Expr, Frame, Runner, TypeName, Untyped, onward
from policy_expressions.binder.forms import Argument, Form, Members
from policy_expressions.binder.inference import delegate_of
from policy_expressions.binder.mismatches import mismatch, wrong_generics
from policy_expressions.binder.overloads import choose, runners
from policy_expressions.errors import CompileError, UnsupportedError, argument_null
from policy_expressions.library import LIBRARY, VOID
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


class MethodGroup(Untyped):
    """A method without its arguments: called next, or given where a delegate is wanted."""

    shown = "method group"

    def refusal(self, target: Type) -> CompileError:
        """Return C#'s refusal where it does not fit the target."""
        text = f"Cannot convert method group '{self.name}' to non-delegate type '{target}'."
        return CompileError("CS0428", f"{text} Did you intend to invoke the method?")

    def __init__(
        self, binder: Binder, node: Node, receiver: Expr, name: str, explicit_types: list[Type]
    ) -> None:
        super().__init__(node)
        self.binder = binder
        self.receiver = receiver
        self.name = name
        self.explicit_types = explicit_types

    def levels(self) -> list[Members]:
        """Return the candidates: those of the type, of its bases, then extension methods."""
        of = self.receiver.value_type
        static = isinstance(self.receiver, TypeName)
        found: list[Members] = []
        for owner in LIBRARY.holders(of):
            members = [
                (owner, m)
                for m in owner.definition.named(self.name)
                if m.parameters is not None
                and (m.flag == "static") == static
                and not m.is_extension
            ]
            if members:
                found.append(members)
        if static:
            own = [m for m in of.definition.named(self.name) if m.is_extension]
            found.append([(of, m) for m in own])
        else:
            extensions = LIBRARY.extensions(self.name)
            found.append([(owner, m) for owner, m in extensions if LIBRARY.takes(m, owner, of)])
        return [level for level in found if level]

    def call(self, arguments: list[Argument]) -> Expr:
        """Bind the call with these arguments."""
        of = self.receiver.value_type
        this = Argument(Expr(of, self.receiver.run, constant=self.receiver.constant))
        levels = self.levels()
        for level in levels:
            extends = level[0][1].is_extension and not isinstance(self.receiver, TypeName)
            given = [this, *arguments] if extends else arguments
            form = choose(of, self.name, level, given, self.explicit_types)
            if form is not None:
                return self._finish(form, given, extends)
        refusal = wrong_generics(of, self.name, levels, len(self.explicit_types))
        if refusal is not None:
            raise refusal
        level = levels[0]
        if level[0][1].is_extension and not isinstance(self.receiver, TypeName):
            arguments = [this, *arguments]
        raise mismatch(self.name, of, level, arguments)

    def to_delegate(self, target: Type) -> Optional[Expr]:
        """Return the method as that delegate."""
        delegate = delegate_of(target)
        if delegate is None:
            return None
        cells: list[list[Any]] = [[None] for _ in delegate[0]]
        inputs = [
            Argument(Expr(of, partial(lambda cell, f: cell[0], cell)))
            for of, cell in zip(delegate[0], cells)
        ]
        try:
            called = self.call(inputs)
            result = to_type(called, delegate[1]) if delegate[1] is not VOID else called
        except (CompileError, UnsupportedError):
            return None
        run = result.run

        def make(f: Frame) -> Any:
            def invoke(*values: Any) -> Any:
                for cell, value in zip(cells, values):
                    cell[0] = value
                return run(f)

            return invoke

        return Expr(target, make)

    def result(self, parameters: list[Type]) -> Optional[Type]:
        """Return what the method gives for arguments of these types."""
        inputs = [Argument(Expr(of, self.receiver.run)) for of in parameters]
        try:
            return self.call(inputs).type
        except (CompileError, UnsupportedError):
            return None

    def _finish(self, form: Form, arguments: list[Argument], extends: bool) -> Expr:
        """Bind the chosen form."""
        self.binder.usage.member(form.owner, form.member, self.syntax)
        if form.member.implementation is None:
            raise UnsupportedError(form.describe(), "this form of the method is not supported")
        pass_by_reference(self.binder, form, arguments)
        values = runners(form, arguments)
        returns = form.returns
        receiver = self.receiver
        if extends:
            return _extended(form, receiver, values[1:])
        if isinstance(receiver, TypeName):
            return Expr(returns, static_call(form.member, returns, values))
        of = receiver.value_type
        owner = of if of.is_nullable and form.owner is of else form.owner
        return onward(receiver, returns, call_step(form.member, returns, owner, values))


def _extended(form: Form, receiver: Expr, values: list[Runner]) -> Expr:
    """Return the call of an extension method: its receiver is the first argument."""
    first = form.syntax[0]
    convert = implicit(receiver.value_type, form.parameters[0]) or same
    call = caller(form.member, form.returns, values)

    def step(f: Frame, target: Any) -> Any:
        if target is None and first.not_null:
            raise argument_null(first.name)
        return call(f, [convert(target)])

    return onward(receiver, form.returns, step)
