"""Regular expressions: conditionals, and the operator =~ of JSON paths."""

from __future__ import annotations

import pytest

import policy_expressions
from policy_expressions.context import Context


def value(text: str) -> object:
    context = Context.for_request("GET", "https://lab.example/")
    return policy_expressions.compile(f"@({text})").evaluate(context)


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("ab", "^(?(a)ab|c)$", True),
        ("c", "^(?(a)ab|c)$", True),
        ("b", "^(?(a)ab|c)$", False),
        ("xab", "^(?<q>x)?(?(q)ab|c)$", True),
        ("xc", "^(?<q>x)?(?(q)ab|c)$", False),
        ("aa", "^(a)?(?(1)a|b)$", True),
        ("ab", "^(?(?!a)x|ab)$", True),
    ],
)
def test_conditionals_are_those_of_dotnet(text: str, pattern: str, found: bool) -> None:
    assert value(f'Regex.IsMatch("{text}", "{pattern}")') == found


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("$[?(@.n =~ /^A/i)]", 2),
        ("$[?(@.n =~ /^A/)]", 0),
        ("$[?(@.n =~ /b$/ && @.n =~ /^a/)]", 1),
        (r"$[?(@.n =~ /a\\/c/)]", 1),
        ("$[?(@.x =~ /1/)]", 0),
    ],
)
def test_a_path_may_hold_a_pattern(path: str, count: int) -> None:
    data = "[{'n':'ab','x':1},{'n':'a/c'}]"
    assert value(f'JArray.Parse("{data}").SelectTokens("{path}").Count()') == count
