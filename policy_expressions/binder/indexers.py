"""Indexers: `a[i]`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Optional

from policy_expressions.binder.arguments import bind_argument
from policy_expressions.binder.calls import call_step
from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import Expr, Frame, Place, Runner, TypeName, onward
from policy_expressions.binder.forms import Argument, Form, Members
from policy_expressions.binder.mismatches import mismatch
from policy_expressions.binder.overloads import choose, runners
from policy_expressions.errors import CompileError, null_reference
from policy_expressions.library import INT, LIBRARY
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


def bind_element_access(binder: Binder, node: Node, receiver: Expr, called: bool) -> Expr:
    """Bind `a[i]`."""
    found = bind_index(binder, receiver, node["subscript"])
    found.chained = receiver.chained
    return found


def bind_index(binder: Binder, receiver: Expr, node: Node) -> Expr:
    """Bind the index that a list of arguments is to a receiver."""
    if receiver.type is None or isinstance(receiver, TypeName):
        what = "type" if isinstance(receiver, TypeName) else receiver.shown
        text = f"Cannot apply indexing with [] to an expression of type '{what}'"
        raise CompileError("CS0021", text)
    arguments = [bind_argument(binder, child) for child in node.children]
    form = _indexer(receiver, arguments, "")
    if form is None:
        raise _no_index(receiver.type, arguments)
    binder.usage.member(form.owner, form.member, node)
    setter = _indexer(receiver, arguments, "set")
    step = call_step(form.member, form.returns, form.owner, runners(form, arguments))
    found = onward(receiver, form.returns, step)
    found.place = _index_place(receiver.run, form, setter, arguments) if setter else None
    if setter is None:
        types = ", ".join(map(str, form.parameters))
        found.read_only = f"{form.owner}.this[{types}]"
    return found


def _no_index(of: Type, arguments: list[Argument]) -> Exception:
    if of.definition.name == "[]" and len(arguments) == 1 and arguments[0].expr.type is not None:
        to_type(arguments[0].expr, INT)
    known = [m for owner in LIBRARY.ancestors(of) for m in _indexers(owner, "")]
    if known:
        return mismatch("this[]", of, known, arguments)
    text = f"Cannot apply indexing with [] to an expression of type '{of}'"
    return CompileError("CS0021", text)


def _indexers(of: Type, flag: str) -> Members:
    return [(of, m) for m in of.definition.named("this") if m.flag == flag]


def _indexer(receiver: Expr, arguments: list[Argument], flag: str) -> Optional[Form]:
    for owner in LIBRARY.ancestors(receiver.value_type):
        members = _indexers(owner, flag)
        form = choose(owner, "this[]", members, arguments) if members else None
        if form is not None:
            return form
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
