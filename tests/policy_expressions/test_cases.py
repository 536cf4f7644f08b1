"""Every expression of cases.jsonl against the outcome that the real .NET gives.

The outcomes are those of Roslyn 4.14, .NET 10 and Newtonsoft.Json 13.0.3 in the invariant culture.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from policy_expressions import evaluate
from policy_expressions.context import Limits

CASES = Path(__file__).with_name("cases.jsonl")

# What is refused when it is loaded, though .NET answers (or words its refusal otherwise).
UNSUPPORTED = {
    "XmlDocument and XmlReader are on no list": "xml-12 xml-13",
    "LINQ query syntax": "json-build-29 json-build-30 linq-58 linq-59 linq-60",
    "newer than C# 7.3": "pattern-18 pattern-20 pattern-21 pattern-22 pattern-23 lit-4 compile-12",
    "goto and iterators": "stmt-9 stmt-59 stmt-60 stmt-62",
    "dynamic": "json-parse-72 stmt-63",
    "arrays of arrays and deconstruction": "coll-37 coll-38 coll-46 coll-48",
    "a brace right before a hole": "format-37",
    "types APIM refuses too": "web-32 compile-21 compile-22 format-30",
    "newer than .NET Framework 4.7": "string-21 string-64 string-68 linq-68 stmt-7",
    "on no list, in no published policy": "text-38 text-39 json-write-43 json-build-23 regex-31 "
    "date-68",
    "C# knows there is no such type, this table does not": "compile-14",
}
# What is answered otherwise.
DIFFERENT = {
    "convert-78": "the same refusal, but its text names .NET's form with a span",
    "json-read-114": "tokens do not remember their line in the text they were read from",
}


def outcome(answer: dict[str, Any]) -> dict[str, Any]:
    """Return what must be equal: the text of an iterator says nothing, its JSON does."""
    found = {k: v for k, v in answer.items() if k != "id"}
    if found.get("error") == "Timeout":
        del found["message"]
    return found


def test_the_outcomes_are_those_of_dotnet_but_for_a_list_with_reasons() -> None:
    cases = [json.loads(line) for line in CASES.read_text(encoding="utf-8").split("\n") if line]
    answers = evaluate.answers(
        (json.dumps({k: v for k, v in case.items() if k != "expect"}) for case in cases),
        Limits(seconds=0.5),
    )
    unsupported, different = set(), {}
    for case, line in zip(cases, answers):
        answer = json.loads(line)
        assert answer["id"] == case["id"]
        if outcome(answer) == outcome(case["expect"]):
            continue
        if answer.get("stage") == "unsupported":
            unsupported.add(case["id"])
        else:
            different[case["id"]] = (answer, case["expect"])
    assert len(cases) == 1784
    assert set(different) == set(DIFFERENT), different
    assert unsupported == {name for names in UNSUPPORTED.values() for name in names.split()}
