"""Names, member access, indexers and calls: everything that leads into the member tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Optional

from policy_expressions.binder.arguments import bind_arguments
from policy_expressions.binder.calls import call_runner
from policy_expressions.binder.conversions import to_type
from policy_expressions.binder.core import (
    MISSING,
    Binder,
    ChainSkippedError,
    Expr,
    Frame,
    Local,
    Place,
    Runner,
    TypeName,
    constant,
    context_value,
    expression,
)
from policy_expressions.binder.flows import RESPONSE
from policy_expressions.binder.indexers import index
from policy_expressions.binder.inference import delegate_of
from policy_expressions.binder.methods import MethodGroup, on_receiver
from policy_expressions.errors import CompileError, UnsupportedError, null_reference
from policy_expressions.library import CONTEXT, LIBRARY, STRING
from policy_expressions.syntax.node import Node
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import Declaration


@expression("identifier", "generic_name", "predefined_type", "alias_qualified_name")
def bind_name(binder: Binder, node: Node) -> Expr:
    """Bind a name: a local, `context`, a type or a namespace."""
    name = node.text
    found = binder.lookup(name) if node.kind == "identifier" else None
    if isinstance(found, Local):
        return local_value(binder, found)
    if isinstance(found, Expr):
        return found
    if name == "context":
        return context_value()
    simple = name.replace("global::", "")
    if node.kind == "identifier" and LIBRARY.find(simple) is None:
        if LIBRARY.is_namespace(simple):
            return TypeName(None, simple)
        if not simple[:1].isupper():
            text = f"The name '{name}' does not exist in the current context"
            raise CompileError("CS0103", text)
    if name == "global::System":
        return TypeName(None, simple)
    return TypeName(binder.type(node), simple)


def local_value(binder: Binder, local: Local) -> Expr:
    """Bind the use of a local. Raises CompileError when it is not assigned yet."""
    if local.constant is not MISSING:
        return constant(local.type, local.constant)
    if binder.state is not None and local not in binder.state:
        raise CompileError("CS0165", f"Use of unassigned local variable '{local.name}'")
    slot = local.slot

    def place(f: Frame) -> tuple[Callable[[], Any], Callable[[Any], None]]:
        cell = f[slot]
        return partial(cell.__getitem__, 0), partial(cell.__setitem__, 0)

    return Expr(
        local.type,
        lambda f: f[slot][0],
        place=place,
        local=local,
        names=local.names,
        holds=frozenset((local,)),
    )


@expression("member_access_expression")
def bind_member_access(binder: Binder, node: Node) -> Expr:
    """Bind `a.b`; a may be a value, a type or a namespace."""
    return _member(binder, node, called=False)


def _member(binder: Binder, node: Node, called: bool) -> Expr:
    receiver = binder.bind_chain(node["expression"])
    if isinstance(receiver, TypeName) and receiver.type is None:
        name = f"{receiver.name}.{node['name'].text}"
        if LIBRARY.is_namespace(name):
            return TypeName(None, name)
        of = LIBRARY.type(name)
        binder.usage.type(of, node.line)
        return TypeName(of, name)
    return bind_access(binder, receiver, node, called)


def bind_access(binder: Binder, receiver: Expr, node: Node, called: bool = False) -> Expr:
    """Bind what follows a receiver: `.b`, `[i]`, and both after a `?`.

    called: arguments follow, so only a method or a delegate is meant.
    """
    if node.kind == "element_binding_expression":
        return index(binder, receiver, node)
    name_node = node["name"]
    name, explicit_types = name_node.text, []
    if name_node.kind == "generic_name":
        name = name_node.children[0].text
        explicit_types = [binder.type(n) for n in name_node.children[1].children]
    if receiver.type is None:
        text = f"Operator '.' cannot be applied to operand of type '{receiver.shown}'"
        raise CompileError("CS0023", text)
    if name in receiver.names:
        name = f"Item{receiver.names.index(name) + 1}"
    static = isinstance(receiver, TypeName)
    found = _property(binder, receiver, name, static)
    if found is not None and called and delegate_of(found.value_type) is None:
        found = None
    if found is None:
        group = MethodGroup(binder, node, receiver, name, explicit_types)
        if not group.levels():
            raise _no_member(receiver.type, name, static)
        found = group
    found.chained = receiver.chained
    return found


def _no_member(of: Type, name: str, static: bool) -> Exception:
    others = {name for owner in LIBRARY.ancestors(of) for name in owner.definition.others}
    if of.definition.sealed and name not in others:
        if static:
            text = f"'{of}' does not contain a definition for '{name}'"
            return CompileError("CS0117", text)
        return CompileError(
            "CS1061",
            f"'{of}' does not contain a definition for '{name}' and no accessible extension method "
            f"'{name}' accepting a first argument of type '{of}' could be found "
            "(are you missing a using directive or an assembly reference?)",
        )
    return UnsupportedError(
        f"{of.definition.name}.{name}",
        "this member is not supported: see docs/expressions.md for those that are",
    )


def _property(binder: Binder, receiver: Expr, name: str, static: bool) -> Optional[Expr]:
    of = receiver.value_type
    for owner in LIBRARY.holders(of):
        found = [m for m in owner.definition.named(name) if m.parameters is None]
        getter = next((m for m in found if m.flag != "set"), None)
        if getter is None:
            continue
        returns = LIBRARY.resolve(getter.returns, LIBRARY.scope(owner))
        if static != (getter.flag == "static"):
            text = f"An object reference is required for '{of}.{name}', or none may stand there"
            raise CompileError("CS0120", text)
        binder.usage.member(owner, getter, binder.line)
        function = getter.implementation
        if static:
            if not callable(function):
                return constant(returns, function)
            return Expr(returns, call_runner(getter, returns, None, []))
        if name == "Body":
            binder.flows.body_of(owner.name, receiver.holds or ())
        setter = next((m for m in found if m.flag == "set"), None)
        place = _property_place(receiver.run, getter, setter) if setter else None
        run = on_receiver(getter, returns, owner, receiver.run, [])
        read_only = "" if place else f"{owner}.{name}"
        return Expr(returns, run, place=place, read_only=read_only, holds=_held(owner, name))
    return None


def _held(owner: Type, name: str) -> Optional[frozenset[Any]]:
    """Return what a property gives of the objects that flows follow; None: what is in its owner."""
    if owner is CONTEXT:
        return frozenset((RESPONSE,) if name == "Response" else ())
    return frozenset() if owner.name == "IResponse" else None


def _property_place(target: Runner, getter: Declaration, setter: Declaration) -> Place:
    def place(f: Frame) -> tuple[Callable[[], Any], Callable[[Any], None]]:
        value = target(f)
        if value is None:
            raise null_reference()
        return partial(getter.implementation, value), partial(setter.implementation, value)

    return place


@expression("invocation_expression")
def bind_invocation(binder: Binder, node: Node) -> Expr:
    """Bind a call: of a method, a local function or a delegate."""
    function = node["function"]
    if function.text == "nameof" and binder.lookup("nameof") is None:
        argument = node["arguments"].children[0].children[-1]
        last = argument.get("name") or argument
        return constant(STRING, last.text.partition("<")[0])
    callee = _callee(binder, function)
    if isinstance(callee, MethodGroup):
        result = callee.call(bind_arguments(binder, node["arguments"]))
    elif callable(getattr(callee, "invoke", None)):
        result = callee.invoke(binder, bind_arguments(binder, node["arguments"]))  # type: ignore[attr-defined]
    else:
        result = _invoke_delegate(binder, callee, node)
    result.chained = callee.chained
    binder.flows.mix(binder.flows.seen, changeable(binder))
    return result


def changeable(binder: Binder) -> list[Local]:
    """Return the locals a call may have changed: an IResponse takes nothing in."""
    locals_ = [node for node in binder.flows.seen if isinstance(node, Local)]
    return [local for local in locals_ if local.type.name != "IResponse"]


def _callee(binder: Binder, node: Node) -> Expr:
    """Bind what stands before the arguments of a call."""
    if node.kind == "generic_name":
        name = node.children[0].text
        raise CompileError("CS0103", f"The name '{name}' does not exist in the current context")
    if node.kind == "member_access_expression":
        return _member(binder, node, called=True)
    if node.kind == "conditional_access_expression":
        return conditional_access(binder, node, called=True)
    return binder.bind_chain(node)


@expression("conditional_access_expression")
def bind_conditional_access(binder: Binder, node: Node) -> Expr:
    """Bind `a?.b` and `a?[b]`: what follows in the chain is skipped when a is null."""
    return conditional_access(binder, node, called=False)


def conditional_access(binder: Binder, node: Node, called: bool) -> Expr:
    """Bind `a?.b`, as what is called or as a value."""
    receiver = binder.bind_chain(node.children[0])
    if receiver.type is None or (receiver.type.is_value and not receiver.type.is_nullable):
        text = f"Operator '?' cannot be applied to operand of type '{receiver.shown}'"
        raise CompileError("CS0023", text)
    of = receiver.type.element if receiver.type.is_nullable else receiver.type
    inner = receiver.run

    def run(f: Frame) -> Any:
        value = inner(f)
        if value is None:
            raise ChainSkippedError
        return value

    target = Expr(of, run, origin=receiver.origin, holds=receiver.holds)
    found = bind_access(binder, target, node.children[-1], called)
    found.chained = True
    return found


def _invoke_delegate(binder: Binder, callee: Expr, node: Node) -> Expr:
    delegate = delegate_of(callee.type) if callee.type is not None else None
    if delegate is None or isinstance(callee, TypeName):
        raise CompileError("CS0149", "Method name expected")
    inputs, output = delegate
    arguments = bind_arguments(binder, node["arguments"])
    if len(arguments) != len(inputs):
        text = f"Delegate '{callee.type}' does not take {len(arguments)} arguments"
        raise CompileError("CS1593", text)
    binder.flows.called(binder.flows.seen)
    run = callee.run
    values = [to_type(a.expr, of).run for a, of in zip(arguments, inputs)]

    def call(f: Frame) -> Any:
        target = run(f)
        if target is None:
            raise null_reference()
        return target(*[value(f) for value in values])

    return Expr(output, call)
