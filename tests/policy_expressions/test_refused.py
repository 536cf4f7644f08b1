"""What API Management does not save is refused here, or warned of, with the compiler's code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import policy_expressions
from policy_expressions import ExpressionError

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("refused.jsonl").read_text(encoding="utf-8").splitlines()
]


def told(source: str) -> str:
    """Return what is said of an expression: its refusal, or the codes of its warnings."""
    try:
        found = policy_expressions.compile(source)
    except ExpressionError as refused:
        code = getattr(refused, "code", "")
        return f"refused {code} {refused}"
    return " ".join(warning.code for warning in found.warnings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.get("expr") or case["body"])
def test_what_is_wrong_is_told_by_the_compilers_code(case: dict[str, str]) -> None:
    source = f"@{{{case['body']}}}" if "body" in case else f"@({case['expr']})"
    assert case["expect"] in told(source)


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ('context.Request.Headers.GetValueOrDefault<string>("a")', "CS1929"),
        ('context.Request.MatchedParameters.GetValueOrDefault<int>("a")', "CS1929"),
        ('context.Request.Url.Query.GetValueOrDefault<string>("a", "b")', "CS1929"),
        ('"a".Substring<int>(1)', "CS0308"),
        ("new[] { 1 }.Select<int>(n => n)", "CS0305"),
        ("'a'.Foo()", "CS1061"),
        ("char.Foo('a')", "CS0117"),
        ('context.Variables.GetValueOrDefault<string>("a")', ""),
        ('context.Request.Headers.GetValueOrDefault<string, string[]>("a")', ""),
    ],
)
def test_type_arguments_that_no_form_takes_are_refused(expression: str, code: str) -> None:
    found = told(f"@({expression})")
    assert code in found if code else "refused" not in found
