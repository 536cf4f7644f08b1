"""Asking again and again."""

from __future__ import annotations

import pytest

from lab_utils.cloud.patience import LONGEST_PAUSE, UNANSWERED, Patience, sleep
from lab_utils.errors import AzError


def refuse(code: str, not_found: bool = False) -> None:
    raise AzError("az group show", code, "no", not_found=not_found)


def test_an_unanswered_question_is_told() -> None:
    said: list[str] = []
    patience = Patience(said.append, lambda seconds: None)
    assert patience.ask(lambda: refuse("TooManyRequests")) is None
    assert said == ["no answer from Azure (TooManyRequests); asking again"]


def test_patience_ends_after_questions_in_a_row() -> None:
    patience = Patience(lambda line: None, lambda seconds: None)
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
        Patience(lambda line: None, lambda seconds: None).ask(lambda: refuse(code))


def test_what_is_not_there_is_not_asked_again() -> None:
    with pytest.raises(AzError):
        Patience(lambda line: None, lambda seconds: None).ask(lambda: refuse("X", not_found=True))


def test_pauses_are_short_at_first() -> None:
    pauses: list[float] = []
    Patience(lambda line: None, pauses.append).pause()
    assert pauses == [1.0]
    assert LONGEST_PAUSE > 1.0


def test_a_pause_is_made_of_short_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    # On Windows the Stop button takes effect between two sleeps only.
    now = [0.0]
    asked: list[float] = []

    def asleep(seconds: float) -> None:
        asked.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", asleep)
    sleep(15)
    assert sum(asked) == pytest.approx(15)
    assert max(asked) <= 0.5
