"""Every expression of cases.jsonl against the outcome that the real .NET gives.

The outcomes are those of Roslyn 4.14, .NET 10 and Newtonsoft.Json 13.0.3 in the invariant culture.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from policy_expressions import evaluate
from policy_expressions.context import Limits

CASES = Path(__file__).with_name("cases.jsonl")

# What C# after 7.3 answers: refused with the version that has it.
NEWER = {
    "8.0": "format-42 null-43 stmt-57 pattern-12 pattern-13 pattern-14 pattern-15 pattern-16 "
    "pattern-17 pattern-18 pattern-19 pattern-20 pattern-21 pattern-22",
    "9.0": "pattern-8 pattern-9 pattern-10",
    "10.0": "compile-12",
    "11.0": "pattern-23 lit-4",
}
# What is refused when it is loaded, though .NET answers.
UNSUPPORTED = {
    "goto and iterators": "stmt-9 stmt-59 stmt-60 stmt-62",
    "dynamic": "json-parse-72 stmt-63",
    "arrays of several dimensions": "coll-37",
    "types APIM refuses too": "web-32 compile-21 compile-22 format-30",
    "newer than .NET Framework 4.7": "string-21 string-64 string-68 linq-68 stmt-7",
    "on no list, in no published policy": "text-38 text-39 json-write-43 json-build-23 regex-31 "
    "date-68 coll-56",
}
# What is answered otherwise.
DIFFERENT = {
    "convert-78": "the same refusal, but its text names .NET's form with a span",
    "json-read-114": "tokens do not remember their line in the text they were read from",
}


@cache
def groups() -> dict[str, list[dict[str, Any]]]:
    """Return the cases by the group that their id begins with."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in CASES.read_text(encoding="utf-8").split("\n"):
        case = json.loads(line) if line else {"id": ""}
        if line:
            found.setdefault(case["id"].rpartition("-")[0], []).append(case)
    return found


def outcome(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what must be equal: the text of an iterator says nothing, its JSON does."""
    found = {k: v for k, v in answer.items() if k != "id"}
    if found.get("error") == "Timeout":
        del found["message"]
    return found


def names(listed: dict[str, str]) -> set[str]:
    return {name for ids in listed.values() for name in ids.split()}


def kind(answer: dict[str, Any], case: dict[str, Any]) -> str:
    """Tell whether an answer is .NET's, or how it differs."""
    if outcome(answer) == outcome(case["expect"]):
        return "equal"
    if answer.get("error") == "CS8370":
        version = answer["message"].partition("use language version ")[2].partition(" ")[0]
        return f"newer: {version}"
    return "unsupported" if answer.get("stage") == "unsupported" else "different"


def expected(name: str) -> str:
    for version, ids in NEWER.items():
        if name in ids.split():
            return f"newer: {version}"
    if name in names(UNSUPPORTED):
        return "unsupported"
    return "different" if name in DIFFERENT else "equal"


@pytest.mark.parametrize("group", sorted(groups()))
def test_the_outcomes_are_those_of_dotnet_but_for_lists_with_reasons(group: str) -> None:
    cases = groups()[group]
    questions = (json.dumps({k: v for k, v in case.items() if k != "expect"}) for case in cases)
    told = [json.loads(line) for line in evaluate.answers(questions, Limits(seconds=0.5))]
    assert [answer["id"] for answer in told] == [case["id"] for case in cases]
    wrong = {
        case["id"]: (answer, case["expect"])
        for answer, case in zip(told, cases)
        if kind(answer, case) != expected(case["id"])
    }
    assert not wrong


def test_all_1784_outcomes_are_there() -> None:
    assert sum(map(len, groups().values())) == 1784
    known = {case["id"] for cases in groups().values() for case in cases}
    assert known >= names(NEWER) | names(UNSUPPORTED) | set(DIFFERENT)
