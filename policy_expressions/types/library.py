"""Library: finds types by name, and knows how they relate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional

from policy_expressions.errors import CompileError, NotSupportedHere, UnsupportedError
from policy_expressions.standing import missing
from policy_expressions.types.known import full_name, is_known
from policy_expressions.types.model import LAZY, Definition, Type
from policy_expressions.types.signatures import Declaration, Tokens, TypeSyntax

# `out T` and `in T` of .NET: a sequence of strings is one of objects, a comparer of objects one of
# strings. No other interface varies, so a dictionary of strings is none of objects.
# Which arguments a reference conversion may change: `+` to a base type, `-` to a derived one.
_VARIANCE = {
    **dict.fromkeys(("[]", "IEnumerable", "IEnumerator", "IOrderedEnumerable"), "+"),
    **dict.fromkeys(("IReadOnlyCollection", "IReadOnlyList"), "+"),
    **dict.fromkeys(("IComparable", "IComparer", "IEqualityComparer"), "-"),
    "IGrouping": "++",
    "Predicate": "-",
    "Comparison": "-",
    "Converter": "-+",
    "Action": "----",
}


class Library:
    """All types there are; built once from the tables, grows only by what it makes of them."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self.definitions = tuple(definitions)
        self._by_name: dict[tuple[str, int], Definition] = {}
        self._by_class: dict[type, Definition] = {}
        self._by_text: dict[str, Type] = {}
        self._types: dict[Any, Type] = {}
        self._bases: dict[Type, tuple[Type, ...]] = {}
        self._extensions: dict[str, list[tuple[Type, Declaration]]] = {}
        self._namespaces: set[str] = set()
        for definition in self.definitions:
            arity = len(definition.parameters)
            for name in (definition.name, definition.full.rpartition(".")[2], definition.full):
                self._by_name.setdefault((name, arity), definition)
            if definition.python:
                self._by_class.setdefault(definition.python, definition)
            parts = definition.full.split(".")[:-1]
            self._namespaces.update(".".join(parts[: i + 1]) for i in range(len(parts)))

    def find(self, name: str, arity: int = 0) -> Optional[Definition]:
        """Return the definition of that simple or full name."""
        return self._by_name.get((name.replace("global::", ""), arity))

    def is_namespace(self, name: str) -> bool:
        """Tell whether some type stands in that namespace."""
        return name in self._namespaces

    def make(self, definition: Definition, arguments: tuple[Type, ...] = ()) -> Type:
        """Return the definition with its arguments filled in."""
        key = (definition, arguments)
        found = self._types.get(key)
        if found is None:  # evaluations in several threads may want it at once: one is kept
            made = Type(self, definition, arguments, _name(definition, arguments))
            found = self._types.setdefault(key, made)
        return found

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
        return self.generic(syntax.name, arguments)

    def generic(self, name: str, arguments: tuple[Type, ...]) -> Type:
        """Return the type of that name with these arguments."""
        definition = self.find(name, len(arguments))
        if definition is None:
            raise self._unknown_type(name, len(arguments))
        return self.make(definition, arguments)

    def _unknown_type(self, name: str, count: int) -> Exception:
        """Return the refusal of a type name: .NET lacks it, or it is not supported here."""
        other = next(
            (d for d in self.definitions if name in (d.name, d.full.rpartition(".")[2])), None
        )
        if other is not None and other.parameters and not count:
            shown = f"{other.name}<{', '.join(other.parameters)}>"
            text = (
                f"Using the generic type '{shown}' requires {len(other.parameters)} type arguments"
            )
            return CompileError("CS0305", text)
        if other is not None and count and not other.parameters:
            text = f"The non-generic type '{other.name}' cannot be used with type arguments"
            return CompileError("CS0308", text)
        if not is_known(name):
            return CompileError(
                "CS0246",
                f"The type or namespace name '{name}' could not be found "
                "(are you missing a using directive or an assembly reference?)",
            )
        return UnsupportedError(name, missing(full_name(name)))

    def nullable(self, of: Type) -> Type:
        """Return `T?` of a value type."""
        return self.generic("Nullable", (of,))

    def array_of(self, of: Type) -> Type:
        """Return `T[]`."""
        return self.generic("[]", (of,))

    def anonymous(self, names: tuple[str, ...], types: tuple[Type, ...]) -> Type:
        """Return the type of `new { a = ..., b = ... }`: the same for the same names and types."""
        key = (names, types)
        if key not in self._types:
            scope = [f"T{i}" for i in range(len(names))]
            members = {f"{t} {name}": _field(name) for t, name in zip(scope, names)}
            head = f"class Anonymous<{', '.join(scope)}>" if scope else "class Anonymous"
            shown = ", ".join(f"{of} {name}" for name, of in zip(names, types))
            self._types[key] = Type(self, Definition(head, members), types, f"<{shown}>")
        return self._types[key]

    def parameter(self, name: str) -> Type:
        """Return the stand-in for a type parameter of a generic method."""
        if name not in self._types:
            self._types[name] = Type(self, Definition(f"parameter {name}"), (), name)
        return self._types[name]

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
        """Return the direct bases, object where none is declared."""
        if of not in self._bases:
            scope = self.scope(of)
            found = tuple(self.resolve(base, scope) for base in of.definition.bases)
            root = self.type("object")
            self._bases[of] = found or (() if of is root else (root,))
        return self._bases[of]

    def ancestors(self, of: Type) -> Iterator[Type]:
        """Yield the type and everything it derives from, nearest first."""
        queue = [of]
        for current in queue:
            yield current
            queue += [base for base in self.bases(current) if base not in queue]

    def holders(self, of: Type) -> Iterator[Type]:
        """Yield the ancestors whose members the type shows: an array hides its interfaces."""
        hidden = "interface" if of.kind == "array" else ""
        return (ancestor for ancestor in self.ancestors(of) if ancestor.kind != hidden)

    def as_definition(self, of: Type, wanted: Definition) -> Optional[Type]:
        """Return the ancestor made from that definition, None when there is none or several."""
        found = [ancestor for ancestor in self.ancestors(of) if ancestor.definition is wanted]
        return found[0] if len(found) == 1 else None

    def derives(self, of: Type, wanted: Type) -> bool:
        """Tell whether a reference conversion leads from one type to the other."""
        if wanted.name == "object":
            return True
        for ancestor in self.ancestors(of):
            if ancestor is wanted:
                return True
            if ancestor.definition is wanted.definition:
                name, inner = wanted.definition.name, wanted.arguments
                signs = "-" * (len(inner) - 1) + "+" if name == "Func" else _VARIANCE.get(name)
                if signs and all(map(self._varies, signs, ancestor.arguments, inner)):
                    return True
        return False

    def may_be(self, of: Type, wanted: Type) -> bool:
        """Tell whether a reference of one type may be one of the other: by a class in between."""
        if self.derives(of, wanted) or self.derives(wanted, of):
            return True
        final = any(t.is_value or t.kind == "delegate" or t.name == "string" for t in (of, wanted))
        return "interface" in (of.kind, wanted.kind) and not final

    def _varies(self, sign: str, of: Type, wanted: Type) -> bool:
        """Tell whether an argument may stand for another: references of derived types may."""
        if of is wanted:
            return True
        if sign == "-":
            of, wanted = wanted, of
        return not of.is_value and wanted.kind != "parameter" and self.derives(of, wanted)

    def open_scope(self, owner: Type, member: Declaration) -> dict[str, Type]:
        """Return what the owner's parameters stand for, and stand-ins for those of the member."""
        return {**self.scope(owner), **{name: self.parameter(name) for name in member.generics}}

    def takes(self, member: Declaration, owner: Type, of: Type) -> bool:
        """Tell whether a value of the type may stand before that extension method."""
        wanted = self.resolve(member.takes[0].type, self.open_scope(owner, member))
        if wanted.is_open:
            alike = any(a.definition is wanted.definition for a in self.ancestors(of))
            return alike or wanted.kind == "parameter"
        return self.derives(of, wanted)

    def extensions(self, name: str) -> list[tuple[Type, Declaration]]:
        """Return the extension methods of that name."""
        if not self._extensions:
            for definition in self.definitions:
                for member in definition.all_members() if definition.extends else ():
                    if member.is_extension:
                        entry = (self.make(definition), member)
                        self._extensions.setdefault(member.name, []).append(entry)
        return self._extensions.get(name, [])

    def type_of(self, value: Any) -> Type:
        """Return the type of a value that is not null. Raises NotSupportedHere for lambdas."""
        if value.__class__ is bytearray:
            return self.type("byte[]")
        definition = self._by_class.get(value.__class__)
        if definition is not None:
            return self.make(definition)
        of = getattr(value, "type", None)
        if of is None:  # a Python function, which stands for any delegate
            raise NotSupportedHere("delegate", "the type of a lambda is not known here")
        if of == LAZY:
            reason = "a lazy sequence has a class of .NET's own: make a list of it with ToList()"
            raise NotSupportedHere("IEnumerable<T>", reason)
        return of if isinstance(of, Type) else self.type(of)


def _name(definition: Definition, arguments: tuple[Type, ...]) -> str:
    if definition.name == "[]":
        return f"{arguments[0]}[]"
    if definition.name == "Nullable":
        return f"{arguments[0]}?"
    inner = ", ".join(map(str, arguments))
    return f"{definition.name}<{inner}>" if inner else definition.name


def _field(name: str) -> Any:
    return lambda made: made.values[made.names.index(name)]
