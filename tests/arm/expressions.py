"""Expressions of ARM templates: "[format('apim-{0}', variables('suffix'))]" and their values.

https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, Union

Functions = Mapping[str, Callable[..., Any]]

TOKEN = re.compile(r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>-?\d+)|(?P<name>\w+)|(?P<mark>.))")


class TemplateError(Exception):
    """Tell what is wrong with a template or its parameters, in Azure Resource Manager's words."""


@dataclass(frozen=True)
class Literal:
    """Stand for a string or a whole number."""

    value: Union[str, int]


@dataclass(frozen=True)
class Access:
    """Stand for `target.key` and `target[key]`."""

    target: Node
    key: Node


@dataclass(frozen=True)
class Call:
    """Stand for `name(arguments)`."""

    name: str
    arguments: tuple[Node, ...]


Node = Union[Literal, Access, Call]


def parse(text: str) -> Node:
    """Return the tree of an expression, given without the brackets around it."""
    tokens = [
        (str(match.lastgroup), match.group(str(match.lastgroup)))
        for match in TOKEN.finditer(text.rstrip())
    ]
    position = 0

    def peek() -> str:
        return tokens[position][1] if position < len(tokens) else ""

    def take(wanted: str = "") -> tuple[str, str]:
        nonlocal position
        if position == len(tokens) or (wanted and tokens[position][1] != wanted):
            raise TemplateError(f"expected {wanted or 'more'} at token {position} of {text!r}")
        position += 1
        return tokens[position - 1]

    def primary() -> Node:
        kind, token = take()
        if kind == "string":
            return Literal(token[1:-1].replace("''", "'"))
        if kind == "number":
            return Literal(int(token))
        if kind != "name":
            raise TemplateError(f"unexpected {token!r} in {text!r}")
        take("(")
        arguments: list[Node] = []
        while peek() != ")":
            arguments.append(whole())
            if peek() != ")":
                take(",")
        take(")")
        return Call(token, tuple(arguments))

    def whole() -> Node:
        node = primary()
        while peek() in (".", "["):
            if take()[1] == ".":
                node = Access(node, Literal(take()[1]))
            else:
                node = Access(node, whole())
                take("]")
        return node

    tree = whole()
    if position != len(tokens):
        raise TemplateError(f"cannot read {text!r} from {peek()!r} on")
    return tree


def evaluate(node: Node, functions: Functions) -> Any:
    """Return the value of a tree; `if` and lambdas evaluate only what they need."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Access):
        target, key = evaluate(node.target, functions), evaluate(node.key, functions)
        try:
            return target[key]
        except (KeyError, IndexError, TypeError) as error:
            raise TemplateError(
                f"The language expression property {key!r} doesn't exist, available properties "
                f"are '{', '.join(target) if isinstance(target, dict) else type(target).__name__}'."
            ) from error
    if node.name == "if":
        condition, yes, no = node.arguments
        return evaluate(yes if evaluate(condition, functions) else no, functions)
    if node.name == "lambda":
        return _lambda(node.arguments, functions)
    if node.name not in functions:
        raise TemplateError(f"The template function {node.name!r} is not valid.")
    return functions[node.name](*(evaluate(argument, functions) for argument in node.arguments))


def _lambda(arguments: tuple[Node, ...], functions: Functions) -> Callable[..., Any]:
    names = [evaluate(name, functions) for name in arguments[:-1]]
    outer = functions.get("lambdaVariables")

    def call(*values: Any) -> Any:
        bound = dict(zip(names, values))

        def lookup(name: str) -> Any:
            return bound[name] if name in bound or outer is None else outer(name)

        return evaluate(arguments[-1], {**functions, "lambdaVariables": lookup})

    return call


def resolve(value: Any, functions: Functions) -> Any:
    """Return `value` with every expression in it, at any depth, replaced by what it yields."""
    if isinstance(value, dict):
        return {key: resolve(item, functions) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, functions) for item in value]
    if isinstance(value, str) and value.startswith("[["):
        return value[1:]
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        return evaluate(parse(value[1:-1]), functions)
    return value
