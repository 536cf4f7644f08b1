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
            f"from a in {ONE} from b in {TWO} orderby b descending, a select a + b",
            "\"21,22,23,11,12,13\".Split(',')",
        ),
        (
            f"from a in {ONE} let b = a % 2 orderby b, a descending select a + b",
            f"{ONE}.OrderBy(a => a % 2).ThenByDescending(a => a).Select(a => a + a % 2)",
        ),
        (
            f"from a in {ONE} let b = a % 2 group a by b into g orderby g.Key select g.Sum()",
            f"{ONE}.GroupBy(a => a % 2).OrderBy(g => g.Key).Select(g => g.Sum())",
        ),
        (
            f"from a in {ONE} from b in new[] {{ a, 1 }} group b by b into g select g.Count()",
            "new[] { 1, 4, 1 }",
        ),
        (
            f"from a in {ONE} from b in {TWO} let c = a * b where c > 20 let d = c + a from e in "
            "new[] { d, a } where e < 50 orderby e select a + b + c + d + e",
            "new[] { 2 + 20 + 40 + 42 + 2, 3 + 10 + 30 + 33 + 3, 3 + 20 + 60 + 63 + 3, "
            "3 + 10 + 30 + 33 + 33, 2 + 20 + 40 + 42 + 42 }",
        ),
        (
            f"from a in {ONE} join b in new[] {{ 2, 3, 3 }} on a equals b orderby b select a * b",
            "new[] { 4, 9, 9 }",
        ),
        (
            f"from a in {ONE} let k = a + 1 join b in new[] {{ 2, 3, 3 }} on k equals b into g "
            "from c in g.DefaultIfEmpty() orderby a, c select a + k + c",
            "new[] { 1 + 2 + 2, 2 + 3 + 3, 2 + 3 + 3, 3 + 4 + 0 }",
        ),
        (
            f'from a in {ONE} join string s in new object[] {{ "1", "3" }} on a + "" equals s '
            "select s",
            'new[] { "3", "1" }',
        ),
        (
            f"from a in {ONE} let f = (Func<int, int>)(b => a * b) where f(2) > 2 select f(3)",
            "new[] { 9, 6 }",
        ),
        (
            f"from a in {ONE} let b = (from c in {TWO} where c > a * 5 select c).Count() select b",
            "new[] { 1, 2, 1 }",
        ),
        (
            f"(from a in {ONE} orderby a % 2 select a).ThenBy(a => a)",
            "new[] { 2, 1, 3 }",
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
        ("from a in 5 select a", "CS1936", 15),
        (f"from a in {ONE} join b in {TWO} on a select b", "CS1003", 63),
        (f"from a in {ONE} let b = a orderby a.b select b", "CS1061", 51),
        (f"from a in {ONE} let a = 1 select a", "CS1930", 35),
        (f"from a in {ONE} from b in {TWO} select (from a in {ONE} select a)", "CS1931", 71),
        (f"from a in {ONE} join b in {TWO} on b equals a select b", "CS1937", 61),
        (f"from a in {ONE} join b in {TWO} on a equals a select b", "CS1938", 70),
        (f"from a in {ONE} group a by a into g select a", "CS0103", 58),
        (f"from a in {ONE} select a = 5", "CS1947", 38),
        (f"from a in {ONE} let b = a select b = 5", "CS1947", 48),
        ('from a in context.Variables["x"] select a', "CS1936", 36),
    ],
)
def test_what_is_wrong_with_a_query_is_told_with_its_place(
    query: str, code: str, column: int
) -> None:
    with pytest.raises(ExpressionError) as caught:
        policy_expressions.compile(f"@({query})")
    assert getattr(caught.value, "code", "") == code
    assert caught.value.line == 1
    if column:
        assert caught.value.column == column


def test_from_may_still_be_a_name() -> None:
    assert value("new[] { 1 }.Select(from => from + 1).First()") == "2"
