"""Statements. A bound statement returns None when it ends normally, else a signal:
BREAK, CONTINUE, or a tuple of one item, the value returned.
"""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import (
    Binder,
    Frame,
    Runner,
    merge,
    statement,
)
from policy_expressions.binder.lambdas import LocalFunction
from policy_expressions.binder.objects import array_of
from policy_expressions.binder.operators import branches
from policy_expressions.errors import (
    CompileError,
    UnsupportedError,
)
from policy_expressions.library import BOOL, VOID
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.parser import ONLY_CALLS
from policy_expressions.types.model import Type

BREAK, CONTINUE = object(), object()


_ACTIONS = (
    "assignment_expression",
    "invocation_expression",
    "postfix_unary_expression",
    "increment",
    "conditional_access_expression",
    "object_creation_expression",
    "await_expression",
)


@statement("block")
def bind_block(binder: Binder, node: Node) -> Runner:
    """Bind `{ ... }`: local functions are known in all of it."""
    binder.scopes.append({})
    for child in node.children:
        if child.kind == "local_function_statement":
            binder.scopes[-1][child["name"].text] = LocalFunction(binder, child)
    found = sequence([binder.bind_statement(child) for child in node.children])
    binder.scopes.pop()
    return found


def sequence(steps: list[Runner]) -> Runner:
    """Run steps in order until one gives a signal."""
    if len(steps) == 1:
        return steps[0]

    def run(f: Frame) -> Any:
        for step in steps:
            signal = step(f)
            if signal is not None:
                return signal
        return None

    return run


@statement("empty_statement")
def bind_empty(binder: Binder, node: Node) -> Runner:
    """Bind `;`."""
    return lambda f: None


@statement("expression_statement")
def bind_expression_statement(binder: Binder, node: Node) -> Runner:
    """Bind a call, an assignment or an increment as a statement."""
    inner = node.children[0]
    if inner.kind not in _ACTIONS:
        raise CompileError("CS0201", ONLY_CALLS)
    run = binder.bind(inner).run

    def act(f: Frame) -> None:
        run(f)

    return act


@statement("local_declaration_statement", "variable_declaration")
def bind_declaration(binder: Binder, node: Node) -> Runner:
    """Bind `int a = 1, b;`, `var x = ...`, `const int k = 5;`."""
    if "using" in node.tokens or any(c.text == "using" for c in node.children):
        node = node.children[-1]
    is_const = any(child.kind == "modifier" and child.text == "const" for child in node.children)
    listed = node.only("variable_declaration") or node
    of_node = listed["type"]
    of = None if of_node.kind == "implicit_type" else binder.type(of_node)
    found = []
    for declarator in listed.children:
        if declarator.kind == "variable_declarator":
            found.append(_declarator(binder, declarator, of, is_const))
    return sequence(found)


def _declarator(binder: Binder, node: Node, of: Optional[Type], is_const: bool) -> Runner:
    if node.only("tuple_pattern") or node.get("name") is None:
        raise UnsupportedError("deconstruction", "declare one variable at a time")
    name = node["name"].text
    rest = [child for child in node.children if child is not node["name"]]
    if not rest:
        if of is None:
            raise CompileError("CS0818", "Implicitly-typed variables must be initialized")
        slot = binder.declare(name, of, assigned=False).slot
        default = of.default

        def prepare(f: Frame) -> None:
            f[slot] = [default]

        return prepare
    if of is not None and rest[-1].kind == "initializer_expression":
        value = array_of(binder, of, rest[-1])
    else:
        value = binder.value(rest[-1])
    if of is None:
        of = value.value_type
    value_expr = to_type(value, of)
    if is_const:
        binder.declare(name, of, value=value_expr.constant)
        return lambda f: None
    local = binder.declare(name, of)
    local.names = value.names
    return store(local.slot, value_expr.run)


def store(slot: int, run: Runner) -> Runner:
    def store(f: Frame) -> None:
        f[slot] = [run(f)]

    return store


@statement("return_statement")
def bind_return(binder: Binder, node: Node) -> Runner:
    """Bind `return x;`: converted to what the function returns."""
    function = binder.functions[-1]
    if not node.children:
        if function.returns is not None and function.returns is not VOID:
            text = f"An object of a type convertible to '{function.returns}' is required"
            raise CompileError("CS0126", text)
        binder.state = None
        return lambda f: (None,)
    value = binder.value(node.children[0])
    if function.returns is not None and function.returns is not VOID:
        value = to_type(value, function.returns)
    function.results.append(value)
    binder.state = None
    run = value.run
    return lambda f: (run(f),)


@statement("if_statement")
def bind_if(binder: Binder, node: Node) -> Runner:
    """Bind `if` and `else`; variables of the condition live on in the block around it."""
    test = to_type(binder.value(node["condition"]), BOOL)
    when_true, when_false = branches(binder, test)
    binder.state = when_true
    yes = binder.bind_statement(node["consequence"])
    after, binder.state = binder.state, when_false
    otherwise = node.get("alternative")
    no = binder.bind_statement(otherwise) if otherwise else None
    binder.state = merge(after, binder.state)
    condition = test.run
    if no is None:
        return lambda f: yes(f) if condition(f) else None
    other = no
    return lambda f: yes(f) if condition(f) else other(f)


def ignored(run: Runner) -> Runner:
    def act(f: Frame) -> None:
        run(f)

    return act


@statement("using_statement")
def bind_using(binder: Binder, node: Node) -> Runner:
    """Bind `using (var x = ...)`: nothing here holds what would have to be released."""
    binder.scopes.append({})
    steps = [
        bind_declaration(binder, child)
        if child.kind == "variable_declaration"
        else binder.bind_statement(child)
        if child is node["body"]
        else ignored(binder.value(child).run)
        for child in node.children
    ]
    binder.scopes.pop()
    return sequence(steps)


@statement("checked_statement")
def bind_checked_statement(binder: Binder, node: Node) -> Runner:
    """Bind `checked { ... }` and `unchecked { ... }`."""
    outer, binder.checked = binder.checked, node.tokens[0] == "checked" or None
    found = binder.bind_statement(node.children[0])
    binder.checked = outer
    return found


@statement("lock_statement")
def bind_lock(binder: Binder, node: Node) -> Runner:
    """Bind `lock (x) ...`: an expression runs alone."""
    held = ignored(binder.value(node.children[0]).run)
    return sequence([held, binder.bind_statement(node.children[1])])
