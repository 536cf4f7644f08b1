"""Recordings side by side: the table and the strip of text."""

from __future__ import annotations

from lab_utils.timeline import strip, table
from tests.recorded import STREAMED, WAITED, recorded


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


def test_no_runs_draw_nothing() -> None:
    assert strip() == ""
    assert len(table().splitlines()) == 1
