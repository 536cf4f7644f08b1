"""Query expressions give what the calls give that they stand for."""

from __future__ import annotations

from typing import Any

import pytest

import policy_expressions
from policy_expressions import ExpressionError
from policy_expressions.context import Context, Request, Url

ADDRESS = Url.parse("https://gateway.example/")


def value(expression: str) -> Any:
    context = Context(Request("GET", ADDRESS, ADDRESS))
    return policy_expressions.compile(f"@({expression})").text(context)


def joined(query: str) -> Any:
    return value(f'string.Join(",", {query})')


ONE, TWO = "new[] { 3, 1, 2 }", "new[] { 10, 20 }"


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        (f"from a in {ONE} select a + 1", f"{ONE}.Select(a => a + 1)"),
        (f"from a in {ONE} where a > 1 select a", f"{ONE}.Where(a => a > 1)"),
        (
            f"from a in {ONE} orderby a % 2, a descending select a",
            f"{ONE}.OrderBy(a => a % 2).ThenByDescending(a => a)",
        ),
        (f"from a in {ONE} orderby a ascending select a", f"{ONE}.OrderBy(a => a)"),
        (
            f"from a in {ONE} from b in {TWO} where a > 1 select a + b",
            f"{ONE}.SelectMany(a => {TWO}.Where(b => a > 1).Select(b => a + b))",
        ),
        (
            f"from a in {ONE} let b = a * a where b > 1 select a + b",
            f"{ONE}.Select(a => new {{ a, b = a * a }}).Where(t => t.b > 1).Select(t => t.a + t.b)",
        ),
        (
            f"from a in {ONE} group a by a % 2 into g select g.Key + g.Count()",
            f"{ONE}.GroupBy(a => a % 2).Select(g => g.Key + g.Count())",
        ),
        (
            f"from a in {ONE} group a * 10 by a % 2 into g orderby g.Key select g.Sum()",
            f"{ONE}.GroupBy(a => a % 2, a => a * 10).OrderBy(g => g.Key).Select(g => g.Sum())",
        ),
        (
            f"from a in {ONE} join b in new[] {{ 2, 3, 3 }} on a equals b select a + b",
            f"{ONE}.Join(new[] {{ 2, 3, 3 }}, a => a, b => b, (a, b) => a + b)",
        ),
        (
            f"from a in {ONE} join b in new[] {{ 2, 3, 3 }} on a equals b into g select g.Count()",
            f"{ONE}.GroupJoin(new[] {{ 2, 3, 3 }}, a => a, b => b, (a, g) => g.Count())",
        ),
        (
            f"from a in {ONE} select a into b where b > 1 select b * 2",
            f"{ONE}.Where(a => a > 1).Select(a => a * 2)",
        ),
        (
            'from string s in new object[] { "b", "a" } orderby s select s.ToUpper()',
            'new object[] { "b", "a" }.Cast<string>().OrderBy(s => s).Select(s => s.ToUpper())',
        ),
        (
            f"from a in (from b in {ONE} where b > 1 select b) select a",
            f"{ONE}.Where(b => b > 1)",
        ),
    ],
)
def test_a_query_is_the_calls_it_stands_for(query: str, calls: str) -> None:
    assert joined(query) == joined(calls) != ""


@pytest.mark.parametrize(
    ("query", "code", "column"),
    [
        (f"from a in {ONE}", "CS0742", 30),
        (f"from a in {ONE} where a select a", "CS0029", 37),
        (f"from a in {ONE} select b", "CS0103", 38),
        ("from a in 5 select a", "CS1061", 15),
        (f"from a in {ONE} join b in {TWO} on a select b", "CS1003", 63),
        (f"from a in {ONE} let b = a orderby b select b", "", 41),
        (f"from a in {ONE} from b in {TWO} group a by b", "", 0),
    ],
)
def test_what_is_wrong_with_a_query_is_told_with_its_place(
    query: str, code: str, column: int
) -> None:
    with pytest.raises(ExpressionError) as caught:
        policy_expressions.compile(f"@({query})")
    assert getattr(caught.value, "code", "") == code or "query" in str(caught.value)
    assert caught.value.line == 1
    if column:
        assert caught.value.column == column


def test_from_may_still_be_a_name() -> None:
    assert value("new[] { 1 }.Select(from => from + 1).First()") == "2"
