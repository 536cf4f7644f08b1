"""What an answer under load came to: its times, how it ended, whether it was a good one."""

from __future__ import annotations

import json
from typing import Any, Optional

import pytest

from load import answers
from load.answers import Answer, Limits
from stream_probe.arrival import Arrival, Read

DONE = b"data: [DONE]\n\n"


def event(text: str = "", **more: Any) -> bytes:
    said = {"choices": [{"delta": {"content": text}}] if text else [], **more}
    return b"data: " + json.dumps(said).encode() + b"\n\n"


def arrival(*reads: tuple[float, bytes], **more: Any) -> Arrival:
    return Arrival(tuple(Read(at, data) for at, data in reads), 0.1, reads[-1][0], **more)


def whole(*at: float, tokens: Optional[int] = None) -> Answer:
    usage = [] if tokens is None else [(at[-1], event(usage={"completion_tokens": tokens}))]
    texts = [(moment, event("word")) for moment in at]
    return answers.answer(arrival((0.2, event()), *texts, *usage, (at[-1], DONE)), "East US 2")


def test_times_are_in_milliseconds_and_begin_with_the_first_text() -> None:
    found = whole(0.5, 0.6, 0.9, tokens=3)
    assert (found.outcome, found.why, found.region) == ("whole", "", "East US 2")
    assert found.first_token == 500
    assert found.gaps == pytest.approx((100, 300))
    assert found.whole == 900
    assert (found.tokens, found.per_token, found.tokens_per_second) == (3, 200, 5)


def test_tokens_are_those_of_usage_and_without_it_the_pieces_of_text() -> None:
    assert whole(0.5, 0.6, 0.9, tokens=5).per_token == pytest.approx(100)
    assert whole(0.5, 0.6, 0.9).tokens == 3
    assert whole(0.5).per_token is None


@pytest.mark.parametrize(
    ("limits", "good"),
    [((500, 200), True), ((499, 200), False), ((500, 199), False), ((9999, 9999), True)],
)
def test_a_good_answer_keeps_both_limits(limits: tuple[float, float], good: bool) -> None:
    assert whole(0.5, 0.6, 0.9, tokens=3).keeps(Limits(*limits)) == good


@pytest.mark.parametrize(
    ("seen", "outcome", "why"),
    [
        (arrival((0.1, b"{}"), status=429, content_type=""), "429", "429: the model's limit"),
        (arrival((0.1, b"{}"), status=401, content_type=""), "refused", "status 401"),
        (arrival((0.1, b"{}"), content_type="application/json"), "refused", "is no stream"),
        (arrival((0.1, event("a"))), "dropped", "without [DONE]"),
        (arrival((0.1, event("a")), broken="ProtocolError"), "dropped", "early: ProtocolError"),
        (arrival((0.1, event(error={"code": "x"})), (0.2, DONE)), "dropped", "error event"),
    ],
)
def test_what_is_not_whole_is_told_apart(seen: Arrival, outcome: str, why: str) -> None:
    found = answers.answer(seen)
    assert found.outcome == outcome
    assert why in found.why
    assert not found.keeps(Limits(9999, 9999))
    assert found.region == "unknown"


def test_a_request_that_nobody_answers_is_a_drop() -> None:
    found = answers.nobody("no answer: ConnectTimeout", 1.5)
    assert (found.outcome, found.whole, found.first_token) == ("dropped", 1500, None)
