"""Asking again and again."""

from __future__ import annotations

import threading

import pytest

from azure_resources.clock import BREATH, Clock, breathing
from azure_resources.errors import AzError
from azure_resources.patience import LONGEST_PAUSE, UNANSWERED, Patience
from tests.azure_resources.clocks import FakeClock

QUIET = (lambda line: None, FakeClock(), "it")


def refuse(code: str, not_found: bool = False) -> None:
    raise AzError("az group show", code, "no", not_found=not_found)


def test_an_unanswered_question_is_told() -> None:
    said: list[str] = []
    patience = Patience(said.append, FakeClock(), "it")
    assert patience.ask(lambda: refuse("TooManyRequests")) is None
    assert said == ["no answer from Azure (TooManyRequests); asking again"]


def test_patience_ends_after_questions_in_a_row() -> None:
    patience = Patience(*QUIET)
    for _ in range(2):
        for _ in range(UNANSWERED - 1):
            patience.ask(lambda: refuse(""))
        assert patience.ask(lambda: 1) == 1
    for _ in range(UNANSWERED - 1):
        patience.ask(lambda: refuse(""))
    with pytest.raises(AzError):
        patience.ask(lambda: refuse(""))


@pytest.mark.parametrize("code", ["NotSignedIn", "AADSTS700082", "AuthorizationFailed"])
def test_what_would_stay_refused_is_not_asked_again(code: str) -> None:
    with pytest.raises(AzError):
        Patience(*QUIET).ask(lambda: refuse(code))


def test_what_is_not_there_is_not_asked_again() -> None:
    with pytest.raises(AzError):
        Patience(*QUIET).ask(lambda: refuse("X", not_found=True))


def test_pauses_are_short_at_first() -> None:
    clock = FakeClock()
    patience = Patience(lambda line: None, clock, "it")
    patience.pause()
    assert clock.seconds == 1.0
    while clock.seconds < 1000:
        patience.pause()
    before = clock.seconds
    patience.pause()
    assert clock.seconds - before == LONGEST_PAUSE


def test_a_minute_without_a_line_is_told_with_the_time_passed() -> None:
    said: list[str] = []
    clock = FakeClock()
    patience = Patience(said.append, clock, "deployment")
    while clock.seconds < 3 * BREATH:
        patience.pause()
    assert 2 <= len(said) <= 3
    assert said[0].startswith("deployment: still waiting, 6")
    patience.tell("something happened")
    patience.pause()
    assert said[-1] == "something happened"


def test_a_block_that_waits_by_itself_breathes_too() -> None:
    said: list[str] = []
    told = threading.Event()

    def say(line: str) -> None:
        said.append(line)
        told.set()

    with breathing(say, "purging x", every=0.01):
        assert told.wait(30)
    assert said[0] == "purging x: still waiting, 0 s so far"


def test_a_pause_is_made_of_short_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    # On Windows the Stop button takes effect between two sleeps only.
    now = [0.0]
    asked: list[float] = []

    def asleep(seconds: float) -> None:
        asked.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", asleep)
    Clock().sleep(15)
    assert sum(asked) == pytest.approx(15)
    assert max(asked) <= 0.5
