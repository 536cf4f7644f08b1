"""The pictures: whole without motion, readable on any ground, and nothing in them but a picture."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import pytest

from images import record
from lab_utils.settings import PROJECT
from notebook_runner.running import LESSON

SVG = "{http://www.w3.org/2000/svg}"
PICTURES = sorted((PROJECT / "images").glob("*.svg"))
MOVING = ("first-minute.svg", "flow.svg")


def named(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("name", ["design.svg", *MOVING])
def test_a_picture_says_in_words_what_it_shows(name: str) -> None:
    root = ET.parse(PROJECT / "images" / name).getroot()  # noqa: S314 - our own file
    assert root.get("role") == "img"
    names = [root.find(f"{SVG}{tag}") for tag in ("title", "desc")]
    assert [part.get("id") for part in names if part is not None] == ["title", "description"]
    assert root.get("aria-labelledby") == "title description"


@pytest.mark.parametrize("path", PICTURES, ids=named)
def test_a_picture_is_small_and_asks_for_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 150_000
    assert not re.search(r"<script|<foreignObject|href=|@import|url\((?!#)|\son\w+=", text)


@pytest.mark.parametrize("name", MOVING)
def test_nothing_moves_where_the_reader_wants_no_motion(name: str) -> None:
    text = (PROJECT / "images" / name).read_text(encoding="utf-8")
    assert "<animate" not in text
    assert "<set" not in text
    style = text[text.index("<style>") : text.index("</style>")]
    wanted = re.search(r"@media \(prefers-reduced-motion: ?no-preference\) ?\{", style)
    assert wanted
    assert "animation:" not in style[: wanted.start()]


def test_text_in_the_flow_has_a_ground_of_its_own() -> None:
    root = ET.parse(PROJECT / "images" / "flow.svg").getroot()  # noqa: S314 - our own file
    grounds = [
        tuple(float(box.get(key, "")) for key in ("x", "y", "width", "height"))
        for box in root.iter(f"{SVG}rect")
        if box.get("class") is None
    ]
    for text in root.iter(f"{SVG}text"):
        x, y = float(text.get("x", "")), float(text.get("y", ""))
        inside = [b for b in grounds if b[0] < x < b[0] + b[2] and b[1] < y < b[1] + b[3]]
        assert inside, text.text


def lines(*written: str) -> list[record.Line]:
    tape = record.Tape()
    for text in written:
        tape.write(text)
    return record.joined(tape.lines)


def test_code_loses_its_indent_and_empty_lines_are_one() -> None:
    found = lines("\n    for x in y:\n        print(x)\n\n", "\n", "1, ", "2\n\n")
    assert [(line.code, line.text) for line in found] == [
        (True, "for x in y:"),
        (True, "    print(x)"),
        (False, ""),
        (False, "1, 2"),
    ]


def test_each_piece_of_a_stream_keeps_its_time() -> None:
    (line,) = lines("1, ", "2, ", "3")
    assert [characters for _, characters in line.grown] == [3, 6, 7]
    times = [at for at, _ in line.grown]
    assert times == sorted(times)


def test_a_piece_that_does_not_fit_begins_a_line() -> None:
    found = lines(*["12, "] * 30)
    assert all(len(line.text) <= record.COLUMNS for line in found)
    assert "".join(line.text for line in found).count("12, ") == 30
    assert all(line.text.startswith("12, ") for line in found)
    code = "x = " + "1 + " * 30
    assert " ".join(line.text for line in lines("\n    " + code)).split() == code.split()


def test_a_recording_becomes_a_picture_with_a_frame_for_each_piece() -> None:
    first = record.Line(True, "a < b", [(0.5, 5)])
    second = record.Line(False, "1, 2  3", [(1.0, 2), (2.0, 7)])
    text = record.picture([first, second])
    root = ET.fromstring(text)  # noqa: S314 - just made
    assert [part.text for part in root.iter(f"{SVG}text")][1:] == ["a < b", "1, 2\u00a0\u00a03"]
    assert "@keyframes l1{0%{transform:none}12.50%{transform:translateX(17px)}" in text
    assert "25.00%,to{transform:translateX(59px)}" in text


def test_what_does_not_fit_on_the_screen_scrolls_and_the_end_stays() -> None:
    many = [record.Line(False, str(n), [(float(n + 1), 1)]) for n in range(record.ROWS + 2)]
    text = record.picture(many)
    assert f".screen{{transform:translateY({-2 * record.HIGH}px)}}" in text
    assert f"to{{transform:translateY({-2 * record.HIGH}px)}}" in text


def test_the_recording_shows_the_lesson_as_it_is() -> None:
    root = ET.parse(record.TARGET).getroot()  # noqa: S314 - our own file
    shown = "".join("".join(part.text or "" for part in root.iter(f"{SVG}text")).split())
    cells = {cell.id: cell for cell in nbformat.read(PROJECT / LESSON, as_version=4).cells}
    for name in record.CELLS:
        assert "".join(cells[name].source.split()) in shown, f"{name} has changed: make recording"
