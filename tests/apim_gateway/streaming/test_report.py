from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.reading.scopes import API, Source
from apim_gateway.streaming.facts import Facts
from apim_gateway.streaming.report import Around, Report, check
from apim_gateway.streaming.rules import RULES
from apim_gateway.streaming.ways import VERDICTS
from tests.apim_gateway.loopback import policy
from tests.apim_gateway.streaming.cases import CASES, Case


def checked(text: str, **around: object) -> Report:
    return check(Source(text, "p.xml"), Around(**around))  # type: ignore[arg-type]


def told(report: Report) -> list[tuple[int, str, str]]:
    return [(found.position.line, found.level, found.rule) for found in report.findings]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_verdict_is_right(case: Case) -> None:
    report = check(Source(case.policy, f"{case.id}.xml"), case.around)
    assert report.verdict == case.verdict, f"{case.why}\n{report}"
    assert all(found.rule in RULES for found in report.findings)


def test_every_verdict_has_a_case() -> None:
    assert {case.verdict for case in CASES} == set(VERDICTS)


def test_the_finding_names_the_place_the_rule_and_the_correction() -> None:
    (found,) = checked(policy(backend="\n  <forward-request\n timeout='9' />")).findings
    assert (found.position.file, found.position.line, found.position.column) == ("p.xml", 2, 3)
    assert str(found) == (
        "  p.xml:2:3: error: forward-request: the gateway gathers 8 KB of the response before it "
        "sends any of it [buffered-response]\n"
        '    fix: set buffer-response="false": '
        '<forward-request timeout="120" buffer-response="false" />\n'
        "    see: https://learn.microsoft.com/azure/api-management/forward-request-policy"
    )


def test_what_depends_tells_on_which_line() -> None:
    text = (
        "\n<choose><when condition='@(context.Response.StatusCode > 299)'><find-and-replace "
        "from='a' to='b' /></when><otherwise><validate-content max-size='9' "
        "unspecified-content-type-action='ignore' size-exceeded-action='ignore' /></otherwise>"
        "</choose>"
    )
    report = checked(policy(outbound=text))
    assert [found.message.partition(", where ")[2] for found in report.findings] == [
        "the condition of line 2 holds",
        "the condition of line 2 does not hold",
    ]


def test_a_parent_that_is_assumed_is_told_at_its_base() -> None:
    report = checked(policy(backend="\n<base />"))
    assert told(report) == [(2, "note", "assumed-parent"), (2, "error", "buffered-response")]


def test_a_finding_in_a_fragment_or_parent_names_its_file() -> None:
    reads = '<set-variable name="b" value="@(context.Response.Body.As<string>(true))" />'
    fragments = {"log": Source(f"<fragment>{reads}</fragment>", "log.xml")}
    report = checked(policy(outbound="<include-fragment fragment-id='log' />"), fragments=fragments)
    assert [found.position.file for found in report.findings] == ["log.xml"]
    above = {API: Source(policy(outbound=reads), "api.xml")}
    report = checked(policy(backend="<base />"), scopes=above)
    assert (report.verdict, [found.position.file for found in report.findings]) == (
        "whole",
        ["api.xml"],
    )


@pytest.mark.parametrize(
    ("inbound", "outbound", "backend", "rule"),
    [
        ("<llm-emit-token-metric />", "", "", "usage-not-told"),
        ("<azure-openai-emit-token-metric />", "", "", "usage-not-told"),
        ("<llm-token-limit counter-key='a' tokens-per-minute='9' />", "", "", "tokens-estimated"),
        ("", "<set-header name='content-type' exists-action='delete' />", "", "content-type"),
        ("", "<set-header name='Content-Type'><value>a/b</value></set-header>", "", "content-type"),
        ("", "", "<forward-request timeout='241' buffer-response='false' />", "long-timeout"),
        ("", "", "<forward-request timeout-ms='240001' buffer-response='false' />", "long-timeout"),
    ],
)
def test_what_streams_but_surprises_is_a_warning(
    inbound: str, outbound: str, backend: str, rule: str
) -> None:
    report = checked(policy(inbound=inbound, outbound=outbound, backend=backend))
    assert report.verdict == "streams"
    assert [(found.level, rule in found.rule) for found in report.findings] == [("warning", True)]


def test_a_judged_response_is_a_warning_with_a_verdict_of_its_own() -> None:
    safety = "<llm-content-safety backend-id='b' enforce-on-completions='true' />"
    report = checked(policy(inbound=safety))
    assert report.verdict == "windows"
    assert [(found.level, found.rule) for found in report.findings] == [
        ("warning", "completions-judged")
    ]


@pytest.mark.parametrize(
    ("outbound", "backend"),
    [
        ("<set-header name='Content-Type'><value>text/event-stream</value></set-header>", ""),
        ("<set-header name='x'><value>a</value></set-header>", ""),
        ("", "<forward-request timeout='240' buffer-response='false' />"),
        ("", "<forward-request timeout='@(999)' buffer-response='false' />"),
    ],
)
def test_what_does_not_surprise_is_not_told(outbound: str, backend: str) -> None:
    assert checked(policy(outbound=outbound, backend=backend)).findings == ()


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ('{"error": "{{text}}"}', "streams"),  # no expression, though it starts as one goes on
        ("({{text}})", "streams"),
        ("@({{code}} {{operator}} 1)", "unknown"),
    ],
)
def test_text_around_a_named_value_is_no_expression(value: str, verdict: str) -> None:
    header = f'<set-header name="x-a"><value> {value}</value></set-header>'
    report = checked(policy(outbound=header, backend='<forward-request buffer-response="false" />'))
    assert report.verdict == verdict
    assert [found.rule for found in report.findings] == ["unread-expression"] * (
        verdict != "streams"
    )


def test_the_tier_and_the_diagnostics_count() -> None:
    assert checked(policy(), facts=Facts("Consumption")).verdict == "fails"
    assert checked(policy(), facts=Facts("Developer", {"azuremonitor": 0})).verdict == "streams"
    report = checked(policy(), facts=Facts("", {"applicationinsights": 8192}))
    assert (report.verdict, told(report)) == ("whole", [(1, "error", "response-logged")])


def test_every_fault_of_a_refused_document_is_told() -> None:
    text = policy(inbound="<set-heeder />\n<set-method />", outbound='<trace source="@(1 +)" />')
    report = checked(text)
    assert report.verdict == "refused"
    assert len(report.findings) >= 3
    assert {found.rule for found in report.findings} == {"refused"}


def test_what_only_this_gateway_does_not_run_is_a_note() -> None:
    report = checked(policy(inbound="<set-backend-service base-url='wss://a.test/' />"))
    assert (report.verdict, told(report)) == ("streams", [(1, "note", "not-run-here")])


@given(st.text(alphabet="<>/=\"'@(){} policesnbaudtrgx", max_size=120))
def test_any_text_has_a_verdict(text: str) -> None:
    assert checked(text).verdict in VERDICTS
    assert checked(policy(outbound=text)).verdict in VERDICTS
