"""What a run leaves: a table, JSON, a figure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import bench.__main__ as command
from bench import figure, report
from bench.plan import PLAN
from bench.report import Line, Report

MACHINE = {
    "date": "2026-01-31",
    "revision": "abc",
    "processor": "P",
    "cores": "2",
    "system": "Linux 6",
    "python": "3.11.7",
    "nginx": "1.22.1",
    "load before": "0.1",
}


def made(*ways: str) -> Report:
    labels = [row.label for part in PLAN for row in part.rows]
    values = dict(zip(ways, (1.5, 20.0, 3000.25)))
    return Report(MACHINE, tuple(Line(label, 1, values) for label in labels))


def test_the_table_has_the_ways_side_by_side() -> None:
    lines = (
        Line("events/s", 0, {"nginx": 12345.6, "gateway": None}),
        Line("x", 2, {"nginx": 1, "gateway": None}),
    )
    assert Report(MACHINE, lines).table().splitlines() == [
        "               nginx     gateway",
        "events/s      12,346           -",
        "x               1.00           -",
    ]


def test_what_was_kept_can_be_read_again() -> None:
    assert report.load(made("direct", "gateway").dumped()) == made("direct", "gateway")


@pytest.mark.parametrize("ways", [("direct", "nginx", "gateway"), ("direct", "gateway")])
def test_the_figure_names_machine_and_date(tmp_path: Path, ways: tuple[str, ...]) -> None:
    file = tmp_path / "new" / "bench.svg"
    figure.draw(made(*ways), file)
    text = file.read_text(encoding="utf-8")
    for told in ("2026-01-31", "2 cores of P", "Python 3.11.7", "revision abc", "gateway"):
        assert told in text
    assert (">nginx</text>" in text) == ("nginx" in ways)


def test_a_missing_matplotlib_is_told_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "argv", ["bench"])
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    told = capsys.readouterr()
    assert "python -m pip install -r bench/requirements.txt" in told.err
    assert told.out == ""


def test_every_label_is_there_once() -> None:
    labels = [row.label for part in PLAN for row in part.rows]
    assert sorted(set(labels)) == sorted(labels)


def test_the_machine_is_told() -> None:
    assert set(report.machine()) == set(MACHINE)
    assert all(report.machine().values())
