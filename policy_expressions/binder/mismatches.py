"""Why no form of a method takes a call: what the C# compiler says, as far as the tables know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from policy_expressions.binder.conversions import cannot_convert, implicit_expr
from policy_expressions.binder.exprs import Untyped
from policy_expressions.binder.forms import Argument, Form, Members
from policy_expressions.binder.inference import delegate_of, infer
from policy_expressions.binder.overloads import fill
from policy_expressions.errors import CompileError, ExpressionError, UnsupportedError
from policy_expressions.library import LIBRARY
from policy_expressions.types.model import Type
from policy_expressions.types.signatures import Declaration

# Types that are not sealed in the tables, but have all forms of the methods that stand there.
_COMPLETE = frozenset(("Convert", "Math", "Regex", "Uri", "Char", "Double", "Decimal"))


def mismatch(
    name: str, owner: Type, members: Members, arguments: Sequence[Argument]
) -> ExpressionError:
    """Return the refusal of a call that no form of the method takes."""
    tried = (_sized(of, member, arguments) for of, member in members)
    sized = [form for form in tried if form is not None]
    known = owner.definition.sealed or owner.definition.full.rpartition(".")[2] in _COMPLETE
    if not sized:
        static = all(member.flag == "static" for _, member in members)
        if known or static:
            return _wrong_count(name, owner, members, arguments)
        return _unsupported(name, owner, members, arguments)
    refusal = _wrong_lambda(sized, arguments)
    if refusal is None and known:
        refusal = _wrong_modifier(sized, arguments) or _wrong_argument(sized, arguments)
    return refusal or _unsupported(name, owner, members, arguments)


def wrong_receiver(of: Type, name: str, generics: Optional[int] = None) -> Optional[CompileError]:
    """Return the refusal of an extension method that takes other receivers, if there is one.

    generics: only of one with so many type parameters.
    """
    for owner, member in LIBRARY.extensions(name):
        if generics is not None and len(member.generics) != generics:
            continue
        first = LIBRARY.resolve(member.takes[0].type, LIBRARY.open_scope(owner, member))
        if not first.is_open:
            shown = f"{owner.definition.full.rpartition('.')[2]}.{name}"
            text = (
                f"'{of}' does not contain a definition for '{name}' and the best extension method "
                f"overload '{shown}' requires a receiver of type '{first}'"
            )
            return CompileError("CS1929", text)
    return None


def wrong_generics(
    of: Type, name: str, levels: Sequence[Members], generics: int
) -> Optional[CompileError]:
    """Return the refusal of type arguments that no form takes, None where one takes so many."""
    counts = {len(member.generics) for level in levels for _, member in level}
    if not generics or generics in counts:
        return None
    refusal = wrong_receiver(of, name, generics)
    if refusal is not None:
        return refusal
    if counts == {0}:
        text = f"The non-generic method '{of}.{name}' cannot be used with type arguments"
        return CompileError("CS0308", text)
    wanted = max(counts)
    text = f"Using the generic method group '{name}' requires {wanted} type arguments"
    return CompileError("CS0305", text)


def _sized(owner: Type, member: Declaration, arguments: Sequence[Argument]) -> Optional[Form]:
    """Return a form that takes so many arguments, whatever their types."""
    for expanded in (False, True):
        form = Form(owner, member, LIBRARY.scope(owner), expanded=expanded)
        if fill(form, arguments):
            form.scope = LIBRARY.open_scope(owner, member)
            form.parameters = [LIBRARY.resolve(p.type, form.scope) for p in form.syntax]
            return form
    return None


def _wrong_count(
    name: str, owner: Type, members: Members, arguments: Sequence[Argument]
) -> ExpressionError:
    count = len(arguments)
    if any(argument.name for argument in arguments):
        return _unsupported(name, owner, members, arguments)
    if name == "new":
        text = f"'{owner}' does not contain a constructor that takes {count} arguments"
        return CompileError("CS1729", text)
    needed = [p for p in members[0][1].takes if not p.default and p.modifier != "params"]
    if len(members) == 1 and count < len(needed):
        shown = ", ".join(
            str(LIBRARY.resolve(p.type, LIBRARY.open_scope(*members[0]))) for p in needed
        )
        text = "There is no argument given that corresponds to the required parameter"
        whole = f"{text} '{needed[count].name}' of '{owner}.{name}({shown})'"
        return CompileError("CS7036", whole)
    return CompileError("CS1501", f"No overload for method '{name}' takes {count} arguments")


def _wrong_lambda(forms: Sequence[Form], arguments: Sequence[Argument]) -> Optional[CompileError]:
    """Return what is wrong in a lambda, or why its type cannot be inferred."""
    inferred = False
    miscounted = None
    for form in forms:
        found = infer(form, list(form.parameters), arguments)
        if found is None:
            continue
        inferred = True
        scope = {**form.scope, **found}
        for index, argument in enumerate(arguments):
            target, given = LIBRARY.substitute(form.type_for(index), scope), argument.expr
            if not isinstance(given, Untyped) or delegate_of(target) is None:
                continue
            if implicit_expr(given, target) is None:
                refusal = given.refusal(target)
                if refusal.code in ("CS0029", "CS0201", "CS0266", "CS1643", "CS8030"):
                    return refusal
                if refusal.code == "CS1593":
                    miscounted = refusal
    generic = next((form for form in forms if form.member.generics), None)
    if inferred or generic is None:
        return miscounted
    text = f"The type arguments for method '{_shown(generic)}' cannot be inferred from the usage."
    return CompileError("CS0411", f"{text} Try specifying the type arguments explicitly.")


def _shown(form: Form) -> str:
    types = ", ".join(map(str, form.parameters))
    generics = ", ".join(form.member.generics)
    return f"{form.owner.definition.name}.{form.member.name}<{generics}>({types})"


def _wrong_modifier(forms: Sequence[Form], arguments: Sequence[Argument]) -> Optional[CompileError]:
    """Return the refusal of an argument that lacks the `out` or `ref` of all forms, or has one."""
    for index, argument in enumerate(arguments):
        wanted = {form.modifier_for(index) for form in forms}
        if argument.modifier in wanted:
            continue
        word = next(iter(wanted))
        if word:
            code, text = "CS1620", f"must be passed with the '{word}' keyword"
        else:
            code, text = "CS1615", f"may not be passed with the '{argument.modifier}' keyword"
        refusal = CompileError(code, f"Argument {index + 1} {text}")
        node = argument.expr.node
        return node.source.at(node.start, refusal) if node else refusal
    return None


def _wrong_argument(forms: Sequence[Form], arguments: Sequence[Argument]) -> Optional[CompileError]:
    """Return the refusal of an argument that fits none of the forms."""
    for index, argument in enumerate(arguments):
        targets = [form.type_for(index) for form in forms]
        fits = [t.is_open or implicit_expr(argument.expr, t) is not None for t in targets]
        if any(fits):
            continue
        refusal = cannot_convert(argument.expr, targets[0])
        if refusal.code in ("CS0029", "CS0266"):
            text = f"Argument {index + 1}: cannot convert from '{argument.expr.shown}'"
            refusal = CompileError("CS1503", f"{text} to '{targets[0]}'")
        node = argument.expr.node
        return node.source.at(node.start, refusal) if node else refusal
    return None


def _unsupported(
    name: str, owner: Type, members: Members, arguments: Sequence[Argument]
) -> UnsupportedError:
    types = ", ".join(argument.expr.shown for argument in arguments)
    known = "; ".join(member.text for _, member in members)
    return UnsupportedError(
        f"{owner.definition.name}.{name}({types})", f"the forms known are: {known}"
    )
