"""The command: what it refuses before anything is sent, and a request as it sends it."""

from __future__ import annotations

import importlib.util
import sys

import pytest

from load import __main__ as command
from load import answers, sending
from stream_probe import proxies
from stream_probe.errors import ProbeError
from stream_probe.sending import Where, body
from tests.sse_server import DONE, delta, finish, serving


@pytest.fixture
def _locust(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["load", *arguments])
    return command.main()


@pytest.mark.usefixtures("_locust")
def test_a_costly_run_is_refused_before_a_request_is_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAB_TARGET", "existing")
    monkeypatch.setenv("LAB_GATEWAY_URL", "http://127.0.0.1:9")  # where nobody listens
    monkeypatch.setenv("LAB_GATEWAY_KEY", "a-key")
    assert run(monkeypatch, "--users", "50", "--seconds", "60") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "--most-requests 1000" in told.err
    assert run(monkeypatch, "--users", "1", "--seconds", "1") == 2
    told = capsys.readouterr()
    assert "1 requests, 30 input and at most 150 output tokens" in told.out
    assert "nobody answers" in told.err
    assert "a-key" not in told.err + told.out


def test_a_missing_locust_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert run(monkeypatch) == 2
    assert "make load installs it" in capsys.readouterr().err


@pytest.mark.parametrize(("drop", "outcome"), [(False, "whole"), (True, "dropped")])
def test_an_answer_is_read_as_it_comes(drop: bool, outcome: str) -> None:
    pieces = [delta("one"), delta("two"), finish("stop"), DONE]
    with serving(pieces, drop=drop) as url, proxies.session(url) as session:
        arrival, region = sending.ask(session, Where(url, "a-key"), body("Why?", "a-model"))
    found = answers.answer(arrival, region)
    assert (found.outcome, found.region, found.tokens) == (outcome, "unknown", 2)
    assert found.first_token is not None
    assert len(found.gaps) == 1


def test_a_gateway_that_is_not_there_is_told_without_its_address() -> None:
    where = Where("http://127.0.0.1:9/", "a-key")
    with proxies.session(where.url) as session, pytest.raises(ProbeError) as caught:
        sending.ask(session, where, {})
    assert str(caught.value) == "no answer: ConnectionError"
