"""Two gateways side by side: the same agrees, a different one is found in each of its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway_conformance import loopback
from gateway_conformance import question as q
from gateway_conformance.answer import Answer, Gateway
from gateway_conformance.asking import answers as asked
from gateway_conformance.asking import chosen
from gateway_conformance.errors import ConformanceError
from gateway_conformance.look import UNKNOWN, look
from gateway_conformance.operations import operations
from gateway_conformance.question import Question
from gateway_conformance.report import Compared, document, summary
from gateway_conformance.table import QUESTIONS
from lab_utils.__main__ import main
from lab_utils.settings import PROJECT
from stream_probe.arrival import Arrival, Read

RUN, MODEL, VERSION = "a-run", "gpt-4o-mini", "2024-10-21"
ALL = {question.id: question for question in QUESTIONS}


@pytest.fixture(scope="module")
def answers() -> Iterator[Mapping[str, Answer]]:
    """Return what the loopback gateway answers to each question."""
    with loopback.gateway(operations(QUESTIONS, RUN, MODEL, VERSION), MODEL, PROJECT) as gateway:
        gateway.wait(RUN)
        yield {question.id: clear(gateway, question) for question in QUESTIONS}


def clear(gateway: Gateway, question: Question) -> Answer:
    """Ask until the answer is clear: on a busy machine, how text was released may not be."""
    for _ in range(10):
        answer = gateway.ask(question)
        if UNKNOWN not in look(answer, question.looks).values():
            break
    return answer


def with_body(answer: Answer, body: bytes) -> Answer:
    return replace(answer, arrival=replace(answer.arrival, reads=(Read(0.1, body),)), second=None)


def with_header(answer: Answer, name: str) -> Answer:
    return replace(answer, headers={**answer.headers, name: "other"})


def gathered(answer: Answer) -> Answer:
    """Return an even stream for what was gathered, and a late one for what was even."""
    events = [b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n'] * 800
    late = look(answer, (q.RELEASES,))[q.RELEASES] == "at once"
    reads = tuple(Read(1 + number * 0.02, event) for number, event in enumerate(events))
    if late:
        reads = (Read(9.0, b"".join(events)),)
    return replace(answer, arrival=Arrival(reads, 0.1, 12.0), second=None)


# How another gateway could answer, by what is looked at.
OTHER: Mapping[str, Callable[[Answer], Answer]] = {
    q.STATUS: lambda answer: replace(answer, status=answer.status + 1),
    q.REASON: lambda answer: replace(answer, reason=answer.reason + " of another"),
    q.BODY: lambda answer: with_body(answer, b"another body"),
    q.ERROR: lambda answer: with_header(answer, "x-last-error"),
    q.HEADERS: lambda answer: with_header(answer, "x-of-another"),
    q.RELEASES: gathered,
    q.ENDING: lambda answer: with_body(answer, b"data: another"),
    q.ATTEMPTS: lambda answer: with_header(answer, "x-attempts"),
    q.TRACE: lambda answer: replace(answer, trace={"traceEntries": {"another": []}}),
}


def test_every_difference_of_another_gateway_is_found(answers: Mapping[str, Answer]) -> None:
    for question in QUESTIONS:
        answer = answers[question.id]
        here = look(answer, question.looks)
        for name in question.looks:
            header = name.partition(":")[2]
            another = with_header(answer, header) if header else OTHER[name](answer)
            compared = Compared(question, look(another, question.looks), here)
            assert name in compared.differences, question.id
            assert compared.agrees is False


def test_the_same_answers_agree_and_nothing_is_left_unclear(
    answers: Mapping[str, Answer],
) -> None:
    for question in QUESTIONS:
        seen = look(answers[question.id], question.looks)
        assert Compared(question, seen, seen).agrees is True, question.id


def test_what_cannot_be_told_is_no_difference() -> None:
    question = ALL["stream-buffered"]
    seen = {q.STATUS: 200, q.RELEASES: "at once", q.ENDING: "done"}
    unclear = Compared(question, {**seen, q.RELEASES: UNKNOWN}, seen)
    assert (unclear.agrees, unclear.differences) == (None, [])
    assert unclear.lines() == [f"unclear  stream-buffered: {question.asks}"]
    cut = Compared(question, {**seen, q.RELEASES: UNKNOWN, q.ENDING: "cut"}, seen)
    assert (cut.agrees, cut.differences) == (False, [q.ENDING])
    assert summary([unclear, cut]) == "2 questions: 0 agree, 1 differ, 1 unclear"


def test_a_difference_is_told_with_both_values_and_the_switch() -> None:
    question = ALL["missing-variable"]
    here: dict[str, Any] = {q.STATUS: 200, q.BODY: "null", q.ERROR: None}
    told = Compared(question, {**here, q.STATUS: 500}, here).lines()
    assert told == [
        f"DIFFERS  missing-variable: {question.asks}",
        "         status: 500",
        "           here: 200",
        "         apim_gateway serve --missing-variable has another reading",
    ]


def test_the_report_hides_keys_and_names() -> None:
    seen = {q.STATUS: 200, q.BODY: 'of "my-apim" with 0123abcd', q.ERROR: None}
    text = document(
        [Compared(ALL["missing-variable"], seen, seen)],
        "Developer",
        "a model",
        "2026-01-02",
        ["my-apim", "0123abcd", ""],
    )
    report = json.loads(text)
    assert report["questions"][0]["gateway"]["body"] == 'of "<hidden>" with <hidden>'
    assert (report["format"], report["tier"], report["made"]) == (1, "Developer", "2026-01-02")


def test_a_question_that_is_not_there_is_told() -> None:
    with pytest.raises(
        ConformanceError, match="no question is called 'nothing'; there are: missing-"
    ):
        chosen(["nothing"])
    assert [question.id for question in chosen(["trace"])] == ["trace"]


def test_the_cost_is_said_and_nothing_is_asked_without_consent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("LAB_TARGET", "azure")
    out = tmp_path / "report.json"
    for said in ("no", ""):
        monkeypatch.setattr("builtins.input", lambda prompt, said=said: said)
        assert main(["conformance", "--out", str(out)]) == 2
    told = capsys.readouterr().out
    assert "40 requests at most are streams of some 700 output tokens, 28,000 together" in told
    assert "Nothing was asked" in told
    assert not out.exists()


def test_another_target_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAB_TARGET", "local")
    assert main(["conformance"]) == 2
    assert "LAB_TARGET is local\nNext: set LAB_TARGET=azure" in capsys.readouterr().err


def test_a_question_is_asked_again_where_the_first_answer_is_unclear(
    answers: Mapping[str, Answer],
) -> None:
    question = ALL["stream-buffered"]
    clear_one = answers[question.id]
    events = clear_one.arrival.body
    unclear = replace(clear_one, arrival=Arrival((Read(0.001, events),), 0.001, 0.002), second=None)

    class Busy:
        def __init__(self) -> None:
            self.left = [unclear, clear_one, unclear]

        def wait(self, run: str) -> None:
            """Be in force at once."""

        def ask(self, question: Question) -> Answer:
            return self.left.pop(0)

    busy = Busy()
    (seen,) = asked(busy, [question], RUN)  # type: ignore[arg-type]
    assert seen == look(clear_one, question.looks)
    assert busy.left == [unclear]
