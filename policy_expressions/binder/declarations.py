"""Declarations: `int a = 1, b;`, `var x = ...`, `const int k = 5;`, `using (...)`, `(a, b) = c`."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.binder.arrays import array_of
from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import MISSING, Expr, Frame, Runner
from policy_expressions.binder.statements import ignored, must_be_disposable, sequence
from policy_expressions.errors import CompileError, UnsupportedError
from policy_expressions.syntax.newer import newer
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


def bind_local_declaration(binder: Binder, node: Node) -> Runner:
    """Bind a declaration as a statement."""
    return bind_variables(binder, node["variables"], is_const="const" in node.tokens)


def bind_variables(binder: Binder, node: Node, is_const: bool = False) -> Runner:
    """Bind `int a = 1, b`."""
    of_node, variables = node["type"], node.all("variable")
    of = None if of_node.kind == "implicit_type" else binder.type(of_node)
    if of is None and len(variables) > 1:
        text = "Implicitly-typed variables cannot have multiple declarators"
        raise CompileError("CS0819", text)
    return sequence([_variable(binder, child, of, is_const) for child in variables])


def _variable(binder: Binder, node: Node, of: Optional[Type], is_const: bool) -> Runner:
    name, given = node["name"], node.get("value")
    if name.kind == "tuple_pattern":
        return _parted(binder, name, given)
    if given is None:
        return _unassigned(binder, name, of)
    if given.kind == "initializer_expression":
        value = array_of(binder, _array_type(of), given)
    else:
        value = binder.value(given)
    known = of if of is not None else value.value_type
    converted = to_type(value, known)
    if is_const:
        if converted.constant is MISSING:
            if given.kind == "interpolated_string_expression":
                raise newer("constant interpolated strings")
            text = f"The expression being assigned to '{name.name}' must be constant"
            raise CompileError("CS0133", text)
        binder.declare(name, known, value=converted.constant)
        return lambda f: None
    local = binder.declare(name, known)
    local.names = value.names
    return store(local.slot, converted.run)


def _array_type(of: Optional[Type]) -> Type:
    if of is None:
        text = "Cannot initialize an implicitly-typed variable with an array initializer"
        raise CompileError("CS0820", text)
    if of.kind != "array":
        text = "Can only use array initializer expressions to assign to array types. Try using a "
        raise CompileError("CS0622", f"{text}new expression instead.")
    return of


def _unassigned(binder: Binder, name: Node, of: Optional[Type]) -> Runner:
    if of is None:
        raise CompileError("CS0818", "Implicitly-typed variables must be initialized")
    slot, default = binder.declare(name, of, assigned=False).slot, of.default

    def prepare(f: Frame) -> None:
        f[slot] = [default]

    return prepare


def store(slot: int, run: Runner) -> Runner:
    """Return a step that puts a value into a fresh cell."""

    def store(f: Frame) -> None:
        f[slot] = [run(f)]

    return store


def _parted(binder: Binder, names: Node, given: Optional[Node]) -> Runner:
    """Bind `var (a, b) = c` of a tuple."""
    if given is None:
        raise CompileError("CS8112", "A deconstruction must have an initializer")
    value = binder.value(given)
    types = tuple_types(value, len(names.children))
    slots = [binder.declare(n, of).slot for n, of in zip(names.children, types)]
    run = value.run

    def part(f: Frame) -> None:
        for slot, item in zip(slots, run(f).items):
            f[slot] = [item]

    return part


def tuple_types(value: Expr, count: int) -> tuple[Type, ...]:
    """Return the types of a tuple that is parted into so many. Raises UnsupportedError."""
    of = value.value_type
    if of.definition.name != "ValueTuple" or len(of.arguments) != count:
        reason = f"only a tuple of {count} can be parted into {count} variables"
        raise UnsupportedError(f"{of.definition.name}.Deconstruct", reason)
    return of.arguments


def bind_using(binder: Binder, node: Node) -> Runner:
    """Bind `using (var x = ...)`: nothing here holds what would have to be released."""
    binder.scopes.append({})
    resource = node["resource"]
    if resource.kind == "variable_declaration":
        first = bind_variables(binder, resource)
        for variable in resource.all("variable"):
            local: Any = binder.lookup(variable["name"].name)
            must_be_disposable(local.type)
            local.fixed = "using variable"
    else:
        value = binder.value(resource)
        must_be_disposable(value.value_type)
        first = ignored(value.run)
    body = binder.bind_statement(node["body"])
    binder.scopes.pop()
    return sequence([first, body])
