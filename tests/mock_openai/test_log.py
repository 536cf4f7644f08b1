from __future__ import annotations

from mock_openai import wire
from mock_openai.log import MOST_ENTRIES, Entry, StreamLog
from mock_openai.wire import Event


def entry(id_: str = "1", scenario: str = "drop") -> Entry:
    return Entry(id_, "/path", "deployment", scenario)


def test_what_is_sent_is_counted_and_pieces_are_no_events() -> None:
    found = entry()
    found.sent(Event(wire.PIECE, b"ab"))
    found.sent(Event(wire.CONTENT, b"c", tokens=1))
    assert (found.events, found.tokens, found.bytes, found.ended) == (1, 1, 3, "running")


def test_the_last_event_completes_the_stream() -> None:
    found = entry()
    found.sent(wire.DONE)
    found.over()
    assert (found.completed, found.ended) == (True, "completed")


def test_a_stream_that_is_over_without_it_had_a_fault() -> None:
    found = entry(scenario="no-done")
    found.over()
    assert found.ended == "fault no-done"


def test_a_client_that_leaves_is_told_with_the_tokens_it_got() -> None:
    found = entry()
    found.sent(Event(wire.CONTENT, b"c", tokens=1))
    found.left()
    found.over()
    assert found.ended == "client left after 1 tokens"


def test_the_log_forgets_the_oldest_streams() -> None:
    log = StreamLog()
    for number in range(MOST_ENTRIES + 5):
        log.add(entry(str(number)))
    ids = [each["id"] for each in log.entries()]
    assert (len(ids), ids[0], ids[-1]) == (MOST_ENTRIES, "5", str(MOST_ENTRIES + 4))
    log.clear()
    assert log.entries() == []
