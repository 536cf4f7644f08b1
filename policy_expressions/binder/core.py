"""The binder: finds the rule of each kind of syntax, keeps scopes and the flow of assignments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Optional

from policy_expressions.binder.exprs import (
    MISSING,
    ChainSkippedError,
    Expr,
    Frame,
    Local,
    Runner,
    State,
    TypeName,
)
from policy_expressions.binder.flows import Flows, can_hold
from policy_expressions.binder.usage import Usage
from policy_expressions.errors import (
    CompileError,
    ExpressionError,
    ExpressionWarning,
    UnsupportedError,
)
from policy_expressions.library import LIBRARY, VOID
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


class Rules(NamedTuple):
    """Which function binds which kind of node: the tables in rules.py.

    A step binds a node that goes on from its first child, which is bound already; called tells
    that arguments follow.
    """

    expressions: Mapping[str, Callable[[Binder, Node], Expr]]
    steps: Mapping[str, Callable[[Binder, Node, Expr, bool], Expr]]
    statements: Mapping[str, Callable[[Binder, Node], Runner]]


@dataclass
class Function:
    """A function body being bound: what its `return` wants, what it has returned so far."""

    returns: Optional[Type]  # None: to be inferred
    results: list[Expr]
    outs: Sequence[Local] = ()  # must be assigned where it ends


@dataclass
class Exit:
    """A loop or switch that `break` leaves: the states there, the `finally` blocks around it."""

    is_loop: bool
    finals: int
    states: list[State] = field(default_factory=list)


class Binder:
    """Binds one expression by the rules."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.scopes: list[dict[str, Any]] = [{}]
        self.functions: list[Function] = []
        self.slots = 1
        self.state: State = frozenset()
        self.checked: Optional[bool] = False  # see operations.operation
        self.flows = Flows()
        self.usage = Usage()
        self.later: list[set[str]] = []  # for each block around: the names it declares
        self.exits: list[Exit] = []  # the loops and switches around
        self.finals = 0  # `finally` blocks around, which nothing may leave
        self.caught: list[int] = []  # the slots of the exceptions of the catches around

    def bind(self, node: Node) -> Expr:
        """Bind an expression with a value; a chain of `?.` ends here."""
        found = self.bind_chain(node)
        return finish_chain(found) if found.chained else found

    def bind_chain(self, node: Node) -> Expr:
        """Bind an expression that may be the receiver of a longer chain, or a type name."""
        steps, chain = self.rules.steps, []
        while node.kind in steps:
            chain.append(node)
            node = node.children[0]
        handler = self.rules.expressions.get(node.kind)
        if handler is None:
            raise _unsupported(node, "expression")
        found = self._bound(node, handler)
        while chain:
            node = chain.pop()
            called = bool(chain) and chain[-1].kind == "invocation_expression"
            found = self._bound(node, steps[node.kind], found, called)
        return found

    def _bound(self, node: Node, handler: Callable[..., Expr], *given: Any) -> Expr:
        flows = self.flows
        outer, declared = flows.seen, flows.declared
        flows.seen, flows.declared = set(given[0].holds or ()) if given else set(), []
        try:
            found = handler(self, node, *given)
            held = flows.leave()
        except ExpressionError as refusal:
            node.source.at(node.place, refusal)
            raise
        finally:
            flows.seen, flows.declared = outer, declared
        found.node = found.node or node
        if found.holds is None:
            found.holds = held if found.type is None or can_hold(found.type) else frozenset()
        outer |= found.holds
        return found

    def bind_statement(self, node: Node) -> Runner:
        """Bind a statement to a function that returns None or a signal."""
        handler = self.rules.statements.get(node.kind)
        if handler is None:
            raise _unsupported(node, "statement")
        flows = self.flows
        outer, declared = flows.seen, flows.declared
        flows.seen, flows.declared = set(), []
        try:
            found = handler(self, node)
            flows.leave()
        except ExpressionError as refusal:
            node.source.at(node.place, refusal)
            raise
        finally:
            flows.seen, flows.declared = outer, declared
        return found

    def value(self, node: Node) -> Expr:
        """Bind an expression that must be a value: no type name, no call without a result."""
        found = self.bind(node)
        if found.type is VOID:
            raise node.source.at(node.place, _no_value(found))
        return self.must_be_value(node, found)

    def must_be_value(self, node: Node, found: Expr) -> Expr:
        """Return what was found for a node. Raises CompileError where it is a type's name."""
        if isinstance(found, TypeName):
            raise node.source.at(node.place, _no_value(found))
        return found

    def type(self, node: Node, void: bool = False) -> Type:
        """Return the type a type node names; void: whether it may be that."""
        try:
            of = LIBRARY.type(" ".join(node.text.split()))
            if of is VOID and not void:
                raise CompileError("CS1547", "Keyword 'void' cannot be used in this context")
            _refuse_nullable_references(node)
            self.usage.type(of, node)
        except ExpressionError as refusal:
            node.source.at(node.start, refusal)
            raise
        return of

    def warn(self, node: Node, code: str, message: str) -> None:
        """Tell of something that compiles but should not be."""
        warning = ExpressionWarning(code, message, *node.source.position(node.place))
        self.usage.warnings.append(warning)

    def declare(self, node: Node, of: Type, assigned: bool = True, value: Any = MISSING) -> Local:
        """Declare a local in the innermost scope, by the node of its name."""
        name = node.name
        if name in self.scopes[-1]:
            text = f"A local variable or function named '{name}' is already defined in this scope"
            raise node.source.at(node.start, CompileError("CS0128", text))
        if self.lookup(name) is not None or name == "context":
            text = (
                f"A local or parameter named '{name}' cannot be declared in this scope because "
                "that name is used in an enclosing local scope to define a local or parameter"
            )
            raise node.source.at(node.start, CompileError("CS0136", text))
        local = self.hidden(of, name, value)
        self.scopes[-1][name] = local
        if assigned:
            self.assign(local)
        return local

    def hidden(self, of: Type, name: str = "", value: Any = MISSING) -> Local:
        """Declare a local that no name leads to."""
        local = Local(name, of, self.hidden_slot(), value)
        self.flows.declared.append(local)
        return local

    def leave_function(self, function: Function) -> None:
        """Note that a function ends here. Raises CompileError for an `out` without a value."""
        for local in function.outs if self.state is not None else ():
            if local not in (self.state or ()):
                text = f"The out parameter '{local.name}' must be assigned to before control leaves"
                raise CompileError("CS0177", f"{text} the current method")

    def hidden_slot(self) -> int:
        """Return a slot for a value without a name."""
        self.slots += 1
        return self.slots - 1

    def lookup(self, name: str) -> Any:
        """Return the local or local function of that name, None when there is none."""
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), None)

    def assign(self, local: Local) -> None:
        """Note that the local is assigned from here on."""
        if self.state is not None:
            self.state |= {local}


def _refuse_nullable_references(node: Node) -> None:
    """Refuse `string?`: C# 7.3 has no nullable reference types."""
    if node.kind == "nullable_type":
        inner = node.children[0]
        if not LIBRARY.type(" ".join(inner.text.split())).is_value:
            raise node.source.at(inner.end, newer("nullable reference types"))
    for child in node.children:
        _refuse_nullable_references(child)


def _unsupported(node: Node, what: str) -> ExpressionError:
    name = node.kind.replace("_", " ")
    refusal = UnsupportedError(name, f"this C# {what} is not supported")
    return node.source.at(node.place, refusal)


def _no_value(found: Expr) -> CompileError:
    if isinstance(found, TypeName) and found.type is None:
        return CompileError("CS0118", f"'{found.name}' is a namespace but is used like a variable")
    if isinstance(found, TypeName):
        return CompileError("CS0119", f"'{found.name}' is a type, which is not valid here")
    return CompileError("CS0029", "Cannot implicitly convert type 'void' to 'object'")


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
    return Expr(of, run, node=chain.node, holds=chain.holds)
