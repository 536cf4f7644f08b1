"""Reports as text for people, and as JSON, SARIF 2.1.0 and GitHub's commands for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from apim_gateway.streaming.findings import Finding
from apim_gateway.streaming.report import Report
from apim_gateway.streaming.rules import ERROR, NOTE, RULES, WARNING

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"


def text(reports: Sequence[Report]) -> str:
    """Return one paragraph a file: the verdict, then each finding with its fix and page."""
    return "\n".join(map(str, reports))


def as_json(reports: Sequence[Report]) -> str:
    """Return {"files": [{"file", "verdict", "findings": [...]}]}, indented."""
    files = [
        {
            "file": report.file,
            "verdict": report.verdict,
            "findings": [_plain(found) for found in report.findings],
        }
        for report in reports
    ]
    return json.dumps({"files": files}, indent=2, ensure_ascii=False)


def _plain(found: Finding) -> dict[str, Any]:
    return {
        "file": found.position.file,
        "line": found.position.line,
        "column": found.position.column,
        "level": found.level,
        "rule": found.rule,
        "message": found.message,
        "fix": found.fix,
        "url": found.url,
    }


def sarif(reports: Sequence[Report]) -> str:
    """Return a SARIF 2.1.0 log with one run; its rules are those of the check, all of them."""
    names = sorted(RULES)
    rules = [
        {
            "id": name,
            "shortDescription": {"text": RULES[name].what},
            "help": {"text": RULES[name].fix},
            "helpUri": RULES[name].url,
            "defaultConfiguration": {"level": RULES[name].level},
        }
        for name in names
    ]
    results = [
        _result(found, names.index(found.rule)) for report in reports for found in report.findings
    ]
    driver = {"name": "apim-gateway check", "rules": rules}
    run = {"tool": {"driver": driver}, "results": results, "columnKind": "unicodeCodePoints"}
    log = {"$schema": SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False)


def _result(found: Finding, index: int) -> dict[str, Any]:
    at = found.position
    uri = quote(at.file.replace("\\", "/"))
    region = {"startLine": at.line, "startColumn": at.column}
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}
    return {
        "ruleId": found.rule,
        "ruleIndex": index,
        "level": found.level,
        "message": {"text": f"{found.message}. Fix: {found.fix}."},
        "locations": [place],
    }


def github(reports: Sequence[Report]) -> str:
    """Return workflow commands, which GitHub shows at the lines of a pull request."""
    lines = []
    for report in reports:
        for found in report.findings:
            at = found.position
            place = {"file": at.file, "line": at.line, "col": at.column, "title": found.rule}
            told = ",".join(f"{key}={_property(str(value))}" for key, value in place.items())
            command = {ERROR: "error", WARNING: "warning", NOTE: "notice"}[found.level]
            lines.append(f"::{command} {told}::{_data(f'{found.message}. Fix: {found.fix}')}")
    return "\n".join(lines)


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


FORMATS: Mapping[str, Callable[[Sequence[Report]], str]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}
