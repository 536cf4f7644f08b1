"""Names, member access, indexers and calls: everything that leads into the member tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn, Optional

from lab_utils.gateway.expressions.binder.calls import call_runner
from lab_utils.gateway.expressions.binder.core import (
    MISSING,
    Binder,
    Expr,
    Frame,
    Local,
    Place,
    Runner,
    TypeName,
    Untyped,
    constant,
    context_value,
    expression,
)
from lab_utils.gateway.expressions.binder.overloads import (
    Argument,
    Form,
    OutVariable,
    choose,
    delegate_of,
    mismatch,
    runners,
)
from lab_utils.gateway.expressions.conversions import to_type
from lab_utils.gateway.expressions.failures import CompileError, UnsupportedError, null_reference
from lab_utils.gateway.expressions.library import INT, LIBRARY, STRING, VOID
from lab_utils.gateway.expressions.signatures import Declaration
from lab_utils.gateway.expressions.syntax import Node
from lab_utils.gateway.expressions.types import Type

Members = list[tuple[Type, Declaration]]


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

    return Expr(local.type, lambda f: f[slot][0], place=place, local=local, names=local.names)


@expression("member_access_expression")
def bind_member_access(binder: Binder, node: Node) -> Expr:
    """Bind `a.b`; a may be a value, a type or a namespace."""
    receiver = binder.bind_chain(node["expression"])
    if isinstance(receiver, TypeName) and receiver.type is None:
        name = f"{receiver.name}.{node['name'].text}"
        if LIBRARY.is_namespace(name):
            return TypeName(None, name)
        return TypeName(LIBRARY.type(name), name)
    return bind_access(binder, receiver, node)


def bind_access(binder: Binder, receiver: Expr, node: Node) -> Expr:
    """Bind what follows a receiver: `.b`, `[i]`, and both after a `?`."""
    if node.kind == "element_binding_expression":
        return _index(binder, receiver, node)
    name_node = node["name"]
    name, explicit_types = name_node.text, []
    if name_node.kind == "generic_name":
        name = name_node.children[0].text
        explicit_types = [binder.type(n) for n in name_node.children[1].children]
    if receiver.type is None:
        what = "lambda expression" if isinstance(receiver, Untyped) else "<null>"
        raise CompileError("CS0023", f"Operator '.' cannot be applied to operand of type '{what}'")
    if name in receiver.names:
        name = f"Item{receiver.names.index(name) + 1}"
    static = isinstance(receiver, TypeName)
    found = _property(binder, receiver, name, static)
    if found is None:
        group = MethodGroup(binder, node, receiver, name, explicit_types)
        if not group.levels():
            raise _no_member(receiver.type, name, static)
        found = group
    found.chained = receiver.chained
    return found


def _no_member(of: Type, name: str, static: bool) -> Exception:
    if of.definition.sealed:
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
    for owner in LIBRARY.ancestors(of):
        found = [m for m in owner.definition.named(name) if m.parameters is None]
        getter = next((m for m in found if m.flag != "set"), None)
        if getter is None:
            continue
        returns = LIBRARY.resolve(getter.returns, LIBRARY.scope(owner))
        if static != (getter.flag == "static"):
            text = f"An object reference is required for '{of}.{name}', or none may stand there"
            raise CompileError("CS0120", text)
        function = getter.implementation
        if static:
            if not callable(function):
                return constant(returns, function)
            return Expr(returns, call_runner(getter, returns, None, []))
        binder.used.add((owner.name, name, receiver.origin))
        setter = next((m for m in found if m.flag == "set"), None)
        place = _property_place(receiver.run, getter, setter) if setter else None
        run = call_runner(getter, returns, receiver.run, [])
        return Expr(returns, run, place=place, read_only="" if place else f"{owner}.{name}")
    return None


def _property_place(target: Runner, getter: Declaration, setter: Declaration) -> Place:
    def place(f: Frame) -> tuple[Callable[[], Any], Callable[[Any], None]]:
        value = target(f)
        if value is None:
            raise null_reference()
        return partial(getter.implementation, value), partial(setter.implementation, value)

    return place


class MethodGroup(Untyped):
    """A method without its arguments: called next, or given where a delegate is wanted."""

    def __init__(
        self, binder: Binder, node: Node, receiver: Expr, name: str, explicit_types: list[Type]
    ) -> None:
        super().__init__(node)
        self.binder = binder
        self.receiver = receiver
        self.name = name
        self.explicit_types = explicit_types

    def levels(self) -> list[Members]:
        """Return the candidates: those of the type, of its bases, then extension methods."""
        of = self.receiver.value_type
        static = isinstance(self.receiver, TypeName)
        found: list[Members] = []
        for owner in LIBRARY.ancestors(of):
            members = [
                (owner, m)
                for m in owner.definition.named(self.name)
                if m.parameters is not None
                and (m.flag == "static") == static
                and not m.is_extension
            ]
            if members:
                found.append(members)
        if static:
            own = [m for m in of.definition.named(self.name) if m.is_extension]
            found.append([(of, m) for m in own])
        else:
            extensions = LIBRARY.extensions(self.name)
            found.append([(LIBRARY.make(d), m) for d, m in extensions])
        return [level for level in found if level]

    def call(self, arguments: list[Argument]) -> Expr:
        """Bind the call with these arguments."""
        of = self.receiver.value_type
        this = Argument(Expr(of, self.receiver.run, constant=self.receiver.constant))
        levels = self.levels()
        for level in levels:
            extends = level[0][1].is_extension and not isinstance(self.receiver, TypeName)
            given = [this, *arguments] if extends else arguments
            form = choose(of, self.name, level, given, self.explicit_types)
            if form is not None:
                target = (
                    None if extends or isinstance(self.receiver, TypeName) else self.receiver.run
                )
                return _finish(self.binder, form, given, target)
        level = levels[0]
        if level[0][1].is_extension and not isinstance(self.receiver, TypeName):
            arguments = [this, *arguments]
        raise mismatch(self.name, of, level, arguments)

    def to_delegate(self, target: Type) -> Optional[Expr]:
        """Return the method as that delegate."""
        delegate = delegate_of(target)
        if delegate is None:
            return None
        cells: list[list[Any]] = [[None] for _ in delegate[0]]
        inputs = [
            Argument(Expr(of, partial(lambda cell, f: cell[0], cell)))
            for of, cell in zip(delegate[0], cells)
        ]
        try:
            called = self.call(inputs)
            result = to_type(called, delegate[1]) if delegate[1] is not VOID else called
        except (CompileError, UnsupportedError):
            return None
        run = result.run

        def make(f: Frame) -> Any:
            def invoke(*values: Any) -> Any:
                for cell, value in zip(cells, values):
                    cell[0] = value
                return run(f)

            return invoke

        return Expr(target, make)

    def result(self, parameters: list[Type]) -> Optional[Type]:
        """Return what the method gives for arguments of these types."""
        inputs = [Argument(Expr(of, self.receiver.run)) for of in parameters]
        try:
            return self.call(inputs).type
        except (CompileError, UnsupportedError):
            return None


def _finish(
    binder: Binder, form: Form, arguments: list[Argument], target: Optional[Runner]
) -> Expr:
    """Bind the chosen form."""
    pass_by_reference(binder, form, arguments)
    returns = form.returns
    return Expr(returns, call_runner(form.member, returns, target, runners(form, arguments)))


def pass_by_reference(binder: Binder, form: Form, arguments: list[Argument]) -> None:
    """Let `out` and `ref` arguments give their cell; what `out` declares exists from here on."""
    for index, argument in enumerate(arguments):
        if isinstance(argument.expr, OutVariable):
            argument.expr = _out_variable(binder, argument.expr, form.type_for(index))
        elif argument.modifier and argument.expr.local is not None:
            slot = argument.expr.local.slot
            binder.assign(argument.expr.local)
            argument.expr = Expr(argument.expr.type, partial(lambda slot, f: f[slot], slot))
        elif argument.modifier:
            raise UnsupportedError("ref argument", "pass a local variable")


def _out_variable(binder: Binder, variable: OutVariable, of: Type) -> Expr:
    name = variable.node.only("identifier") or variable.node.get("name")
    if variable.node.kind != "declaration_expression" or name is None or name.text == "_":
        return Expr(of, lambda f: [None])
    slot = binder.declare(name.text, of).slot

    def run(f: Frame) -> Any:
        f[slot] = [None]
        return f[slot]

    return Expr(of, run)


def bind_arguments(binder: Binder, node: Optional[Node]) -> list[Argument]:
    """Bind an argument list, with names and `out`."""
    return [_argument(binder, child) for child in (node.children if node else ())]


def _argument(binder: Binder, node: Node) -> Argument:
    name = node.get("name")
    value = node.children[-1]
    modifier = next((t for t in node.tokens if t in ("out", "ref")), "")
    if modifier == "out":
        if value.kind == "declaration_expression" or value.text == "_":
            variable = OutVariable(value)
            of = value.get("type")
            if of is not None and of.kind != "implicit_type":
                variable.declared = binder.type(of)
            return Argument(variable, modifier="out")
        local = binder.lookup(value.text)
        if isinstance(local, Local):
            state = binder.state
            binder.assign(local)
            expr = binder.value(value)
            binder.state = state
            return Argument(expr, name.text if name else "", "out")
    return Argument(binder.value(value), name.text if name else "", modifier)


@expression("invocation_expression")
def bind_invocation(binder: Binder, node: Node) -> Expr:
    """Bind a call: of a method, a local function or a delegate."""
    function = node["function"]
    if function.text == "nameof" and binder.lookup("nameof") is None:
        argument = node["arguments"].children[0].children[-1]
        last = argument.get("name") or argument
        return constant(STRING, last.text.partition("<")[0])
    callee = binder.bind_chain(function) if function.kind != "generic_name" else _unknown(function)
    if isinstance(callee, MethodGroup):
        result = callee.call(bind_arguments(binder, node["arguments"]))
    elif callable(getattr(callee, "invoke", None)):
        result = callee.invoke(binder, bind_arguments(binder, node["arguments"]))  # type: ignore[attr-defined]
    else:
        result = _invoke_delegate(binder, callee, node)
    result.chained = callee.chained
    return result


def _unknown(node: Node) -> NoReturn:
    name = node.children[0].text
    raise CompileError("CS0103", f"The name '{name}' does not exist in the current context")


def _invoke_delegate(binder: Binder, callee: Expr, node: Node) -> Expr:
    delegate = delegate_of(callee.type) if callee.type is not None else None
    if delegate is None or isinstance(callee, TypeName):
        raise CompileError("CS0149", "Method name expected")
    inputs, output = delegate
    arguments = bind_arguments(binder, node["arguments"])
    if len(arguments) != len(inputs):
        text = f"Delegate '{callee.type}' does not take {len(arguments)} arguments"
        raise CompileError("CS1593", text)
    run = callee.run
    values = [to_type(a.expr, of).run for a, of in zip(arguments, inputs)]

    def call(f: Frame) -> Any:
        target = run(f)
        if target is None:
            raise null_reference()
        return target(*[value(f) for value in values])

    return Expr(output, call)


@expression("element_access_expression")
def bind_element_access(binder: Binder, node: Node) -> Expr:
    """Bind `a[i]`."""
    receiver = binder.bind_chain(node["expression"])
    found = _index(binder, receiver, node["subscript"])
    found.chained = receiver.chained
    return found


def _index(binder: Binder, receiver: Expr, node: Node) -> Expr:
    if receiver.type is None or isinstance(receiver, TypeName):
        raise CompileError("CS0021", "Cannot apply indexing with [] to this expression")
    arguments = [_argument(binder, child) for child in node.children if child.kind == "argument"]
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
