"""What binding works with: expressions with their static type, locals, and the binder itself.

A bound expression is a Python function of a frame. A frame is a list: the run in slot 0, then one
slot for each local of the whole expression. A slot holds a cell, a list of one value, so that
lambdas share their locals with the code around them by copying the frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Optional

from policy_expressions.binder.flows import Flows, can_hold
from policy_expressions.binder.usage import Usage
from policy_expressions.errors import CompileError, UnsupportedError
from policy_expressions.library import CONTEXT, LIBRARY, VOID
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type

Frame = list[Any]
Runner = Callable[[Frame], Any]
Place = Callable[[Frame], tuple[Callable[[], Any], Callable[[Any], None]]]
State = Optional[frozenset["Local"]]  # the locals surely assigned here; None: nobody comes here


class _Missing:
    """No constant."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()


class ChainSkippedError(Exception):
    """The receiver of `?.` is null: the rest of the chain is skipped."""


@dataclass(eq=False)
class Local:
    """A local variable, parameter or constant."""

    name: str
    type: Type
    slot: int
    constant: Any = MISSING
    names: tuple[str, ...] = ()


@dataclass(eq=False)
class Expr:
    """A bound expression.

    type is None for `null` and for what gets a type only from its target (see Untyped). place:
    for what can be assigned to, a function that evaluates receiver and index once and returns
    getter and setter. parts: for a string concatenation, its pieces. branches: for a condition,
    the states when it is true and when it is false. chained: a `?.` inside may skip the rest.
    """

    type: Optional[Type]
    run: Runner
    constant: Any = MISSING
    place: Optional[Place] = None
    local: Optional[Local] = None
    parts: Optional[list[Runner]] = None
    branches: Optional[tuple[State, State]] = None
    chained: bool = False
    origin: str = ""  # the text of the syntax, for comparing and for messages
    read_only: str = ""  # how C# calls the property that cannot be assigned to
    names: tuple[str, ...] = ()  # of the items of a tuple
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
    def value_type(self) -> Type:
        """Return the type of something that must have one."""
        if self.type is None:
            raise CompileError("CS0815", "Cannot assign <null> to an implicitly-typed variable")
        return self.type


def constant(of: Optional[Type], value: Any) -> Expr:
    """Return a constant expression."""
    return Expr(of, lambda f: value, constant=value)


class Untyped(Expr):
    """An expression whose type its target decides: a lambda or a method group."""

    shown = "lambda expression"

    def __init__(self, node: Node) -> None:
        super().__init__(None, _never, origin=node.text)
        self.node = node

    def to_delegate(self, target: Type) -> Optional[Expr]:
        """Return the expression as that delegate, None when it does not fit."""
        raise NotImplementedError

    def result(self, parameters: list[Type]) -> Optional[Type]:
        """Return what it gives for parameters of these types, None when it cannot take them."""
        raise NotImplementedError


class TypeName(Expr):
    """A type or namespace where a value could stand: the receiver of static members."""

    def __init__(self, of: Optional[Type], name: str) -> None:
        super().__init__(of, _never, origin=name)
        self.name = name


def _never(frame: Frame) -> Any:
    raise AssertionError("an expression without a value was run")


@dataclass
class Function:
    """A function body being bound: what its `return` wants, what it has returned so far."""

    returns: Optional[Type]  # None: to be inferred
    results: list[Expr]


Handler = Callable[["Binder", Node], Any]
_EXPRESSIONS: dict[str, Handler] = {}
_STATEMENTS: dict[str, Handler] = {}


def expression(*kinds: str) -> Callable[[Handler], Handler]:
    """Make a function the binder of these kinds of expression nodes."""

    def register(handler: Handler) -> Handler:
        _EXPRESSIONS.update(dict.fromkeys(kinds, handler))
        return handler

    return register


def statement(*kinds: str) -> Callable[[Handler], Handler]:
    """Make a function the binder of these kinds of statement nodes."""

    def register(handler: Handler) -> Handler:
        _STATEMENTS.update(dict.fromkeys(kinds, handler))
        return handler

    return register


class Binder:
    """Binds one expression: dispatches on node kinds, keeps scopes and the flow of assignments."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = [{}]
        self.functions: list[Function] = []
        self.slots = 1
        self.state: State = frozenset()
        self.checked: Optional[bool] = False  # see operations.operation
        self.flows = Flows()
        self.usage = Usage()
        self.line = 1  # of the expression being bound
        self.breaks: list[list[State]] = []  # for each loop and switch around: states at `break`
        self.caught: list[int] = []  # the slots of the exceptions of the catches around

    def bind(self, node: Node) -> Expr:
        """Bind an expression with a value; a chain of `?.` ends here."""
        found = self.bind_chain(node)
        if not found.chained:
            return found
        ended = finish_chain(found)
        ended.holds = found.holds
        return ended

    def bind_chain(self, node: Node) -> Expr:
        """Bind an expression that may be the receiver of a longer chain, or a type name."""
        handler = _EXPRESSIONS.get(node.kind)
        if handler is None:
            raise UnsupportedError(
                node.kind.replace("_", " "), "this C# construct is not supported"
            )
        outer, self.line = self.line, node.line
        try:
            bound: tuple[Expr, frozenset[Any]] = self.flows.within(lambda: handler(self, node))
        except (CompileError, UnsupportedError) as refusal:
            refusal.line = refusal.line or node.line
            raise
        finally:
            self.line = outer
        found, held = bound
        found.origin = found.origin or node.text
        if found.holds is None:
            found.holds = held if found.type is None or can_hold(found.type) else frozenset()
        self.flows.seen |= found.holds
        return found

    def bind_statement(self, node: Node) -> Runner:
        """Bind a statement to a function that returns None or a signal."""
        handler = _STATEMENTS.get(node.kind)
        if handler is None:
            raise UnsupportedError(
                node.kind.replace("_", " "), "this C# statement is not supported"
            )
        try:
            return self.flows.within(lambda: handler(self, node))[0]  # type: ignore[no-any-return]
        except (CompileError, UnsupportedError) as refusal:
            refusal.line = refusal.line or node.line
            raise

    def value(self, node: Node) -> Expr:
        """Bind an expression that must be a value: no type name, no call without a result."""
        found = self.bind(node)
        if isinstance(found, TypeName):
            raise CompileError("CS0119", f"'{found.name}' is a type, which is not valid here")
        if found.type is VOID:
            raise CompileError("CS0029", "Cannot implicitly convert type 'void' to 'object'")
        return found

    def type(self, node: Node) -> Type:
        """Return the type a type node names."""
        of = self.type_text(node.text)
        self.usage.type(of, node.line)
        return of

    def type_text(self, text: str) -> Type:
        """Return the type a text names."""
        return LIBRARY.type(" ".join(text.split()))

    def declare(self, name: str, of: Type, assigned: bool = True, value: Any = MISSING) -> Local:
        """Declare a local in the innermost scope."""
        if self.lookup(name) is not None:
            raise CompileError(
                "CS0128",
                f"A local variable or function named '{name}' is already defined in this scope",
            )
        local = Local(name, of, self.slots, value)
        self.slots += 1
        self.scopes[-1][name] = local
        self.flows.declared.append(local)
        if assigned:
            self.assign(local)
        return local

    def lookup(self, name: str) -> Any:
        """Return the local or local function of that name, None when there is none."""
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)

    def assign(self, local: Local) -> None:
        """Note that the local is assigned from here on."""
        if self.state is not None:
            self.state |= {local}


def finish_chain(chain: Expr) -> Expr:
    """End a chain of `?.`: where it was skipped the value is null, so a value type gets a `?`."""
    inner = chain.run

    def run(f: Frame) -> Any:
        try:
            return inner(f)
        except ChainSkippedError:
            return None

    of = chain.type
    if of is not None and of.is_value and not of.is_nullable:
        of = LIBRARY.nullable(of)
    return Expr(of, run, origin=chain.origin)


def merge(first: State, second: State) -> State:
    """Return the state where two ways meet."""
    if first is None or second is None:
        return second if first is None else first
    return first & second


def context_value() -> Expr:
    """Return the one name every expression starts with."""
    return Expr(CONTEXT, lambda f: f[0].context)
