from __future__ import annotations

import pytest

from mock_openai import wire
from mock_openai.pace import Pace, paced
from mock_openai.service import CHAT
from mock_openai.wire import Event
from tests.mock_openai.harness import chat, played

PACE = Pace(0.4, 0.1)


def instants(scenario: str = "", seed: int = 1, **body: object) -> dict[str, list[float]]:
    """Return when the events of each kind are sent, at 0.3 s and then 20 ms per token."""
    found: dict[str, list[float]] = {}
    clock = 0.0
    for event in played(CHAT, chat("Count to 20", **body), scenario, seed=seed):
        clock += event.wait
        found.setdefault(event.kind, []).append(clock)
    return found


def test_the_first_token_comes_after_its_time() -> None:
    at = instants()
    assert at[wire.PROMPT_FILTER] == [pytest.approx(0.075)]
    assert at[wire.ROLE] == [pytest.approx(0.28)]
    assert at[wire.CONTENT][0] == pytest.approx(0.3)


def test_later_tokens_come_20_ms_apart_on_average() -> None:
    times = instants("ok; tokens=1000")[wire.CONTENT]
    gaps = [later - earlier for earlier, later in zip(times, times[1:])]
    assert 0.019 < sum(gaps) / len(gaps) < 0.021
    assert min(gaps) >= 0.012 - 1e-9
    assert max(gaps) <= 0.028 + 1e-9


def test_usage_and_the_end_come_with_the_finish() -> None:
    at = instants(stream_options={"include_usage": True})
    assert at[wire.FINISH] == at[wire.USAGE] == at[wire.LAST]


def test_reasoning_takes_its_time_in_silence() -> None:
    assert instants("reasoning; reasoning=50")[wire.CONTENT][0] == pytest.approx(0.3 + 50 * 0.02)


def test_a_scenario_with_a_seed_has_the_same_gaps_each_time() -> None:
    assert instants(seed=1) == instants(seed=1) != instants(seed=2)


def test_without_waiting_nothing_waits() -> None:
    events = [Event(wire.ROLE, b""), Event(wire.CONTENT, b"", 1), Event(wire.FINISH, b"")]
    assert [event.wait for event in paced(events, Pace(0, 0), wire.seeded(1))] == [0, 0, 0]


def test_a_slow_pace_does_not_open_the_answer_late() -> None:
    events = [Event(wire.PROMPT_FILTER, b""), Event(wire.ROLE, b""), Event(wire.CONTENT, b"", 1)]
    waits = [event.wait for event in paced(events, Pace(0.1, 5.0), wire.seeded(1))]
    assert sum(waits) == pytest.approx(0.1)


def test_an_answer_in_one_piece_takes_as_long_as_a_stream() -> None:
    assert PACE.total(0) == PACE.total(1) == 0.4
    assert PACE.total(11) == pytest.approx(1.4)
