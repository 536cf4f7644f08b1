"""A form of a method as one call would use it, and the arguments of that call."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from policy_expressions.binder.exprs import Expr, Untyped
from policy_expressions.library import LIBRARY
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import Declaration, ParameterSyntax

Members = list[tuple[Type, Declaration]]


@dataclass
class Argument:
    """One argument of a call; expr is None where `out` declares a variable or discards."""

    expr: Expr
    name: str = ""
    modifier: str = ""


class OutVariable(Untyped):
    """`out var x`, `out int x` or `out _`: it fits any type; declared once the form is chosen."""

    declared: Optional[Type] = None

    def to_delegate(self, target: Type) -> Optional[Expr]:
        """Fit what the parameter wants."""
        return self if self.declared in (None, target) else None

    def result(self, parameters: list[Type]) -> Optional[Type]:
        """Have no type before the form is chosen."""
        return self.declared


@dataclass
class Form:
    """A member with the types its parameters have in this call."""

    owner: Type
    member: Declaration
    scope: dict[str, Type]
    parameters: list[Type] = field(default_factory=list)
    expanded: bool = False
    # for each parameter: the argument's index, several for `params`, none for a default
    filled: list[list[int]] = field(default_factory=list)

    @property
    def syntax(self) -> tuple[ParameterSyntax, ...]:
        """Return the parameters as declared."""
        return self.member.parameters or ()

    @property
    def returns(self) -> Type:
        """Return the type of the result; that of a constructor is its owner."""
        if self.member.name == "new":
            return self.owner
        return LIBRARY.resolve(self.member.returns, self.scope)

    def type_for(self, index: int) -> Type:
        """Return the parameter type an argument meets."""
        at = self._parameter(index)
        of = self.parameters[at]
        return of.element if self.expanded and self.syntax[at].modifier == "params" else of

    def modifier_for(self, index: int) -> str:
        """Return `out` or `ref` where the parameter that an argument meets wants it."""
        modifier = self.syntax[self._parameter(index)].modifier
        return modifier if modifier in ("out", "ref") else ""

    def _parameter(self, index: int) -> int:
        return next(i for i, indexes in enumerate(self.filled) if index in indexes)

    def describe(self) -> str:
        """Return the form as C# names it in messages."""
        types = ", ".join(
            f"{p.modifier} {of}".strip() if p.modifier in ("out", "ref") else str(of)
            for p, of in zip(self.syntax, self.parameters)
        )
        return f"{self.owner.definition.name}.{self.member.name}({types})"
