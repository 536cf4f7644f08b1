"""Names and member access: everything that leads into the member tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Optional

from policy_expressions.binder.calls import call_step, static_call
from policy_expressions.binder.core import Binder
from policy_expressions.binder.exprs import (
    MISSING,
    ChainSkippedError,
    Expr,
    Frame,
    Local,
    Place,
    RangeVariable,
    Runner,
    TypeName,
    constant,
    onward,
)
from policy_expressions.binder.flows import RESPONSE
from policy_expressions.binder.indexers import bind_index
from policy_expressions.binder.inference import delegate_of
from policy_expressions.binder.methods import MethodGroup
from policy_expressions.binder.mismatches import wrong_receiver
from policy_expressions.errors import CompileError, UnsupportedError, null_reference
from policy_expressions.library import CONTEXT, LIBRARY, STRING
from policy_expressions.standing import missing
from policy_expressions.syntax.node import Node
from policy_expressions.types.known import is_known
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import Declaration

_MISSING_DIRECTIVE = "(are you missing a using directive or an assembly reference?)"


def bind_name(binder: Binder, node: Node) -> Expr:
    """Bind an identifier: a local, a local function, `context`, a type or a namespace."""
    name = node.name
    found = binder.lookup(name)
    if isinstance(found, Local):
        return local_value(binder, found)
    if isinstance(found, CompileError):
        raise found
    if isinstance(found, RangeVariable):
        return _range_variable(found)
    if isinstance(found, Expr):
        return found
    if name == "context":
        return Expr(CONTEXT, lambda f: f[0].context)
    if LIBRARY.find(name) is not None:
        return TypeName(binder.type(node), name)
    if LIBRARY.is_namespace(name):
        return TypeName(None, name)
    if any(name in names for names in binder.later):
        text = f"Cannot use local variable '{name}' before it is declared"
        raise CompileError("CS0841", text)
    if is_known(name):
        return TypeName(binder.type(node), name)
    raise CompileError("CS0103", f"The name '{name}' does not exist in the current context")


def bind_type_name(binder: Binder, node: Node) -> Expr:
    """Bind `List<int>`, `string` and `global::System` where a value could stand."""
    name = node.text.replace("global::", "")
    if LIBRARY.is_namespace(name):
        return TypeName(None, name)
    return TypeName(binder.type(node), name)


def _range_variable(found: RangeVariable) -> Expr:
    variable, record, at = found
    return Expr(
        variable.type,
        lambda f: f[record.slot][0].values[at],
        local=variable,
        holds=frozenset((record,)),
    )


def local_value(binder: Binder, local: Local) -> Expr:
    """Bind the use of a local. Raises CompileError when it is not assigned yet."""
    if local.constant is not MISSING:
        return constant(local.type, local.constant)
    if binder.state is not None and local not in binder.state:
        code, what = ("CS0269", "out parameter") if local.is_out else ("CS0165", "local variable")
        raise CompileError(code, f"Use of unassigned {what} '{local.name}'")
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


def bind_nameof(binder: Binder, node: Node) -> Expr:
    """Bind `nameof(a.b)`: the last name, as text."""
    argument = node.children[0]
    last = argument.get("name") or argument
    while last.kind == "generic_name":
        last = last.children[0]
    return constant(STRING, last.name)


def bind_this(binder: Binder, node: Node) -> Expr:
    """Refuse `this` and `base`: an expression is a static method."""
    if node.kind == "base_expression":
        raise CompileError("CS1511", "Keyword 'base' is not available in a static method")
    raise CompileError(
        "CS0026",
        "Keyword 'this' is not valid in a static property, static method, or static field "
        "initializer",
    )


def bind_member_access(binder: Binder, node: Node, receiver: Expr, called: bool) -> Expr:
    """Bind `a.b`; a may be a value, a type or a namespace."""
    if isinstance(receiver, TypeName) and receiver.type is None:
        return _in_namespace(binder, node, receiver)
    return bind_access(binder, receiver, node["name"], called)


def _in_namespace(binder: Binder, node: Node, receiver: TypeName) -> Expr:
    name = f"{receiver.name}.{' '.join(node['name'].text.split())}"
    if LIBRARY.is_namespace(name):
        return TypeName(None, name)
    of = LIBRARY.type(name)
    binder.usage.type(of, node)
    return TypeName(of, name)


def bind_conditional_access(binder: Binder, node: Node, receiver: Expr, called: bool) -> Expr:
    """Bind `a?.b` and `a?[b]`: what follows in the chain is skipped when a is null."""
    binder.must_be_value(node.children[0], receiver)
    if receiver.type is None or (receiver.type.is_value and not receiver.type.is_nullable):
        text = f"Operator '?' cannot be applied to operand of type '{receiver.shown}'"
        raise CompileError("CS0023", text)
    of = receiver.type.element if receiver.type.is_nullable else receiver.type
    target = onward(receiver, of, _present)
    target.holds = receiver.holds
    binding = node["binding"]
    if binding.kind == "element_binding_expression":
        found = bind_index(binder, target, binding)
    else:
        found = bind_access(binder, target, binding["name"], called)
    found.chained = True
    return found


def _present(f: Frame, value: Any) -> Any:
    if value is None:
        raise ChainSkippedError
    return value


def bind_access(binder: Binder, receiver: Expr, name_node: Node, called: bool) -> Expr:
    """Bind the member of a value or type that a name names.

    called: arguments follow, so only a method or a delegate is meant.
    """
    types: list[Type] = []
    if name_node.kind == "generic_name":
        types = [binder.type(n) for n in name_node.children[1].children]
        name_node = name_node.children[0]
    return bind_member(binder, receiver, name_node.name, name_node, types, called)


def bind_member(
    binder: Binder,
    receiver: Expr,
    name: str,
    node: Node,
    types: Sequence[Type] = (),
    called: bool = False,
) -> Expr:
    """Bind a member by its name, for a node that names it or stands for it."""
    if receiver.type is None:
        text = f"Operator '.' cannot be applied to operand of type '{receiver.shown}'"
        raise CompileError("CS0023", text)
    if name in receiver.names:
        name = f"Item{receiver.names.index(name) + 1}"
    static = isinstance(receiver, TypeName)
    found = _property(binder, receiver, name, node, static)
    value = found
    if found is not None and called and delegate_of(found.value_type) is None:
        found = None
    if found is None:
        group = MethodGroup(binder, node, receiver, name, list(types))
        if not group.levels() and node.source.is_implied:
            text = "Could not find an implementation of the query pattern for source type"
            raise CompileError("CS1936", f"{text} '{receiver.type}'.  '{name}' not found.")
        if not group.levels():
            raise _not_invocable(name) if value else _no_method(receiver.type, name, static)
        found = group
    found.chained = receiver.chained
    return found


def _not_invocable(name: str) -> CompileError:
    text = f"Non-invocable member '{name}' cannot be used like a method."
    return CompileError("CS1955", text)


def _no_method(of: Type, name: str, static: bool) -> Exception:
    """Return the refusal of a name that is no member, or stands on the wrong side of the dot."""
    for owner in LIBRARY.holders(of) if of.definition.sealed else ():
        members = owner.definition.named(name)
        if members and not members[0].is_extension:
            return _wrong_side(f"{owner}.{name}", static)
    return _no_member(of, name, static)


def _wrong_side(shown: str, static: bool) -> CompileError:
    if static:
        text = "An object reference is required for the non-static field, method, or property"
        return CompileError("CS0120", f"{text} '{shown}'")
    text = f"Member '{shown}' cannot be accessed with an instance reference"
    return CompileError("CS0176", f"{text}; qualify it with a type name instead")


def _no_member(of: Type, name: str, static: bool) -> Exception:
    wrong = None if static else wrong_receiver(of, name)
    if wrong is not None:
        return wrong
    others = {name for owner in LIBRARY.ancestors(of) for name in owner.definition.others}
    if (of.definition.sealed or of.kind == "enum") and name not in others:
        if static:
            text = f"'{of}' does not contain a definition for '{name}'"
            return CompileError("CS0117", text)
        return CompileError(
            "CS1061",
            f"'{of}' does not contain a definition for '{name}' and no accessible extension method "
            f"'{name}' accepting a first argument of type '{of}' could be found "
            f"{_MISSING_DIRECTIVE}",
        )
    return UnsupportedError(f"{of.definition.name}.{name}", missing(of.definition.full, name))


def _property(
    binder: Binder, receiver: Expr, name: str, node: Node, static: bool
) -> Optional[Expr]:
    of = receiver.value_type
    for owner in LIBRARY.holders(of):
        found = [m for m in owner.definition.named(name) if m.parameters is None]
        getter = next((m for m in found if m.flag != "set"), None)
        if getter is None:
            continue
        returns = LIBRARY.resolve(getter.returns, LIBRARY.scope(owner))
        if static != (getter.flag == "static"):
            raise _wrong_side(f"{of}.{name}", static)
        binder.usage.member(owner, getter, node)
        function = getter.implementation
        if static:
            if not callable(function):
                return constant(returns, function)
            return Expr(returns, static_call(getter, returns, []))
        if name in ("Body", "Foundry"):  # the model may stand in the request's body alone
            binder.flows.body_of(owner.name, receiver.holds or ())
        setter = next((m for m in found if m.flag == "set"), None)
        value = onward(receiver, returns, call_step(getter, returns, owner, []))
        value.place = _property_place(receiver.run, getter, setter) if setter else None
        value.read_only = "" if setter else f"{owner}.{name}"
        value.holds = _held(owner, name)
        return value
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
