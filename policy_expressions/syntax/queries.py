"""Query expressions, read as the calls they stand for.

    from a in x where a > 1 orderby a descending select a * a
    x.Where(a => a > 1).OrderByDescending(a => a).Select(a => a * a)

A second `from`, a `let` or a `join` adds a range variable. What is walked from there on is an
anonymous object of all of them, and a lambda that takes one has their names in reach:

    from a in x from b in y orderby a + b select b
    x.SelectMany(a => y, (a, b) => new { a, b }).OrderBy({a, b} => a + b).Select({a, b} => b)

Source: https://learn.microsoft.com/dotnet/csharp/language-reference/language-specification/
expressions#1220-query-expressions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from policy_expressions.errors import CompileError
from policy_expressions.syntax.cursor import Cursor
from policy_expressions.syntax.node import Node
from policy_expressions.syntax.source import Refusal, Source
from policy_expressions.syntax.types import parse_type, scan_type


class _Word(Source):
    """A word that stands in no source, as if it began where the query's clause does."""

    __slots__ = ("_of",)
    is_implied = True

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
    """Read a query. Raises CompileError."""
    cursor.enter()
    found = _Query(cursor).read()
    cursor.leave()
    return found


class _Query:
    """Read one query; items is what it walks so far, names the range variables."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self.start = cursor.token.start
        self.items: Node
        self.names: list[Node] = []
        self._unseen: tuple[str, ...] = ()
        self._clauses = {
            "where": self._where,
            "orderby": self._order,
            "from": self._from,
            "let": self._let,
            "join": self._join,
        }

    def read(self) -> Node:
        """Read `from` and all that follows."""
        name, self.items = self._source()
        self.names = [name]
        count = 0
        while True:
            self.start = self.cursor.token.start
            clause = self._clauses.get(self.cursor.token.text)
            if clause is not None:
                self.cursor.next()
                clause()
                count += 1
                continue
            self._end(count)
            if not self.cursor.word("into"):
                return self.items
            self.cursor.next()
            self.names, count = [self.cursor.name()], 0

    def _source(self) -> tuple[Node, Node]:
        """Read `from T x in items` or `join T x in items` after its first word."""
        cursor = self.cursor
        if cursor.word("from"):
            cursor.next()
        of = None if cursor.peek().kind == "in" else parse_type(cursor)
        name = cursor.name()
        cursor.expect("in")
        items = cursor.expression()
        if of is not None:
            types = Node("type_argument_list", cursor.source, of.start, of.end, (of,), (None,))
            items = self._call(items, "Cast", types=types)
        return name, items

    def _where(self) -> None:
        self.items = self._call(self.items, "Where", self._over(self.cursor.expression()))

    def _order(self) -> None:
        cursor, method = self.cursor, "OrderBy"
        while True:
            key = self._over(cursor.expression())
            down = cursor.word("descending")
            if down or cursor.word("ascending"):
                cursor.next()
            self.items = self._call(self.items, f"{method}Descending" if down else method, key)
            method = "ThenBy"
            if not cursor.skip(","):
                return

    def _from(self) -> None:
        name, inner = self._source()
        given = self._over(inner), self._with(name)
        self.items = self._call(self.items, "SelectMany", *given)
        self._add(name)

    def _let(self) -> None:
        name = self.cursor.name()
        self.cursor.expect("=")
        made = self._record(self._members((name, self.cursor.expression())))
        self.items = self._call(self.items, "Select", self._over(made))
        self._add(name)

    def _join(self) -> None:
        cursor = self.cursor
        name, inner = self._source()
        self._word("on")
        mine = self._key(self.names, [name], "left")
        self._word("equals")
        theirs = self._key([name], self.names, "right")
        method = "Join"
        if cursor.word("into"):
            cursor.next()
            method, name = "GroupJoin", cursor.name()
        self.items = self._call(self.items, method, inner, mine, theirs, self._with(name))
        self._add(name)

    def _key(self, names: list[Node], others: list[Node], side: str) -> Node:
        """Read one side of `equals`, which must not name what the other side walks."""
        self._unseen = (side, *(other.name for other in others))
        found = self._lambda(self.cursor.expression(), names)
        self._unseen = ()
        return found

    def _end(self, count: int) -> None:
        """Read `select` or `group`, after so many clauses."""
        cursor = self.cursor
        if cursor.word("select"):
            cursor.next()
            value = cursor.expression()
            if not (count and self._is_alone(value)):
                self.items = self._call(self.items, "Select", self._over(value))
        elif cursor.word("group"):
            cursor.next()
            element = cursor.expression()
            self._word("by")
            given = [self._over(cursor.expression())]
            if not self._is_alone(element):
                given.append(self._over(element))
            self.items = self._call(self.items, "GroupBy", *given)
        else:
            text = "A query body must end with a select clause or a group clause"
            raise cursor.refuse(CompileError("CS0742", text))

    def _is_alone(self, value: Node) -> bool:
        """Tell whether a value is the only range variable."""
        return [value.text] == [name.text for name in self.names]

    def _add(self, name: Node) -> None:
        if name.name in [known.name for known in self.names]:
            text = f"The range variable '{name.name}' has already been declared"
            raise name.source.at(name.start, CompileError("CS1930", text))
        self.names.append(name)

    def _word(self, text: str) -> None:
        if not self.cursor.word(text):
            raise self.cursor.missing(text)
        self.cursor.next()

    # Nodes, as the parser makes them of calls, lambdas and anonymous objects

    def _over(self, body: Node) -> Node:
        """Return the lambda over what is walked."""
        return self._lambda(body, self.names)

    def _with(self, name: Node) -> Node:
        """Return the lambda that puts another range variable to those there are."""
        return self._lambda(self._record(self._members((name, name))), self.names, [name])

    def _members(self, last: tuple[Node, Node]) -> list[Node]:
        pairs = [*((name, name) for name in self.names), last]
        return [self._node("anonymous_member", pair, ("name", "value")) for pair in pairs]

    def _record(self, members: list[Node]) -> Node:
        return self._node("anonymous_object_creation_expression", members)

    def _lambda(self, body: Node, *parameters: list[Node]) -> Node:
        listed = [
            self._node(
                "parameter",
                (self._node("range_variables", names, tokens=self._unseen),),
                ("name",),
            )
            for names in parameters
        ]
        children = (self._node("parameter_list", listed), body)
        labels = ("parameters", "body")
        return Node("lambda_expression", body.source, body.start, body.end, children, labels)

    def _call(self, of: Node, method: str, *given: Node, types: Optional[Node] = None) -> Node:
        source = _Word(method, self.cursor.source, self.start)
        name = Node("identifier", source, self.start, self.start + len(method))
        if types is not None:
            name = Node("generic_name", source, name.start, name.end, (name, types), (None, None))
        member = self._node("member_access_expression", (of, name), ("expression", "name"))
        arguments = [
            Node("argument", each.source, each.start, each.end, (each,), ("value",))
            for each in given
        ]
        children = (member, self._node("argument_list", arguments))
        return self._node("invocation_expression", children, ("function", "arguments"))

    def _node(
        self,
        kind: str,
        children: Sequence[Node],
        labels: Sequence[Optional[str]] = (),
        tokens: tuple[str, ...] = (),
    ) -> Node:
        """Return a node that stands in no source; its place is the clause."""
        start, end = self.start, self.cursor.tokens[self.cursor.at - 1].end
        named = labels or (None,) * len(children)
        return Node(kind, self.cursor.source, start, end, tuple(children), named, tokens)
