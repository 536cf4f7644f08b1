"""The .NET types an expression may name, and what is known of them: bases, members, conversions.

A Definition is an entry of the tables in `members/`; a Type is a Definition with its generic
arguments filled in. There is one Type object for each type, so `is` compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional

from lab_utils.gateway.expressions.failures import CompileError, UnsupportedError
from lab_utils.gateway.expressions.signatures import Declaration, Tokens, TypeSyntax, declaration
from lab_utils.gateway.expressions.values import Enumeration


class Definition:
    """One entry of the type tables.

    head: kind, full name, type parameters and bases as C# writes them, such as
    `class System.Collections.Generic.List<T> : IList<T>`. members: declarations and the Python
    functions behind them. python: the class whose instances are values of this type. default: the
    value of `default(T)`. sealed: the table holds every member that .NET has.
    """

    def __init__(
        self,
        head: str,
        members: Optional[Mapping[str, Any]] = None,
        *,
        alias: str = "",
        python: Optional[type] = None,
        default: Any = None,
        sealed: bool = False,
    ) -> None:
        tokens = Tokens(head)
        self.kind = tokens.next()
        syntax = tokens.type()
        self.full = syntax.name
        self.name = alias or syntax.name.rpartition(".")[2]
        self.parameters = tuple(argument.name for argument in syntax.arguments)
        self.bases: list[TypeSyntax] = []
        while tokens.skip(":") or tokens.skip(","):
            self.bases.append(tokens.type())
        self.members = members or {}
        self.python = python
        self.default = default
        self.sealed = sealed
        self._named: dict[str, list[Declaration]] = {}

    def named(self, name: str) -> list[Declaration]:
        """Return the members of that name, in the order of the table."""
        if not self._named:
            for text, implementation in self.members.items():
                member = declaration(text, implementation)
                self._named.setdefault(member.name, []).append(member)
        return self._named.get(name, [])


class Type:
    """A type as expressions use it; `str` gives its C# name, `clr` the one in .NET's messages."""

    __slots__ = ("arguments", "clr", "definition", "kind", "name")

    def __init__(self, definition: Definition, arguments: tuple[Type, ...], name: str) -> None:
        self.definition = definition
        self.arguments = arguments
        self.kind = definition.kind
        self.name = name
        self.clr = definition.full
        if definition.name == "[]":
            self.clr = f"{arguments[0].clr}[]"
        elif arguments:
            inner = ",".join(argument.clr for argument in arguments)
            self.clr = f"{definition.full}`{len(arguments)}[{inner}]"

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__

    @property
    def display(self) -> str:
        """Return the full name with its arguments in angle brackets."""
        if self.definition.name == "[]":
            return f"{self.arguments[0].display}[]"
        inner = ", ".join(argument.display for argument in self.arguments)
        return f"{self.definition.full}<{inner}>" if inner else self.definition.full

    @property
    def is_value(self) -> bool:
        """Tell whether this is a struct or an enum."""
        return self.kind in ("struct", "enum")

    @property
    def is_nullable(self) -> bool:
        """Tell whether this is `T?` of a value type."""
        return self.definition.name == "Nullable"

    @property
    def element(self) -> Type:
        """Return the first type argument: of `T?`, `T[]`, `List<T>`."""
        return self.arguments[0]


class Library:
    """Finds types by name; built once from the tables."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self.definitions = tuple(definitions)
        self._by_name: dict[tuple[str, int], Definition] = {}
        self._types: dict[tuple[Definition, tuple[Type, ...]], Type] = {}
        self._by_text: dict[str, Type] = {}
        self._by_class: dict[type, Definition] = {}
        self._bases: dict[Type, tuple[Type, ...]] = {}
        self._parameters: dict[str, Type] = {}
        self._anonymous: dict[Any, Type] = {}
        self._extensions: dict[str, list[tuple[Definition, Declaration]]] = {}
        self._namespaces: set[str] = set()
        for definition in self.definitions:
            self._add(definition)

    def _add(self, definition: Definition) -> None:
        arity = len(definition.parameters)
        simple = definition.full.rpartition(".")[2]
        for name in (definition.name, simple, definition.full):
            self._by_name.setdefault((name, arity), definition)
        if definition.python:
            self._by_class.setdefault(definition.python, definition)
        parts = definition.full.split(".")[:-1]
        self._namespaces.update(".".join(parts[: i + 1]) for i in range(len(parts)))
        for text in definition.members:
            if "(this " in text:
                member = declaration(text, definition.members[text])
                self._extensions.setdefault(member.name, []).append((definition, member))

    def find(self, name: str, arity: int = 0) -> Optional[Definition]:
        """Return the definition of that simple or full name."""
        return self._by_name.get((name.removeprefix("global::"), arity))

    def is_namespace(self, name: str) -> bool:
        """Tell whether some type stands in that namespace."""
        return name in self._namespaces

    def make(self, definition: Definition, arguments: tuple[Type, ...] = ()) -> Type:
        """Return the definition with its arguments filled in."""
        key = (definition, arguments)
        if key not in self._types:
            self._types[key] = Type(definition, arguments, _name(definition, arguments))
        return self._types[key]

    def type(self, text: str) -> Type:
        """Return the type a C# text names. Raises CompileError or UnsupportedError."""
        if text not in self._by_text:
            self._by_text[text] = self.resolve(Tokens(text).type())
        return self._by_text[text]

    def resolve(self, syntax: TypeSyntax, scope: Optional[Mapping[str, Type]] = None) -> Type:
        """Return the type of a parsed type name; scope holds the type parameters in reach."""
        if scope and syntax.name in scope:
            return scope[syntax.name]
        arguments = tuple(self.resolve(argument, scope) for argument in syntax.arguments)
        if syntax.name == "Nullable" and not arguments[0].is_value:
            return arguments[0]
        definition = self.find(syntax.name, len(arguments))
        if definition is None:
            raise unknown_type(syntax.name)
        return self.make(definition, arguments)

    def type_with(self, name: str, arguments: tuple[Type, ...]) -> Type:
        """Return a generic type made from types that may have no name, as anonymous ones."""
        definition = self.find(name, len(arguments))
        if definition is None:
            raise unknown_type(name)
        return self.make(definition, arguments)

    def nullable(self, of: Type) -> Type:
        """Return `T?` of a value type."""
        return self.type_with("Nullable", (of,))

    def array_of(self, of: Type) -> Type:
        """Return `T[]`."""
        return self.type_with("[]", (of,))

    def anonymous(self, names: tuple[str, ...], types: tuple[Type, ...]) -> Type:
        """Return the type of `new { a = ..., b = ... }`: the same for the same names and types."""
        key = (names, types)
        if key not in self._anonymous:
            fields = ", ".join(f"{of} {name}" for name, of in zip(names, types))
            scope = [f"T{i}" for i in range(len(names))]
            members = {f"{t} {name}": _field(name) for t, name in zip(scope, names)}
            head = f"class Anonymous<{', '.join(scope)}>" if scope else "class Anonymous"
            made = Type(Definition(head, members, alias="AnonymousType"), types, f"<{fields}>")
            made.clr = "(anonymous)"
            self._anonymous[key] = made
        return self._anonymous[key]

    def default(self, of: Type) -> Any:
        """Return the value of `default(T)`."""
        if of.kind == "enum":
            return Enumeration(of.name, 0)
        return of.definition.default

    def enum_value(self, of: Type, name: str) -> Any:
        """Return a member of an enum."""
        return of.definition.members[f"static {of.definition.name} {name}"]

    def parameter(self, name: str) -> Type:
        """Return the stand-in for a type parameter of a generic method."""
        if name not in self._parameters:
            self._parameters[name] = Type(Definition(f"parameter {name}"), (), name)
        return self._parameters[name]

    def substitute(self, of: Type, scope: Mapping[str, Type]) -> Type:
        """Return the type with the parameters in scope filled in."""
        if of.kind == "parameter":
            return scope.get(of.name, of)
        if not of.arguments:
            return of
        return self.make(of.definition, tuple(self.substitute(a, scope) for a in of.arguments))

    def scope(self, of: Type) -> dict[str, Type]:
        """Return what the type's own parameters stand for."""
        return dict(zip(of.definition.parameters, of.arguments))

    def bases(self, of: Type) -> tuple[Type, ...]:
        """Return the direct bases; object comes last of all."""
        if of not in self._bases:
            scope = self.scope(of)
            found = tuple(self.resolve(base, scope) for base in of.definition.bases)
            root = self.type("object")
            self._bases[of] = found or (() if of is root else (root,))
        return self._bases[of]

    def ancestors(self, of: Type) -> Iterator[Type]:
        """Yield the type and everything it derives from, nearest first."""
        seen = {of}
        queue = [of]
        while queue:
            current = queue.pop(0)
            yield current
            for base in self.bases(current):
                if base not in seen:
                    seen.add(base)
                    queue.append(base)

    def as_definition(self, of: Type, wanted: Definition) -> Optional[Type]:
        """Return the ancestor made from that definition."""
        return next((a for a in self.ancestors(of) if a.definition is wanted), None)

    def derives(self, of: Type, wanted: Type) -> bool:
        """Tell whether a reference conversion leads from one type to the other."""
        if wanted is self.type("object"):
            return True
        for ancestor in self.ancestors(of):
            if ancestor is wanted:
                return True
            if (
                ancestor.definition is wanted.definition
                and wanted.kind in _VARIANT
                and all(
                    a is w or (not a.is_value and w.kind != "parameter" and self.derives(a, w))
                    for a, w in zip(ancestor.arguments, wanted.arguments)
                )
            ):
                return True
        return False

    def extensions(self, name: str) -> list[tuple[Definition, Declaration]]:
        """Return the extension methods of that name."""
        return self._extensions.get(name, [])

    def type_of(self, value: Any) -> Type:
        """Return the .NET type of a value that is not null."""
        definition = self._by_class.get(value.__class__)
        if definition is not None:
            return self.make(definition)
        of = value.type
        return of if isinstance(of, Type) else self.type(of)


def _field(name: str) -> Any:
    return lambda made: made.values[made.names.index(name)]


_VARIANT = ("interface", "array")


def _name(definition: Definition, arguments: tuple[Type, ...]) -> str:
    if definition.name == "[]":
        return f"{arguments[0]}[]"
    if definition.name == "Nullable":
        return f"{arguments[0]}?"
    inner = ", ".join(map(str, arguments))
    return f"{definition.name}<{inner}>" if inner else definition.name


def unknown_type(name: str) -> Exception:
    """Return the refusal of a type name: .NET has none in lower case, others it may well have."""
    if name[:1].islower() and "." not in name:
        return CompileError(
            "CS0246",
            f"The type or namespace name '{name}' could not be found "
            "(are you missing a using directive or an assembly reference?)",
        )
    return UnsupportedError(name, "is not among the types supported: see docs/expressions.md")
