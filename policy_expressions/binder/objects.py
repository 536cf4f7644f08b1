"""Literals, strings with holes, and everything `new` makes."""

from __future__ import annotations

from typing import Any, Optional

from policy_expressions.binder.arguments import bind_arguments
from policy_expressions.binder.calls import call_runner
from policy_expressions.binder.conversions import cast, common_type, to_type
from policy_expressions.binder.core import (
    Binder,
    Expr,
    Frame,
    Runner,
    Untyped,
    constant,
    expression,
)
from policy_expressions.binder.forms import Argument
from policy_expressions.binder.members import bind_access
from policy_expressions.binder.overloads import choose, mismatch, runners
from policy_expressions.errors import CompileError, UnsupportedError, overflow
from policy_expressions.library import EXCEPTION, INT, LIBRARY, STRING, TYPE
from policy_expressions.runtime.containers import Anonymous, Array, Tuple
from policy_expressions.runtime.formats import format_value, pad
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import units
from policy_expressions.syntax.node import Node, field
from policy_expressions.syntax.parser import literal, unescape
from policy_expressions.types.model import Type


@expression(
    "string_literal",
    "verbatim_string_literal",
    "character_literal",
    "boolean_literal",
    "integer_literal",
    "real_literal",
)
def bind_literal(binder: Binder, node: Node) -> Expr:
    """Bind a literal."""
    value = literal(node)
    return constant(LIBRARY.type_of(value), value)


@expression("null_literal")
def bind_null(binder: Binder, node: Node) -> Expr:
    """Bind `null`, which has no type."""
    found = constant(None, None)
    found.origin = "null"
    return found


@expression("default_expression")
def bind_default(binder: Binder, node: Node) -> Expr:
    """Bind `default(T)` and `default`."""
    of = node.get("type")
    if of is None:
        found = constant(None, None)
        found.origin = "default"
        return found
    return constant(binder.type(of), binder.type(of).default)


@expression("interpolated_string_expression")
def bind_interpolated(binder: Binder, node: Node) -> Expr:
    """Bind `$"..."`."""
    verbatim = "@" in node.text[:2]
    if node.text.startswith(('$"""', "$$")):
        raise UnsupportedError("raw string", 'write it as $"..."')
    parts: list[Runner] = []
    for child in node.children:
        if child.kind in ("string_content", "string_literal_content", "escape_sequence"):
            if "{{{" in child.text:
                raise UnsupportedError("{{{", "put the hole of the string apart from the brace")
            text = child.text.replace('""', '"') if verbatim else unescape(child.text)
            text = units(text.replace("{{", "{").replace("}}", "}"))
            parts.append(lambda f, text=text: text)  # type: ignore[misc]
        elif child.kind == "interpolation":
            parts.append(_hole(binder, child))

    def run(f: Frame) -> str:
        return f[0].weigh("".join([part(f) for part in parts]))  # type: ignore[no-any-return]

    return Expr(STRING, run, parts=parts)


def _hole(binder: Binder, node: Node) -> Runner:
    inner = next(c for c in node.children if not c.kind.startswith("interpolation"))
    value = binder.value(inner)
    if value.type is None and not value.is_null:
        raise UnsupportedError("interpolation", "a lambda cannot stand there")
    run = value.run
    align = node.only("interpolation_alignment_clause")
    form = node.only("interpolation_format_clause")
    width = 0
    if align is not None:
        width = to_type(binder.value(align.children[0]), INT).constant
    if form is None and not width:
        return lambda f: text_of(f[0], run(f))
    text = form.text[1:] if form else ""
    return lambda f: pad(f[0], format_value(f[0], run(f), text), width)


@expression("object_creation_expression")
def bind_new(binder: Binder, node: Node) -> Expr:
    """Bind `new T(...) { ... }`."""
    of = binder.type(node["type"])
    arguments = bind_arguments(binder, node.get("arguments"))
    if of.kind == "delegate":
        return to_type(arguments[0].expr, of)
    members = [(of, m) for m in of.definition.named("new")]
    form = choose(of, "new", members, arguments)
    if form is None:
        if not members:
            raise UnsupportedError(f"new {of}", "this type cannot be made with new here")
        raise mismatch("new", of, members, arguments)
    binder.usage.member(of, form.member, binder.line)
    create = call_runner(form.member, of, None, runners(form, arguments))
    initializer = node.get("initializer") or node.only("initializer_expression")
    if initializer is None:
        return Expr(of, create)
    return _initialized(binder, of, create, initializer)


def _initialized(binder: Binder, of: Type, create: Runner, node: Node) -> Expr:
    """Bind `{ ... }` after `new`: items to add, or members and indexes to set."""
    slot = binder.slots
    binder.slots += 1
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
    if left.kind == "element_binding_expression":
        place = bind_access(binder, target, left)
    else:
        place = bind_access(binder, target, field(left))
    if place.place is None:
        raise CompileError("CS0200", f"Property or indexer '{place.read_only}' is read only")
    where, value = place.place, to_type(binder.value(node["right"]), place.value_type).run
    return lambda f: where(f)[1](value(f))


def _addition(binder: Binder, target: Expr, items: list[Expr]) -> Runner:
    of = target.value_type
    for owner in LIBRARY.ancestors(of):
        members = [(owner, m) for m in owner.definition.named("Add")]
        arguments = [Argument(item) for item in items]
        form = choose(owner, "Add", members, arguments) if members else None
        if form is not None:
            return call_runner(form.member, form.returns, target.run, runners(form, arguments))
    raise CompileError("CS1922", f"Cannot initialize type '{of}' with a collection initializer")


@expression("array_creation_expression")
def bind_array(binder: Binder, node: Node) -> Expr:
    """Bind `new T[n]` and `new T[] { ... }`."""
    of = binder.type_text(_array_text(node["type"]))
    initializer = node.only("initializer_expression")
    if initializer is not None:
        return array_of(binder, of, initializer)
    rank = next(c for c in node["type"].children if c.kind == "array_rank_specifier")
    size = to_type(binder.value(rank.children[0]), INT).run
    default = of.element.default

    def run(f: Frame) -> Any:
        count = size(f)
        if count < 0:
            raise overflow()
        f[0].charge(count)
        if of.element.name == "byte":
            return bytearray(count)
        return Array(of, [default] * count)

    return Expr(of, run)


def _array_text(node: Node) -> str:
    ranks = [c for c in node.children if c.kind == "array_rank_specifier"]
    if len(ranks) != 1 or len(ranks[0].children) > 1 or node["type"].kind == "array_type":
        raise UnsupportedError("array of arrays", "use a List, or one array")
    return f"{node['type'].text}[]"


def array_of(binder: Binder, of: Type, node: Node) -> Expr:
    """Bind `{ a, b }` as an array of that type."""
    items = [to_type(binder.value(child), of.element).run for child in node.children]
    if of.element.name == "byte":
        return Expr(of, lambda f: bytearray([item(f) for item in items]))
    return Expr(of, lambda f: Array(of, [item(f) for item in items]))


@expression("implicit_array_creation_expression")
def bind_implicit_array(binder: Binder, node: Node) -> Expr:
    """Bind `new[] { ... }`."""
    initializer = node.children[-1]
    items = [binder.value(child) for child in initializer.children]
    element = common_type(items)
    if element is None:
        raise CompileError("CS0826", "No best type found for implicitly-typed array")
    of = LIBRARY.array_of(element)
    runs = [to_type(item, element).run for item in items]
    if element.name == "byte":
        return Expr(of, lambda f: bytearray([run(f) for run in runs]))
    return Expr(of, lambda f: Array(of, [run(f) for run in runs]))


@expression("anonymous_object_creation_expression")
def bind_anonymous(binder: Binder, node: Node) -> Expr:
    """Bind `new { a = 1, b.C }`."""
    names: list[str] = []
    values: list[Expr] = []
    for child, after in zip(node.children, node.after):
        if after == "=":
            names.append(child.text)
            continue
        if len(names) == len(values):
            names.append((child.get("name") or child).text)
        values.append(binder.value(child))
    of = LIBRARY.anonymous(tuple(names), tuple(v.value_type for v in values))
    runs = [value.run for value in values]
    fields = tuple(names)
    return Expr(of, lambda f: Anonymous(of, fields, [run(f) for run in runs]))


@expression("tuple_expression")
def bind_tuple(binder: Binder, node: Node) -> Expr:
    """Bind `(a, b)`, its items perhaps named."""
    items = [binder.value(child.children[-1]) for child in node.children]
    names = tuple((child.get("name") or child).text for child in node.children)
    of = LIBRARY.generic("ValueTuple", tuple(item.value_type for item in items))
    runs = [item.run for item in items]
    return Expr(of, lambda f: Tuple(of, [run(f) for run in runs]), names=names)


@expression("await_expression")
def bind_await(binder: Binder, node: Node) -> Expr:
    """Refuse `await`: an expression is no async method."""
    raise CompileError(
        "CS4032",
        "The 'await' operator can only be used within an async method. Consider marking this "
        "method with the 'async' modifier and changing its return type to 'Task<object>'.",
    )


@expression("cast_expression")
def bind_cast(binder: Binder, node: Node) -> Expr:
    """Bind `(T)x`."""
    return cast(binder.value(node["value"]), binder.type(node["type"]), binder.checked)


@expression("typeof_expression")
def bind_typeof(binder: Binder, node: Node) -> Expr:
    """Bind `typeof(T)`."""
    return constant(TYPE, binder.type(node["type"]))


@expression("sizeof_expression")
def bind_sizeof(binder: Binder, node: Node) -> Expr:
    """Bind `sizeof(T)` of a number type."""
    of = binder.type(node["type"]).name
    sizes = {"int": 4, "uint": 4, "long": 8, "ulong": 8, "short": 2, "ushort": 2, "char": 2}
    sizes.update({"byte": 1, "sbyte": 1, "bool": 1, "float": 4, "double": 8, "decimal": 16})
    if of not in sizes:
        raise UnsupportedError("sizeof", f"the size of {of} is not known")
    return constant(INT, sizes[of])


class Throw(Untyped):
    """`throw x` where a value could stand: it fits any type."""

    def to_delegate(self, target: Type) -> Optional[Expr]:
        """Fit the type wanted."""
        return Expr(target, self.run)

    def result(self, parameters: list[Type]) -> Optional[Type]:
        """Give nothing."""
        return None


@expression("throw_expression")
def bind_throw_expression(binder: Binder, node: Node) -> Expr:
    """Bind `throw x`, allowed after `??`, in `?:` and as the body of a lambda."""
    raised = to_type(binder.value(node.children[0]), EXCEPTION).run

    def run(f: Frame) -> Any:
        raise raised(f)

    found = Throw(node)
    found.run = run
    return found
