"""Recordings side by side: the table, the strip of text and the picture."""

from __future__ import annotations

from lab_utils.stream import Delta, Recording
from lab_utils.timeline import picture, strip, table


def recorded(label: str, *instants: float, end: float) -> Recording:
    """Return a recording with a delta at each instant, in seconds."""
    recording = Recording(label)
    recording.deltas = [Delta(at, "x") for at in instants]
    recording.ended_at = end
    recording.finish_reasons = {0: "stop"}
    return recording


STREAMED = recorded("streamed", 0.25, 0.5, 0.75, end=1.0)
WAITED = recorded("not streamed", 1.0, end=1.0)


def test_the_table_has_a_line_a_run_in_fixed_columns() -> None:
    assert table(STREAMED, WAITED).splitlines() == [
        "                  TTFT  end to end  longest gap      TPOT  tokens/s"
        "    deltas    tokens   outcome",
        "streamed        0.25 s      1.00 s       0.25 s  250.0 ms       4/s"
        "         3  not told  complete",
        "not streamed    1.00 s      1.00 s          n/a       n/a       n/a"
        "         1  not told  complete",
    ]


def test_the_table_keeps_its_shape_when_times_change() -> None:
    slower = recorded("streamed", 12.5, 12.5, 12.75, end=13.0)
    assert table(STREAMED, WAITED).splitlines()[0] == table(slower, WAITED).splitlines()[0]


def test_the_strip_waits_with_dots_and_marks_text_with_blocks() -> None:
    assert strip(STREAMED, WAITED, width=8).splitlines() == [
        "streamed     |··█ █ █ |",
        "not streamed |·······█|",
    ]


def test_a_run_without_text_waits_to_the_end() -> None:
    empty = recorded("empty", end=1.0)
    assert strip(empty, width=4) == "empty |····|"
    assert "n/a" in table(empty)


def test_the_picture_tells_the_same_as_the_table() -> None:
    assert picture(STREAMED, WAITED, recorded("empty", end=2.0)).description == (
        "arrival of text over time; streamed: first text 0.25 s, end 1.00 s; "
        "not streamed: first text 1.00 s, end 1.00 s; empty: first text n/a, end 2.00 s"
    )
    assert picture(STREAMED).svg.count("v20") == 3  # a tick for each delta


def test_no_runs_draw_nothing() -> None:
    assert strip() == ""
    assert len(table().splitlines()) == 1
