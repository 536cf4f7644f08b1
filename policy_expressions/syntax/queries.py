"""Query expressions, read as the calls they stand for.

    from a in x where a > 1 orderby a descending select a * a
    x.Where(a => a > 1).OrderByDescending(a => a).Select(a => a * a)

A second `from`, a `let` or a `join` goes into the lambda of the one before, so that all names are
in reach:

    from a in x from b in y let c = a + b where c > 11 select c
    x.SelectMany(a => y.SelectMany(b => new[] { a + b }.Where(c => c > 11).Select(c => c)))

That is why `orderby` and `group` may not follow those: they would see one value of `a` at a time.
Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/
expressions#1220-query-expressions.
"""

from __future__ import annotations

from typing import Optional

from policy_expressions.errors import CompileError, UnsupportedError
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.source import Refusal, Source
from policy_expressions.syntax.types import parse_type, scan_type


class _Word(Source):
    """A word that stands in no source, as if it began where the query's clause does."""

    __slots__ = ("_of",)

    def __init__(self, text: str, of: Source, clause: int) -> None:
        super().__init__(" " * clause + text)
        self._of = of

    def at(self, offset: int, refusal: Refusal) -> Refusal:
        """Return the refusal with the place of the clause."""
        return self._of.at(offset, refusal)


def is_query(cursor: Cursor) -> bool:
    """Tell whether `from x in` or `from T x in` stands here."""
    if not cursor.word("from"):
        return False
    if cursor.peek().kind == "name" and cursor.peek(2).kind == "in":
        return True
    after, sure = scan_type(cursor, cursor.at + 1)
    tokens = cursor.tokens
    return bool(sure) and tokens[after].kind == "name" and tokens[after + 1].kind == "in"


def parse_query(cursor: Cursor) -> Node:
    """Read a query. Raises CompileError, UnsupportedError for what is not read here."""
    return _Query(cursor).read()


class _Query:
    """Read one query; `items` is what it walks so far, `name` what an item is called."""

    def __init__(self, cursor: Cursor, inner: bool = False) -> None:
        self.cursor, self.inner = cursor, inner
        self.start = cursor.token.start
        self.items: Node
        self.name: Node

    def read(self) -> Node:
        """Read `from` and all that follows."""
        cursor = self.cursor
        cursor.next()
        of = None if cursor.peek().kind == "in" else parse_type(cursor)
        self.name = cursor.name()
        cursor.expect("in")
        self.items = cursor.expression()
        if of is not None:
            cast = Node("type_argument_list", cursor.source, of.start, of.end, (of,), (None,))
            self.items = self._call("Cast", (), cast)
        return self.clauses()

    def clauses(self) -> Node:
        """Read the clauses up to the one that ends the query."""
        cursor = self.cursor
        while True:
            self.start = cursor.token.start
            if cursor.word("where"):
                cursor.next()
                self.items = self._call("Where", (self._lambda(cursor.expression()),))
            elif cursor.word("orderby"):
                self._order()
            elif cursor.word("from"):
                return self._continued(self._call("SelectMany", (self._lambda(self._nested()),)))
            elif cursor.word("let"):
                return self._continued(self._let())
            elif cursor.word("join"):
                return self._continued(self._join())
            elif cursor.word("select"):
                cursor.next()
                found = self._call("Select", (self._lambda(cursor.expression()),))
                return self._continued(found)
            elif cursor.word("group"):
                return self._continued(self._group())
            else:
                text = "A query body must end with a select clause or a group clause"
                raise cursor.refuse(CompileError("CS0742", text))

    def _nested(self) -> Node:
        return _Query(self.cursor, inner=True).read()

    def _within(self, name: Node, items: Node) -> Node:
        """Return what the rest of the query gives, which walks these items for each of ours."""
        rest = _Query(self.cursor, inner=True)
        rest.name, rest.items = name, items
        return self._call("SelectMany", (self._lambda(rest.clauses()),))

    def _let(self) -> Node:
        cursor = self.cursor
        cursor.next()
        name = cursor.name()
        cursor.expect("=")
        return self._within(name, self._alone(cursor.expression()))

    def _join(self) -> Node:
        cursor = self.cursor
        cursor.next()
        name = cursor.name()
        cursor.expect("in")
        items = cursor.expression()
        self._word("on")
        mine = cursor.expression()
        self._word("equals")
        theirs = cursor.expression()
        same = self._member(self._made("predefined_type", "object"), "Equals")
        call = self._arguments(same, (mine, theirs))
        found = self._call("Where", (self._lambda(call, name),), of=items)
        if cursor.word("into"):
            cursor.next()
            return self._within(cursor.name(), self._alone(found))
        return self._within(name, found)

    def _order(self) -> None:
        self._only_outside("orderby")
        cursor, method = self.cursor, "OrderBy"
        cursor.next()
        while True:
            key = self._lambda(cursor.expression())
            down = cursor.word("descending")
            if down or cursor.word("ascending"):
                cursor.next()
            self.items = self._call(f"{method}Descending" if down else method, (key,))
            method = "ThenBy"
            if not cursor.skip(","):
                return

    def _group(self) -> Node:
        self._only_outside("group")
        cursor = self.cursor
        cursor.next()
        element = cursor.expression()
        self._word("by")
        key = self._lambda(cursor.expression())
        same = element.kind == "identifier" and element.name == self.name.name
        return self._call("GroupBy", (key,) if same else (key, self._lambda(element)))

    def _continued(self, found: Node) -> Node:
        """Return what was found, or the query that goes on with it: `into g`."""
        cursor = self.cursor
        if not cursor.word("into"):
            return found
        if self.inner:
            raise cursor.refuse(UnsupportedError("query", _WITHIN.format("into")))
        cursor.next()
        rest = _Query(cursor)
        rest.name, rest.items = cursor.name(), found
        return rest.clauses()

    def _only_outside(self, clause: str) -> None:
        if self.inner:
            raise self.cursor.refuse(UnsupportedError("query", _WITHIN.format(clause)))

    def _word(self, text: str) -> None:
        if not self.cursor.word(text):
            raise self.cursor.missing(text)
        self.cursor.next()

    # Nodes, as the parser makes them of calls

    def _made(self, kind: str, text: str) -> Node:
        source = _Word(text, self.cursor.source, self.start)
        return Node(kind, source, self.start, self.start + len(text))

    def _over(
        self, kind: str, children: tuple[Node, ...], labels: tuple[Optional[str], ...]
    ) -> Node:
        start, end = self.start, self.cursor.tokens[self.cursor.at - 1].end
        return Node(kind, self.cursor.source, start, end, children, labels)

    def _member(self, of: Node, name: str, types: Optional[Node] = None) -> Node:
        named = self._made("identifier", name)
        if types is not None:
            children, labels = (named, types), (None, None)
            named = Node("generic_name", named.source, named.start, named.end, children, labels)
        return self._over("member_access_expression", (of, named), ("expression", "name"))

    def _arguments(self, function: Node, values: tuple[Node, ...]) -> Node:
        given = tuple(
            Node("argument", each.source, each.start, each.end, (each,), ("value",))
            for each in values
        )
        listed = self._over("argument_list", given, (None,) * len(given))
        return self._over("invocation_expression", (function, listed), ("function", "arguments"))

    def _call(
        self,
        method: str,
        arguments: tuple[Node, ...],
        types: Optional[Node] = None,
        of: Optional[Node] = None,
    ) -> Node:
        return self._arguments(self._member(of or self.items, method, types), arguments)

    def _lambda(self, body: Node, name: Optional[Node] = None) -> Node:
        called = name or self.name
        one = Node("parameter", called.source, called.start, called.end, (called,), ("name",))
        listed = Node("parameter_list", one.source, one.start, one.end, (one,), (None,))
        children, labels = (listed, body), ("parameters", "body")
        return Node("lambda_expression", body.source, body.start, body.end, children, labels)

    def _alone(self, value: Node) -> Node:
        """Return `new[] { value }`."""
        source, start, end = value.source, value.start, value.end
        listed = Node("initializer_expression", source, start, end, (value,), (None,))
        rank = Node("array_rank_specifier", source, start, end)
        kind, labels = "implicit_array_creation_expression", (None, "initializer")
        return Node(kind, source, start, end, (rank, listed), labels)


_WITHIN = (
    "{} after a second from, a let or a join is not read here: write it with OrderBy, GroupBy, "
    "Select and their like"
)
