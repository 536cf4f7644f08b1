from __future__ import annotations

import json
from typing import Any

import pytest

from apim_gateway.reading.scopes import Source
from apim_gateway.streaming.formats import FORMATS, as_json, github, sarif, text
from apim_gateway.streaming.report import check
from apim_gateway.streaming.rules import RULES
from tests.apim_gateway.loopback import policy
from tests.apim_gateway.streaming.sarif_schema import validate

READS = '\n<set-variable name="b" value="@(context.Response.Body.As<string>(true))" />'
GOOD = check(Source(policy(), "good.xml"))
BAD = check(Source(policy(outbound=READS), "a folder/bad, 100%.xml"))


def test_text_tells_verdict_place_correction_and_page() -> None:
    lines = text([GOOD, BAD]).splitlines()
    assert lines[0] == "good.xml: streams: each chunk goes on as it comes"
    assert lines[1].startswith("a folder/bad, 100%.xml: whole: ")
    assert lines[2].startswith("  a folder/bad, 100%.xml:2:31: error: set-variable: ")
    assert [line.strip()[:5] for line in lines[3:]] == ["fix: ", "see: "]


def test_json_has_the_documented_form() -> None:
    files = json.loads(as_json([GOOD, BAD]))["files"]
    assert files[0] == {"file": "good.xml", "verdict": "streams", "findings": []}
    (found,) = files[1]["findings"]
    assert list(found) == ["file", "line", "column", "level", "rule", "message", "fix", "url"]
    assert (found["line"], found["level"], found["rule"]) == (2, "error", "body-read")


def test_sarif_is_what_its_schema_asks_for() -> None:
    log: dict[str, Any] = json.loads(sarif([GOOD, BAD]))
    assert validate(log) == []
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(RULES)
    (result,) = run["results"]
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == "body-read"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20folder/bad%2C%20100%25.xml"
    assert place["region"] == {"startLine": 2, "startColumn": 31}


@pytest.mark.parametrize("broken", ["level", "message", "locations"])
def test_a_broken_sarif_log_is_noticed(broken: str) -> None:
    log: dict[str, Any] = json.loads(sarif([BAD]))
    log["runs"][0]["results"][0][broken] = "nothing of the kind"
    assert validate(log)


def test_github_escapes_what_its_commands_reserve() -> None:
    (line,) = github([GOOD, BAD]).splitlines()
    place = "file=a folder/bad%2C 100%25.xml,line=2,col=31,title=body-read"
    assert line.startswith(f"::error {place}::set-variable: an expression reads ")


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_no_reports(name: str) -> None:
    assert isinstance(FORMATS[name]([]), str)
