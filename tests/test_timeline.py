"""Recordings side by side: the table, the strip of text and the picture."""

from __future__ import annotations

import pytest

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
        "              first text  end to end  longest gap  deltas    tokens   outcome",
        "streamed          0.25 s      1.00 s       0.25 s       3  not told  complete",
        "not streamed      1.00 s      1.00 s          n/a       1  not told  complete",
    ]


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


@pytest.mark.parametrize("runs", [(STREAMED, WAITED), (recorded("empty", end=0.0),)])
def test_the_picture_is_a_png_with_a_stable_repr(runs: tuple[Recording, ...]) -> None:
    drawn = picture(*runs)
    assert drawn._repr_png_().startswith(b"\x89PNG")
    labels = ", ".join(run.label for run in runs)
    assert repr(drawn) == f"<picture: arrival of text over time, {labels}>"
