"""Puts operators in order: the tokens of tree-sitter's tree are right, their nesting often is not.

`a + b?.c`, `(string)o["x"]?["y"]`, `(string)body.As<JObject>(true)["x"]`, `(a) - b` and
`x is not null && y` come out of tree-sitter-c-sharp nested as C# never would. So each run of
operators is laid out flat again, with whole operands as tokens, and nested by precedence here.

https://learn.microsoft.com/dotnet/csharp/language-reference/operators/#operator-precedence
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Optional

from policy_expressions.errors import CompileError
from policy_expressions.syntax.node import Node

_POWER = {
    word: power
    for power, words in enumerate(
        ("??", "||", "&&", "|", "^", "&", "== !=", "< > <= >=", "<< >>", "+ -", "* / %"), 1
    )
    for word in words.split()
}
_TYPE_TEST = _POWER["<"]
_CASTABLE = ("identifier", "qualified_name")


@dataclass(frozen=True)
class _Token:
    """kind: operand, prefix, infix, cast, test (is, as), postfix or choice (?:)."""

    kind: str
    word: str
    nodes: tuple[Node, ...]


def in_order(node: Node) -> Node:
    """Return the tree with its operators nested as C# nests them."""
    tokens = _flat(node)
    if len(tokens) == 1:
        return tokens[0].nodes[0]
    parser = _Parser(tokens)
    found = parser.expression(0)
    if not parser.is_done():
        raise CompileError("CS1003", "Syntax error: an operator is missing")
    return found


def _inside(node: Node) -> Node:
    return replace(node, children=tuple(in_order(child) for child in node.children))


def _flat(node: Node) -> list[_Token]:
    """Return the operators and operands of an expression as they stand in the source."""
    kind, children = node.kind, node.children
    if kind == "binary_expression":
        infix = _Token("infix", node.tokens[0], ())
        return [*_flat(node["left"]), infix, *_flat(node["right"])]
    if kind == "prefix_unary_expression":
        return [_Token("prefix", node.tokens[0], ()), *_flat(children[0])]
    if kind == "cast_expression":
        return [_Token("cast", "", (node["type"],)), *_flat(node["value"])]
    if kind in ("as_expression", "is_expression"):
        return [*_flat(children[0]), _Token("test", kind, (children[1],))]
    if kind == "is_pattern_expression":
        pattern, rest = _pattern(children[1])
        return [*_flat(children[0]), _Token("test", kind, (pattern,)), *rest]
    if kind == "conditional_expression":
        branches = (in_order(node["consequence"]), in_order(node["alternative"]))
        return [*_flat(node["condition"]), _Token("choice", "", branches)]
    if kind in ("member_access_expression", "element_access_expression", "invocation_expression"):
        return [*_flat(children[0]), _Token("postfix", kind, (_inside(children[1]),))]
    if kind in ("conditional_access_expression", "switch_expression"):
        rest_nodes = tuple(_inside(child) for child in children[1:])
        return [*_flat(children[0]), _Token("postfix", kind, rest_nodes)]
    if kind == "postfix_unary_expression":
        return [*_flat(children[0]), _Token("postfix", node.tokens[0], ())]
    return [_Token("operand", kind, (_inside(node),))]


def _pattern(node: Node) -> tuple[Node, list[_Token]]:
    """Return a pattern, and what its constant has wrongly swallowed."""
    if node.kind == "constant_pattern":
        tokens = _flat(node.children[0])
        for at, token in enumerate(tokens):
            low = token.kind == "infix" and _POWER[token.word] <= _TYPE_TEST
            if low or token.kind in ("choice", "test"):
                inner = _Parser(tokens[:at]).expression(0)
                return replace(node, children=(inner,)), tokens[at:]
    if node.children and node.kind in ("negated_pattern", "and_pattern", "or_pattern"):
        last, rest = _pattern(node.children[-1])
        return replace(node, children=(*node.children[:-1], last)), rest
    return _inside(node), []


class _Parser:
    """Nests a flat run of tokens by climbing precedences."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def is_done(self) -> bool:
        """Tell whether every token has found its place."""
        return self._at == len(self._tokens)

    def _peek(self, ahead: int = 0) -> Optional[_Token]:
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def expression(self, least: int) -> Node:
        """Parse operators that bind at least so tightly."""
        left = self._unary()
        while True:
            token = self._peek()
            if token is None:
                return left
            if token.kind in ("infix", "prefix"):
                power = _POWER.get(token.word, 0)
                if power < least or not power:
                    return left
                self._at += 1
                # `??` binds to the right, all others to the left
                right = self.expression(power if token.word == "??" else power + 1)
                left = _node("binary_expression", f" {token.word} ", left, right, token.word)
            elif token.kind == "test" and least <= _TYPE_TEST:
                self._at += 1
                word = "as" if token.word == "as_expression" else "is"
                labels = ("left", "right") if word == "as" else ("expression", "pattern")
                left = _node(token.word, f" {word} ", left, token.nodes[0], word, labels)
            elif token.kind == "choice" and least == 0:
                self._at += 1
                text = f"{left.text} ? {token.nodes[0].text} : {token.nodes[1].text}"
                labels3 = ("condition", "consequence", "alternative")
                children = (left, *token.nodes)
                left = Node("conditional_expression", text, left.line, children, labels3)
            else:
                return left

    def _unary(self) -> Node:
        token = self._tokens[self._at]
        self._at += 1
        if token.kind == "prefix":
            inner = self._unary()
            text = token.word + inner.text
            kind = "increment" if token.word in ("++", "--") else "prefix_unary_expression"
            return Node(kind, text, inner.line, (inner,), (None,), (token.word,))
        if token.kind == "cast":
            of = token.nodes[0]
            if self._is_cast(of):
                inner = self._unary()
                text = f"({of.text}){inner.text}"
                return Node("cast_expression", text, of.line, (of, inner), ("type", "value"))
            return self._postfix(_as_value(of))
        return self._postfix(token.nodes[0])

    def _is_cast(self, of: Node) -> bool:
        """Tell `(T)x` from a value in parentheses by what follows, as C# does."""
        following = self._peek()
        if of.kind not in _CASTABLE or following is None:
            return True
        if following.kind == "prefix":
            return following.word in ("!", "~")
        return following.word != "collection_expression"

    def _postfix(self, left: Node) -> Node:
        while True:
            generic = self._generic_call(left)
            if generic is not None:
                left = generic
                continue
            token = self._peek()
            if token is None:
                return left
            if token.kind == "operand" and token.word == "collection_expression":
                left = _indexed(left, token.nodes[0])
            elif token.kind == "postfix":
                left = _applied(left, token)
            else:
                return left
            self._at += 1

    def _generic_call(self, left: Node) -> Optional[Node]:
        """Read `f < T > (x)` as a call of `f<T>`, as C# does before a parenthesis."""
        less, of, greater, call = (self._peek(i) for i in range(4))
        if less is None or of is None or greater is None or call is None:
            return None
        if (less.word, greater.word) != ("<", ">") or of.kind != "operand":
            return None
        name = left.get("name") if left.kind == "member_access_expression" else left
        inner = call.nodes[0] if call.nodes else None
        is_call = call.kind == "cast" or (
            inner is not None and inner.kind == "parenthesized_expression"
        )
        if name is None or name.kind != "identifier" or inner is None or not is_call:
            return None
        self._at += 4
        value = _as_value(inner).children[0] if call.kind == "cast" else inner.children[0]
        types = Node("type_argument_list", f"<{of.nodes[0].text}>", name.line, of.nodes, (None,))
        text = name.text + types.text
        typed = Node("generic_name", text, name.line, (name, types), (None, None))
        if left is not name:
            kept = left["expression"]
            text = f"{kept.text}.{text}"
            typed = Node(left.kind, text, left.line, (kept, typed), ("expression", "name"))
        argument = Node("argument", value.text, value.line, (value,), (None,))
        listed = Node("argument_list", f"({value.text})", value.line, (argument,), (None,))
        return _node("invocation_expression", "", typed, listed, "", ("function", "arguments"))


def _node(
    kind: str,
    between: str,
    left: Node,
    right: Node,
    word: str,
    labels: tuple[str, str] = ("left", "right"),
) -> Node:
    text = left.text + between + right.text
    return Node(kind, text, left.line, (left, right), labels, (word,) if word else ())


def _as_value(of: Node) -> Node:
    """Return what looked like a type in parentheses as the value it is."""
    value = of
    if of.kind == "qualified_name":
        left, name = of.children
        labels = ("expression", "name")
        inner = _as_value(left).children[0]
        value = Node("member_access_expression", of.text, of.line, (inner, name), labels)
    return Node("parenthesized_expression", f"({of.text})", of.line, (value,), (None,))


def _indexed(left: Node, collection: Node) -> Node:
    """Return `(a)[i]`, which was taken for a cast of a collection."""
    items = tuple(
        Node("argument", item.text, item.line, (_innermost(item),), (None,))
        for item in collection.children
    )
    listed = Node(
        "bracketed_argument_list", collection.text, left.line, items, (None,) * len(items)
    )
    return _node("element_access_expression", "", left, listed, "", ("expression", "subscript"))


def _innermost(item: Node) -> Node:
    while item.kind in ("collection_element", "expression_element"):
        item = item.children[0]
    return item


_SHAPES = {
    "member_access_expression": (".", ("expression", "name")),
    "element_access_expression": ("", ("expression", "subscript")),
    "invocation_expression": ("", ("function", "arguments")),
    "conditional_access_expression": ("?", ("condition", "binding")),
}


def _applied(left: Node, token: _Token) -> Node:
    if token.word in _SHAPES:
        between, labels = _SHAPES[token.word]
        return _node(token.word, between, left, token.nodes[0], "", labels)
    if token.word == "switch_expression":
        children = (left, *token.nodes)
        return Node(token.word, f"{left.text} switch", left.line, children, (None,) * len(children))
    text = left.text + token.word
    return Node("postfix_unary_expression", text, left.line, (left,), (None,), (token.word,))
