"""Definition, an entry of the type tables, and Type, a definition with its arguments filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional, Protocol

from policy_expressions.errors import invalid_cast, null_reference
from policy_expressions.runtime.abilities import HasText
from policy_expressions.runtime.values import Enumeration
from policy_expressions.types.signatures import (
    Declaration,
    Tokens,
    TypeSyntax,
    declarations,
)


class Relations(Protocol):
    """What a type asks of the library it is in."""

    def type_of(self, value: Any) -> Type:
        """Return the type of a value at run time."""

    def derives(self, of: Type, wanted: Type) -> bool:
        """Tell whether a reference conversion leads from one type to another."""

    def generic(self, name: str, arguments: tuple[Type, ...]) -> Type:
        """Return a generic type of these arguments."""


class Definition:
    """One entry of the type tables.

    head: kind, full name, type parameters and bases as C# writes them, such as
    `class System.Collections.Generic.List<T> : IList<T>`. members: declarations (several of one
    function parted by `; `) and the Python functions behind them. python: the class whose
    instances are values of this type. default: the value of `default(T)`. sealed: every member
    .NET has stands in the table, or in others by its name alone.
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
        others: str = "",
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
        self.others = frozenset(others.split())
        self._named: dict[str, list[Declaration]] = {}

    def named(self, name: str) -> list[Declaration]:
        """Return the members of that name, in the order of the table."""
        if not self._named:
            for text, implementation in self.members.items():
                for member in declarations(text, implementation):
                    self._named.setdefault(member.name, []).append(member)
        return self._named.get(name, [])

    @property
    def extends(self) -> bool:
        """Tell whether the table holds extension methods."""
        return any("(this " in text for text in self.members)

    def all_members(self) -> list[Declaration]:
        """Return every member, in the order of the table."""
        self.named("")
        return [member for members in self._named.values() for member in members]


LAZY = "(iterator)"  # the type of what LINQ gives: its class is .NET's own


class Type(HasText):
    """A type as expressions use it: one object for each type, so `is` compares them.

    `str` gives its C# name, clr the one in .NET's messages, display the one with `<...>`.
    """

    __slots__ = ("arguments", "clr", "definition", "display", "kind", "library", "name")

    def __init__(
        self, library: Relations, definition: Definition, arguments: tuple[Type, ...], name: str
    ) -> None:
        self.library = library
        self.definition = definition
        self.arguments = arguments
        self.kind = definition.kind
        self.name = name
        self.clr = self.display = definition.full
        if definition.name == "[]":
            self.clr = f"{arguments[0].clr}[]"
            self.display = f"{arguments[0].display}[]"
        elif arguments:
            inner = ",".join(argument.clr for argument in arguments)
            self.clr = f"{definition.full}`{len(arguments)}[{inner}]"
            inner = ", ".join(argument.display for argument in arguments)
            self.display = f"{definition.full}<{inner}>"

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__

    def to_text(self, run: Any) -> str:
        """Return what `typeof(T).ToString()` gives."""
        return self.clr

    @property
    def clr_name(self) -> str:
        """Return the name `Type.Name` gives."""
        if self.definition.name == "[]":
            return f"{self.arguments[0].clr_name}[]"
        simple = self.definition.full.rpartition(".")[2]
        return f"{simple}`{len(self.arguments)}" if self.arguments else simple

    @property
    def is_value(self) -> bool:
        """Tell whether this is a struct or an enum."""
        return self.kind in ("struct", "enum")

    @property
    def is_open(self) -> bool:
        """Tell whether type parameters of a generic method stand in it."""
        return self.kind == "parameter" or any(argument.is_open for argument in self.arguments)

    @property
    def is_nullable(self) -> bool:
        """Tell whether this is `T?` of a value type."""
        return self.definition.name == "Nullable"

    @property
    def element(self) -> Type:
        """Return the first type argument: of `T?`, `T[]`, `List<T>`."""
        return self.arguments[0]

    @property
    def plain(self) -> Type:
        """Return T of `T?`, any other type itself."""
        return self.arguments[0] if self.is_nullable else self

    @property
    def default(self) -> Any:
        """Return the value of `default(T)`."""
        return Enumeration(self.name, 0) if self.kind == "enum" else self.definition.default

    def accepts(self, value: Any) -> bool:
        """Tell what `value is T` tells."""
        if _is_lazy(value):  # of what is not known
            return self.name == "object" or self.definition.name == "IEnumerable"
        return value is not None and self.library.type_of(value).derives(self.plain)

    def unbox(self, value: Any) -> Any:
        """Return what `(T)value` gives of an object: the value, if it is of exactly such a type."""
        if value.__class__ is self.definition.python:
            return value
        if value is None:
            if self.is_value and not self.is_nullable:
                raise null_reference()
            return None
        if not self.accepts(value):
            lazy = "System.Linq.Enumerable+Iterator" if _is_lazy(value) else ""
            raise invalid_cast(lazy or self.library.type_of(value).clr, self.plain.clr)
        return value

    def derives(self, wanted: Type) -> bool:
        """Tell whether a reference conversion leads to the other type."""
        return self.library.derives(self, wanted)


def _is_lazy(value: Any) -> bool:
    """Tell whether it is a sequence that LINQ gives, whose class is .NET's own."""
    return getattr(value, "type", None) == LAZY
