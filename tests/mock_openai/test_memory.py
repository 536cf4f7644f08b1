from __future__ import annotations

from typing import Any

import pytest

from mock_openai import memory
from mock_openai.errors import RefusedError
from mock_openai.memory import Memory
from mock_openai.wire import Event


def test_a_background_response_ends_by_itself() -> None:
    now = [0.0]
    kept = Memory(clock=lambda: now[0])
    started: dict[str, Any] = {"id": "resp_1", "status": "in_progress", "background": True}
    kept.keep(started, {**started, "status": "completed"}, "Hi", seconds=5)
    assert kept.get("resp_1")["status"] == "in_progress"
    now[0] = 5.0
    assert kept.get("resp_1")["status"] == kept.cancel("resp_1")["status"] == "completed"


def test_the_oldest_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "MOST", 2)
    kept = Memory()
    for number in range(3):
        response = {"id": f"resp_{number}", "status": "completed"}
        kept.keep(response, response, "Hi")
    assert kept.get("resp_2")["status"] == "completed"
    with pytest.raises(RefusedError):
        kept.get("resp_0")


def test_a_stream_goes_on_where_it_is_by_now() -> None:
    now = [0.0]
    kept = Memory(clock=lambda: now[0])
    events = [Event("other", b"%d" % number, wait=1.0) for number in range(6)]
    started: dict[str, Any] = {"id": "resp_1", "status": "queued", "background": True}
    kept.keep(started, started, "Hi", 6, lambda: iter(events))
    now[0] = 3.5
    rest = list(kept.stream("resp_1", 0))
    assert [event.data for event in rest] == [b"1", b"2", b"3", b"4", b"5"]
    assert [event.wait for event in rest] == [0, 0, 0.5, 1, 1]
    kept.cancel("resp_1")
    now[0] = 9.0
    assert [event.data for event in kept.stream("resp_1", -1)] == [b"0", b"1", b"2"]
