"""What binding works with: expressions with their static type, and locals.

A bound expression is a Python function of a frame. A frame is a list: the run in slot 0, then one
slot for each local of the whole expression. A slot holds a cell, a list of one value, so that
lambdas share their locals with the code around them by copying the frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

from policy_expressions.errors import CompileError
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type

Frame = list[Any]
Runner = Callable[[Frame], Any]
Step = Callable[[Frame, Any], Any]  # goes on from a value: a call on it, an operator after it
Place = Callable[[Frame], tuple[Callable[[], Any], Callable[[Any], None]]]
State = Optional[frozenset["Local"]]  # the locals surely assigned here; None: nobody comes here

_NESTED = 8  # steps that call each other; longer chains run in a loop, however long they are


class _Missing:
    """No constant."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()


class ChainSkippedError(Exception):
    """The receiver of `?.` is null: the rest of the chain is skipped."""


@dataclass(eq=False)
class Local:
    """A local variable, parameter or constant.

    fixed: how C# calls one nobody may assign to; is_out: whether a caller passed it by `out`.
    """

    name: str
    type: Type
    slot: int
    constant: Any = MISSING
    names: tuple[str, ...] = ()
    fixed: str = ""
    is_out: bool = False


RANGE_VARIABLE = "range variable"


class RangeVariable(NamedTuple):
    """A variable of a query that stands with others in a record, and where in there."""

    variable: Local
    record: Local
    at: int


@dataclass(eq=False)
class Expr:
    """A bound expression.

    type is None for `null` and for what gets a type only from its target (see Untyped). place:
    for what can be assigned to, a function that evaluates receiver and index once and returns
    getter and setter. parts: for a string concatenation, its pieces. steps: for a chain, where it
    starts and what follows. branches: for a condition, the states when it is true and when it is
    false. chained: a `?.` inside may skip the rest.
    """

    type: Optional[Type]
    run: Runner
    constant: Any = MISSING
    place: Optional[Place] = None
    local: Optional[Local] = None
    parts: Optional[list[Runner]] = None
    steps: Optional[tuple[Runner, tuple[Step, ...]]] = None
    branches: Optional[tuple[State, State]] = None
    chained: bool = False
    node: Optional[Node] = None  # the syntax, for messages
    read_only: str = ""  # how C# calls the property that cannot be assigned to
    names: tuple[str, ...] = ()  # of the items of a tuple
    is_default: bool = False  # a bare `default`, which fits value types too
    holds: Optional[frozenset[Any]] = None  # see flows; None: what its parts may hold

    @property
    def is_null(self) -> bool:
        """Tell whether this is the literal null (or a bare default)."""
        return self.type is None and self.constant is None

    @property
    def shown(self) -> str:
        """Return its type as the compiler's messages name it."""
        return str(self.type) if self.type else "<null>"

    @property
    def text(self) -> str:
        """Return how it is written."""
        return self.node.text if self.node else ""

    @property
    def value_type(self) -> Type:
        """Return the type of something that must have one."""
        if self.type is None:
            raise CompileError(
                "CS0815", f"Cannot assign {self.shown} to an implicitly-typed variable"
            )
        return self.type


def constant(of: Optional[Type], value: Any) -> Expr:
    """Return a constant expression."""
    return Expr(of, lambda f: value, constant=value)


def onward(start: Expr, of: Type, step: Step) -> Expr:
    """Return the expression that goes on from another; long chains take no stack.

    `a.b().c()` is a, then a step for b and one for c; so is `a - b - c`.
    """
    inner = start.run
    first, before = start.steps or (inner, ())
    steps = (*before, step)
    if len(steps) <= _NESTED:
        return Expr(of, lambda f: step(f, inner(f)), steps=(first, steps))

    def run(f: Frame) -> Any:
        value = first(f)
        for go in steps:
            value = go(f, value)
        return value

    return Expr(of, run, steps=(first, steps))


class Untyped(Expr):
    """An expression whose type its target decides: a lambda, a method group, a thrown exception.

    shown: how messages name it.
    """

    shown = ""

    def __init__(self, node: Node) -> None:
        super().__init__(None, _never, node=node)
        self.syntax = node

    def to_delegate(self, target: Type) -> Optional[Expr]:
        """Return the expression as that delegate, None when it does not fit."""
        raise NotImplementedError

    def result(self, parameters: list[Type]) -> Optional[Type]:
        """Return what it gives for parameters of these types, None when it cannot take them."""
        raise NotImplementedError

    def refusal(self, target: Type) -> CompileError:
        """Return C#'s refusal where it does not fit the target."""
        text = f"Cannot convert {self.shown} to type '{target}' because it is not a delegate type"
        return CompileError("CS1660", text)


class TypeName(Expr):
    """A type or namespace where a value could stand: the receiver of static members."""

    def __init__(self, of: Optional[Type], name: str) -> None:
        super().__init__(of, _never)
        self.name = name


def _never(frame: Frame) -> Any:
    raise AssertionError("an expression without a value was run")


def merge(first: State, second: State) -> State:
    """Return the state where two ways meet."""
    if first is None or second is None:
        return second if first is None else first
    return first & second
