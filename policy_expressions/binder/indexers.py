"""Indexers: `a[i]`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Optional

from policy_expressions.binder.arguments import bind_argument
from policy_expressions.binder.calls import call_runner
from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import (
    Binder,
    Expr,
    Frame,
    Place,
    Runner,
    TypeName,
    expression,
)
from policy_expressions.binder.forms import Argument, Form, Members
from policy_expressions.binder.overloads import choose, mismatch, runners
from policy_expressions.errors import CompileError, null_reference
from policy_expressions.library import INT, LIBRARY
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


@expression("element_access_expression")
def bind_element_access(binder: Binder, node: Node) -> Expr:
    """Bind `a[i]`."""
    receiver = binder.bind_chain(node["expression"])
    found = index(binder, receiver, node["subscript"])
    found.chained = receiver.chained
    return found


def index(binder: Binder, receiver: Expr, node: Node) -> Expr:
    if receiver.type is None or isinstance(receiver, TypeName):
        raise CompileError("CS0021", "Cannot apply indexing with [] to this expression")
    arguments = [
        bind_argument(binder, child) for child in node.children if child.kind == "argument"
    ]
    found = _indexer(receiver, arguments, "")
    if found is None:
        if receiver.type.definition.name == "[]" and arguments[0].expr.type is not None:
            to_type(arguments[0].expr, INT)
        known = [m for of in LIBRARY.ancestors(receiver.type) for m in _indexers(of, "")]
        if not known:
            text = f"Cannot apply indexing with [] to an expression of type '{receiver.type}'"
            raise CompileError("CS0021", text)
        raise mismatch("this[]", receiver.type, known, arguments)
    form, run = found
    binder.usage.member(form.owner, form.member, binder.line)
    setter = _indexer(receiver, arguments, "set")
    place = _index_place(receiver.run, form, setter[0], arguments) if setter else None
    types = ", ".join(map(str, form.parameters))
    name = f"{form.owner}.this[{types}]"
    return Expr(form.returns, run, place=place, read_only="" if place else name)


def _indexers(of: Type, flag: str) -> Members:
    return [(of, m) for m in of.definition.named("this") if m.flag == flag]


def _indexer(receiver: Expr, arguments: list[Argument], flag: str) -> Optional[tuple[Form, Runner]]:
    for owner in LIBRARY.ancestors(receiver.value_type):
        members = _indexers(owner, flag)
        form = choose(owner, "this[]", members, arguments) if members else None
        if form is not None:
            given = runners(form, arguments)
            return form, call_runner(form.member, form.returns, receiver.run, given)
    return None


def _index_place(target: Runner, form: Form, setter: Form, arguments: list[Argument]) -> Place:
    indexes = runners(setter, arguments)
    get = form.member.implementation
    put = setter.member.implementation

    def place(f: Frame) -> tuple[Callable[[], Any], Callable[[Any], None]]:
        value = target(f)
        if value is None:
            raise null_reference()
        keys = [index(f) for index in indexes]
        return partial(get, value, *keys), partial(put, value, *keys)

    return place
