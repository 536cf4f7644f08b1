"""Reads C# declarations: those of the member tables, and the type names in expressions.

`string Substring(int startIndex, int length)`, `char this[int index]`, `static int MaxValue`,
`T[] ToArray<T>(this IEnumerable<T>! source)`, `new(int year, int month)`, `explicit int(JToken t)`,
`static bool operator <(Guid a, Guid b)`; `set` before a property or indexer declares its setter.
A `!` after a parameter's type means that null throws ArgumentNullException.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Optional

from policy_expressions.errors import CompileError

_TOKEN = re.compile(r'operator\s*[^\s\w(]+|-?[\w.:]*\w|"[^"]*"|\'.\'|\S')
_FLAGS = ("static", "set", "implicit", "explicit")


@dataclass(frozen=True)
class TypeSyntax:
    """A type name as written; arrays are called `[]`, `T?` is Nullable."""

    name: str
    arguments: tuple[TypeSyntax, ...] = ()


@dataclass(frozen=True)
class ParameterSyntax:
    """One parameter; default is the text after `=`, empty when there is none."""

    type: TypeSyntax
    name: str
    modifier: str = ""
    default: str = ""
    not_null: bool = False


@dataclass(frozen=True, eq=False)
class Declaration:
    """One member of a table, and the Python function or constant behind it.

    wants_run, wants_type: the function takes the run, then the type it shall return, before its
    arguments; its table says so by `with_run`, `with_type` or `with_run_and_type`.
    """

    text: str
    flag: str
    returns: TypeSyntax
    name: str
    generics: tuple[str, ...]
    parameters: Optional[tuple[ParameterSyntax, ...]]
    implementation: Any
    wants_run: bool
    wants_type: bool

    @property
    def takes(self) -> tuple[ParameterSyntax, ...]:
        """Return the parameters, none for a property."""
        return self.parameters or ()

    @property
    def is_extension(self) -> bool:
        """Tell whether the first parameter says `this`."""
        return bool(self.parameters) and self.takes[0].modifier == "this"


@dataclass(frozen=True)
class Wanting:
    """A function of a member table that takes more than its C# arguments."""

    function: Callable[..., Any]
    run: bool
    type: bool


def with_run(function: Callable[..., Any]) -> Wanting:
    """Say that a function takes the run first."""
    return Wanting(function, run=True, type=False)


def with_type(function: Callable[..., Any]) -> Wanting:
    """Say that a function takes the type that it shall return first."""
    return Wanting(function, run=False, type=True)


def with_run_and_type(function: Callable[..., Any]) -> Wanting:
    """Say that a function takes the run and the type that it shall return first."""
    return Wanting(function, run=True, type=True)


@dataclass(frozen=True)
class Newer:
    """Stands for the function behind a member that .NET Framework 4.7 lacks, and who has it."""

    version: str


class Tokens:
    """The words of a declaration, taken one by one."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        self._position = 0

    def peek(self) -> str:
        """Return the next token, empty at the end."""
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def next(self) -> str:
        """Take the next token."""
        token = self.peek()
        self._position += 1
        return token

    def skip(self, token: str) -> bool:
        """Take the next token if it is the given one."""
        if self.peek() != token:
            return False
        self._position += 1
        return True

    def list(self, closing: str, item: Callable[[], Any]) -> tuple[Any, ...]:
        """Take items parted by commas, up to the closing token."""
        items = []
        while not self.skip(closing):
            if not self.peek():
                raise CompileError("CS1003", f"Syntax error, '{closing}' expected")
            items.append(item())
            self.skip(",")
        return tuple(items)

    def type(self) -> TypeSyntax:
        """Take a type name."""
        name = self.next()
        arguments: tuple[TypeSyntax, ...] = ()
        if name == "(":
            name, arguments = "ValueTuple", self.list(")", self._tuple_item)
        elif self.skip("<"):
            arguments = self.list(">", self.type)
        syntax = TypeSyntax(name, arguments)
        while self.peek() in ("?", "["):
            if self.next() == "?":
                syntax = TypeSyntax("Nullable", (syntax,))
            else:
                syntax = TypeSyntax("[]" if self.skip("]") else "[,]", (syntax,))
        return syntax

    def _tuple_item(self) -> TypeSyntax:
        syntax = self.type()
        if self.peek() not in (",", ")"):
            self.next()
        return syntax

    def parameter(self) -> ParameterSyntax:
        """Take one parameter."""
        modifier = self.next() if self.peek() in ("this", "out", "ref", "params") else ""
        syntax = self.type()
        not_null = self.skip("!")
        name = self.next()
        default = self.next() if self.skip("=") else ""
        return ParameterSyntax(syntax, name, modifier, default, not_null)


def declarations(text: str, implementation: Any) -> list[Declaration]:
    """Read one line of a member table: forms of one function, parted by `; `."""
    return [declaration(form, implementation) for form in text.split("; ")]


def declaration(text: str, implementation: Any) -> Declaration:
    """Read one declaration."""
    tokens = Tokens(text)
    flag = tokens.next() if tokens.peek() in _FLAGS else ""
    generics: tuple[str, ...] = ()
    parameters: Optional[tuple[ParameterSyntax, ...]] = None
    if tokens.peek() == "new":
        returns, name = TypeSyntax("void"), tokens.next()
    else:
        returns = tokens.type()
        name = flag if flag in ("implicit", "explicit") else tokens.next()
    if name.startswith("operator"):
        name = name[len("operator") :].strip()
    if tokens.skip("<"):
        generics = tokens.list(">", tokens.next)
    if tokens.skip("("):
        parameters = tokens.list(")", tokens.parameter)
    elif tokens.skip("["):
        parameters = tokens.list("]", tokens.parameter)
    wants_run = wants_type = False
    if isinstance(implementation, Wanting):
        wants_run, wants_type = implementation.run, implementation.type
        implementation = implementation.function
    return Declaration(
        text, flag, returns, name, generics, parameters, implementation, wants_run, wants_type
    )
