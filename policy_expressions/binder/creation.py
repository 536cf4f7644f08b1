"""Everything else `new` makes: objects with arguments and initializers, anonymous ones, tuples."""

from __future__ import annotations

from typing import Any

from policy_expressions.binder.arguments import bind_arguments
from policy_expressions.binder.calls import call_step, static_call
from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import Expr, Frame, Runner
from policy_expressions.binder.forms import Argument
from policy_expressions.binder.indexers import bind_index
from policy_expressions.binder.members import bind_access
from policy_expressions.binder.mismatches import mismatch
from policy_expressions.binder.overloads import choose, runners
from policy_expressions.errors import CompileError, UnsupportedError
from policy_expressions.library import LIBRARY
from policy_expressions.runtime.records import Anonymous, Tuple
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type


def bind_new(binder: Binder, node: Node) -> Expr:
    """Bind `new T(...) { ... }`."""
    of = binder.type(node["type"])
    arguments = bind_arguments(binder, node.get("arguments"))
    if of.kind == "delegate":
        if len(arguments) != 1:
            raise CompileError("CS0149", "Method name expected")
        return to_type(arguments[0].expr, of)
    members = [(of, m) for m in of.definition.named("new")]
    form = choose(of, "new", members, arguments)
    if form is None:
        if of.kind == "interface":
            text = f"Cannot create an instance of the abstract type or interface '{of}'"
            raise CompileError("CS0144", text)
        if not members:
            raise UnsupportedError(f"new {of}", "this type cannot be made with new here")
        raise mismatch("new", of, members, arguments)
    binder.usage.member(of, form.member, node)
    create = static_call(form.member, of, runners(form, arguments))
    initializer = node.get("initializer")
    if initializer is None:
        return Expr(of, create)
    return _initialized(binder, of, create, initializer)


def _initialized(binder: Binder, of: Type, create: Runner, node: Node) -> Expr:
    """Bind `{ ... }` after `new`: items to add, or members and indexes to set."""
    slot = binder.hidden_slot()
    target = Expr(of, lambda f: f[slot][0])
    steps: list[Runner] = []
    for child in node.children:
        if child.kind == "assignment_expression":
            steps.append(_member_set(binder, target, child))
        else:
            items = child.children if child.kind == "initializer_expression" else (child,)
            steps.append(_addition(binder, target, [binder.value(item) for item in items]))

    def run(f: Frame) -> Any:
        made = create(f)
        outer, f[slot] = f[slot], [made]
        for step in steps:
            step(f)
        f[slot] = outer
        return made

    return Expr(of, run)


def _member_set(binder: Binder, target: Expr, node: Node) -> Runner:
    left = node["left"]
    if left.kind == "bracketed_argument_list":
        member = bind_index(binder, target, left)
    else:
        member = _member(binder, target, left)
    if member.place is None:
        name = member.read_only or left.text
        text = f"Property or indexer '{name}' cannot be assigned to -- it is read only"
        raise CompileError("CS0200", text)
    if node["right"].kind == "initializer_expression":
        raise UnsupportedError("nested initializer", "make the inner object with new")
    where, value = member.place, to_type(binder.value(node["right"]), member.value_type).run
    return lambda f: where(f)[1](value(f))


def _member(binder: Binder, target: Expr, node: Node) -> Expr:
    try:
        return bind_access(binder, target, node, called=False)
    except CompileError as refusal:
        if refusal.code != "CS1061":
            raise
        text = f"'{target.type}' does not contain a definition for '{node.text}'"
        raise CompileError("CS0117", text) from None


def _addition(binder: Binder, target: Expr, items: list[Expr]) -> Runner:
    of, arguments = target.value_type, [Argument(item) for item in items]
    known = [(o, m) for o in LIBRARY.ancestors(of) for m in o.definition.named("Add")]
    if not known:
        text = f"Cannot initialize type '{of}' with a collection initializer because it does not"
        raise CompileError("CS1922", f"{text} implement 'System.Collections.IEnumerable'")
    for owner in dict.fromkeys(owner for owner, _ in known):
        form = choose(owner, "Add", [entry for entry in known if entry[0] is owner], arguments)
        if form is not None:
            step = call_step(form.member, form.returns, owner, runners(form, arguments))
            return lambda f: step(f, target.run(f))
    raise mismatch("Add", of, known, arguments)


def bind_anonymous(binder: Binder, node: Node) -> Expr:
    """Bind `new { a = 1, b.C }`."""
    names: list[str] = []
    values: list[Expr] = []
    for member in node.children:
        names.append(_member_name(member))
        value = binder.value(member["value"])
        if value.type is None:
            text = f"Cannot assign {value.shown} to anonymous type property"
            raise member.source.at(member.start, CompileError("CS0828", text))
        values.append(value)
    of = LIBRARY.anonymous(tuple(names), tuple(v.value_type for v in values))
    runs = [value.run for value in values]
    fields = tuple(names)
    return Expr(of, lambda f: Anonymous(of, fields, [run(f) for run in runs]))


def _member_name(node: Node) -> str:
    """Return the name a member of an anonymous object is given, or takes over from its value."""
    named = node.get("name")
    if named is not None:
        return named.name
    value = node["value"]
    if value.kind == "conditional_access_expression":
        value = value["binding"]
    last = value.get("name") or value
    if last.kind != "identifier":
        text = "Invalid anonymous type member declarator. Anonymous type members must be declared "
        raise CompileError(
            "CS0746", f"{text}with a member assignment, simple name or member access."
        )
    return last.name


def bind_tuple(binder: Binder, node: Node) -> Expr:
    """Bind `(a, b)`, its items perhaps named."""
    items = [binder.value(child["value"]) for child in node.children]
    names = tuple(_item_name(child) for child in node.children)
    of = LIBRARY.generic("ValueTuple", tuple(item.value_type for item in items))
    runs = [item.run for item in items]
    return Expr(of, lambda f: Tuple(of, [run(f) for run in runs]), names=names)


def _item_name(argument: Node) -> str:
    """Return the name of an item, its own or that of what it takes; empty for others."""
    last = argument.get("name") or argument["value"].get("name") or argument["value"]
    return last.name if last.kind == "identifier" else ""
