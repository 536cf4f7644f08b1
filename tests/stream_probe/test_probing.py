"""The probe on loopback: every cause is brought about for real and told from the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import pytest
import requests
from openai.types.chat import ChatCompletionChunk

from lab_utils import Lab, Recording
from lab_utils.refused import told
from stream_probe import verdict as v
from stream_probe.errors import ProbeError
from stream_probe.probing import OTHER_EVENTS, probe
from stream_probe.report import ADVICE, Report
from stream_probe.sending import QUESTION, Where, body, completions
from tests.stream_probe.loopback import KEY, MODEL, Loopback


@dataclass(frozen=True)
class Case:
    """Hold how a cause is brought about."""

    cause: str
    policy: str = "own"
    scenario: str = "ok"
    arguments: Mapping[str, Any] = field(default_factory=dict)
    client: Optional[Callable[[Where], Recording]] = None


def without_stream(where: Where) -> Recording:
    """Ask for a stream with a client that waits for its end: no stream=True for requests."""
    recording = Recording("my client")
    answer = requests.post(
        where.url,
        headers={"api-key": where.key},
        json=body(QUESTION, MODEL),
        timeout=60,
    )
    chunks = (
        ChatCompletionChunk.construct(**json.loads(line[len("data: ") :]))
        for line in answer.text.splitlines()
        if line.startswith("data: {")
    )
    list(recording.read(chunks))
    return recording


CASES = {
    "even": Case(v.EVEN),
    "even, without a gateway": Case(v.EVEN, policy=""),
    "even, asynchronous filter": Case(v.EVEN, scenario="async-ok"),
    "blocks": Case(v.BLOCKS, policy="buffered"),
    "blocks, with a filter": Case(v.BLOCKS, policy="buffered", scenario="burst; size=10"),
    "filter": Case(v.FILTER, scenario="burst"),
    "filter, windows of 8 KB": Case(v.FILTER, scenario="burst; size=21"),
    "filter, without a gateway": Case(v.FILTER, policy="", scenario="burst"),
    "late, a policy": Case(v.LATE, policy="reads"),
    "late, the service": Case(v.LATE, scenario="buffered"),
    "client": Case(v.GATHERED, client=without_stream),
    "not asked": Case(v.NOT_ASKED, arguments={"stream": False}),
    "not streamed": Case(v.NOT_STREAMED, scenario="json-200"),
    "too short": Case(v.TOO_SHORT, policy="buffered", arguments={"question": "Count to 5."}),
}


def run(loopback: Loopback, case: Case) -> Report:
    where = loopback.where(case.policy, case.scenario)
    seen = case.client(where) if case.client else None
    return probe(where, MODEL, lambda line: None, refused=told, seen=seen, **case.arguments)


@pytest.mark.parametrize("name", CASES)
def test_the_cause_is_told(loopback: Loopback, name: str) -> None:
    report = run(loopback, CASES[name])
    assert report.verdict == CASES[name].cause, report


BUSY = ("even", "blocks", "filter", "late, a policy", "client", "not asked", "too short")


@contextmanager
def load() -> Iterator[None]:
    """Keep every processor of this machine busy."""
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def on_a_busy_machine(loopback: Loopback) -> dict[str, Future[Report]]:
    """Probe side by side, so that the other tests have the machine back soon."""
    with load(), ThreadPoolExecutor(len(BUSY)) as pool:
        return {name: pool.submit(run, loopback, CASES[name]) for name in BUSY}


@pytest.mark.parametrize("name", BUSY)
def test_the_cause_is_told_on_a_busy_machine(
    on_a_busy_machine: dict[str, Future[Report]], name: str
) -> None:
    report = on_a_busy_machine[name].result()
    assert report.verdict == CASES[name].cause, report


def test_the_cost_is_said_before_anything_is_sent() -> None:
    said: list[str] = []
    where = Where("http://127.0.0.1:1/x?subscription-key=secret", KEY)
    with pytest.raises(ProbeError, match=r"nobody answers at http://127\.0\.0\.1:1/x$"):
        probe(where, MODEL, said.append, refused=told)
    (line,) = said
    assert "some 300 output tokens" in line
    assert "secret" not in line


def test_the_report_has_the_evidence_as_a_table_and_a_strip(loopback: Loopback) -> None:
    report = run(loopback, CASES["blocks"])
    text = str(report)
    assert text.startswith(f"{v.BLOCKS}: {ADVICE[v.BLOCKS].means}\n")
    assert 'buffer-response="false"' in text
    assert "larger events" in text
    assert "bytes in a piece" in text
    assert text.count("█") > 5
    data = json.loads(json.dumps(report.json()))
    assert data["verdict"] == v.BLOCKS
    assert [each["name"] for each in data["requests"]] == ["probe", "larger events"]
    assert data["tokens"] > 400
    assert KEY not in text + json.dumps(data)


def test_a_refusal_tells_who_refused(loopback: Loopback) -> None:
    report = probe(loopback.where("own", key="wrong"), MODEL, lambda line: None, refused=told)
    assert report.verdict == v.REFUSED
    assert "401 by API Management" in str(report)


def test_an_answer_that_breaks_off_is_judged_by_what_came(loopback: Loopback) -> None:
    report = probe(loopback.where("own", "drop; after=100"), MODEL, lambda line: None, refused=told)
    assert report.verdict == v.EVEN
    assert report.json()["requests"][0]["broken"]
    assert "not told" in str(report)


def test_a_model_that_takes_no_other_events_leaves_the_doubt_open(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = (("larger events", {"logprobs": "no such value"}),)
    monkeypatch.setattr("stream_probe.probing.OTHER_EVENTS", wrong)
    report = run(loopback, CASES["blocks"])
    assert (report.verdict, list(report.arrivals)) == (v.BURSTS, ["probe"])
    assert "settled nothing" in str(report)


def test_the_events_of_the_second_kind_settle_it_too(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stream_probe.probing.OTHER_EVENTS", OTHER_EVENTS[1:])
    assert run(loopback, CASES["blocks"]).verdict == v.BLOCKS
    assert run(loopback, CASES["filter, windows of 8 KB"]).verdict == v.FILTER


def test_an_old_api_version_is_asked_without_usage(loopback: Loopback) -> None:
    where = Where(completions(loopback.mock, MODEL, "2024-02-01"), KEY)
    report = probe(where, MODEL, lambda line: None, refused=told)
    assert (report.verdict, report.tokens) == (v.EVEN, None)


def test_every_cause_has_an_advice() -> None:
    causes = {
        value
        for name, value in vars(v).items()
        if name.isupper() and isinstance(value, str) and name not in ("LONGER", "LARGER_EVENTS")
    }
    assert set(ADVICE) == causes


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://x", "https://x/openai/deployments/m/chat/completions?api-version=v"),
        ("https://x/", "https://x/openai/deployments/m/chat/completions?api-version=v"),
        ("https://x/a/openai", "https://x/a/openai/deployments/m/chat/completions?api-version=v"),
        ("https://x/openai/v1/", "https://x/openai/v1/chat/completions"),
        ("https://x/any/chat/completions?a=b", "https://x/any/chat/completions?a=b"),
    ],
)
def test_an_address_may_be_a_gateways_or_that_of_chat_completions(base: str, url: str) -> None:
    assert completions(base, "m", "v") == url


def test_a_lab_probes_itself(tmp_path: Path) -> None:
    lab = Lab.from_env({"LAB_STATE_DIR": str(tmp_path)})
    try:
        lab.deploy()
        report = lab.probe(headers={"x-mock-scenario": "json-200"})
        assert report.verdict == v.NOT_STREAMED
    finally:
        lab.remove()
