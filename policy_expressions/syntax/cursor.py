"""Walks over tokens, and tells what is missing as the C# compiler does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Optional

from policy_expressions.errors import CompileError, ExpressionError, UnsupportedError
from policy_expressions.syntax.lexer import KEYWORDS, Token
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.source import Source

MAX_DEPTH = 64  # brackets, blocks, lambdas and operators inside each other

_EXPECTED = {
    "name": ("CS1001", "Identifier expected"),
    ";": ("CS1002", "; expected"),
    ")": ("CS1026", ") expected"),
    "{": ("CS1514", "{ expected"),
    "}": ("CS1513", "} expected"),
}


class Grammar(NamedTuple):
    """The rules that contain each other: statements hold expressions, and lambdas blocks."""

    expression: Callable[[Cursor], Node]
    statement: Callable[[Cursor], Node]
    block: Callable[[Cursor], Node]


class Cursor:
    """A place among tokens, and the grammar by which they are read."""

    def __init__(self, source: Source, tokens: Sequence[Token], grammar: Grammar) -> None:
        self.source = source
        self.tokens = tokens
        self.at = 0
        self.token = tokens[0]
        self.kind = self.token.kind
        self.depth = 0
        self.grammar = grammar

    def expression(self) -> Node:
        """Read an expression. Raises ExpressionError."""
        return self.grammar.expression(self)

    def statement(self) -> Node:
        """Read a statement that another one governs: no declaration. Raises ExpressionError."""
        start = self.token
        found = self.grammar.statement(self)
        if found.kind in ("local_declaration_statement", "local_function_statement"):
            text = "Embedded statement cannot be a declaration or labeled statement"
            raise self.refuse(CompileError("CS1023", text), start)
        return found

    def condition(self) -> Node:
        """Read an expression in parentheses. Raises ExpressionError."""
        self.expect("(")
        found = self.expression()
        self.expect(")")
        return found

    def block(self) -> Node:
        """Read a block. Raises ExpressionError."""
        return self.grammar.block(self)

    def inside(self, tokens: Sequence[Token]) -> Cursor:
        """Return a cursor over the tokens of a hole in a string."""
        inner = Cursor(self.source, tokens, self.grammar)
        inner.depth = self.depth
        return inner

    def move(self, at: int) -> None:
        """Go to a token by its index."""
        self.at = at
        self.token = self.tokens[at]
        self.kind = self.token.kind

    def peek(self, ahead: int = 1) -> Token:
        """Return a token further on; the last one is the end."""
        return self.tokens[min(self.at + ahead, len(self.tokens) - 1)]

    def next(self) -> Token:
        """Take a token."""
        token = self.token
        if self.at + 1 < len(self.tokens):
            self.move(self.at + 1)
        return token

    def skip(self, kind: str) -> bool:
        """Take a token if it is of that kind."""
        if self.kind != kind:
            return False
        self.next()
        return True

    def word(self, text: str) -> bool:
        """Tell whether a word that is no keyword everywhere stands here, such as `when`."""
        return self.kind == "name" and self.token.text == text

    def expect(self, kind: str) -> Token:
        """Take a token of that kind. Raises CompileError when another stands here."""
        if self.kind == kind:
            return self.next()
        raise self.missing(kind)

    def missing(self, kind: str) -> ExpressionError:
        """Return the refusal of what stands here in place of a token of that kind.

        As in the compiler it stands at the end of the token before when the line ends there.
        """
        code, text = _EXPECTED.get(kind, ("CS1003", f"Syntax error, '{kind}' expected"))
        if kind == "name" and self.kind in KEYWORDS:
            text = f"{text}; '{self.kind}' is a keyword"
            code = "CS1041"
        place = self.token.start
        if self.at and code != "CS1041":
            before = self.tokens[self.at - 1].end
            if "\n" in self.source.text[before:place]:
                place = before
        return self.source.at(place, CompileError(code, text))

    def no_term(self) -> ExpressionError:
        """Return the refusal of what stands here in place of an expression."""
        text = f"Invalid expression term '{self.token.text}'"
        return self.refuse(CompileError("CS1525", text))

    def refuse(self, refusal: ExpressionError, token: Optional[Token] = None) -> ExpressionError:
        """Return a refusal with the place of a token, by default of the one here."""
        return self.source.at((token or self.token).start, refusal)

    def enter(self) -> None:
        """Go one level deeper. Raises UnsupportedError when that is too deep."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            reason = f"is nested deeper than {MAX_DEPTH} levels: split it up"
            raise self.refuse(UnsupportedError("expression", reason))

    def leave(self) -> None:
        """Come back from one level."""
        self.depth -= 1

    def node(
        self,
        kind: str,
        start: int,
        children: Sequence[Node] = (),
        labels: Sequence[Optional[str]] = (),
        tokens: tuple[str, ...] = (),
    ) -> Node:
        """Return a node that ends with the token before this place."""
        end = self.tokens[self.at - 1].end if self.at else start
        return Node(
            kind, self.source, start, end, children, labels or [None] * len(children), tokens
        )

    def leaf(self, kind: str) -> Node:
        """Take a token as a node."""
        token = self.next()
        return Node(kind, self.source, token.start, token.end)

    def name(self) -> Node:
        """Take an identifier. Raises CompileError."""
        if self.kind != "name":
            raise self.missing("name")
        return self.leaf("identifier")
