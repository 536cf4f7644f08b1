"""The picture of arrival: true to its rows, readable on any ground, told to who cannot see it."""

from __future__ import annotations

import base64
import html
import re
import xml.etree.ElementTree as ET

import pytest

from stream_probe.chart import picture
from stream_probe.strip import Row

SVG = "{http://www.w3.org/2000/svg}"
STREAMED = Row("streamed", [0.25, 0.5, 0.75], 1.0)
WAITED = Row("not streamed", [1.0], 1.0)


def drawn(*rows: Row) -> ET.Element:
    return ET.fromstring(picture(rows).svg)  # noqa: S314 - our own


def texts(root: ET.Element) -> dict[str, float]:
    """Return where each text begins, ends or has its middle, from left to right."""
    return {text.text or "": float(text.get("x", "")) for text in root.iter(f"{SVG}text")}


def ticks(root: ET.Element) -> list[list[float]]:
    """Return where each row's text is, from left to right."""
    rows = [path.get("d", "") for path in root.iter(f"{SVG}path") if path.get("stroke-width")]
    return [[float(x) for x in re.findall(r"M([\d.]+) ", row)] for row in rows]


def test_each_piece_of_text_is_a_tick_where_the_axis_says_and_the_wait_is_hatched() -> None:
    root = drawn(STREAMED, WAITED)
    axis = texts(root)
    begin, end = axis["0.0"], axis["1.0"]
    expected = [[begin + (end - begin) * at for at in (0.25, 0.5, 0.75)], [end]]
    for row, wanted in zip(ticks(root), expected):
        assert row == pytest.approx(wanted, abs=0.2)
    waits = [float(bar.get("width", "")) for bar in root.iter(f"{SVG}rect")]
    assert waits == pytest.approx([(end - begin) / 4, end - begin], abs=0.2)
    assert {"streamed", "not streamed", "first text 0.25 s", "first text 1.00 s"} <= set(axis)


@pytest.mark.parametrize(
    ("seconds", "named"),
    [
        (0.2, ["0.00", "0.05", "0.10", "0.15", "0.20"]),
        (0.6, ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6"]),
        (13.0, ["0", "2", "4", "6", "8", "10", "12"]),
        (3600.0, ["0", "500", "1000", "1500", "2000", "2500", "3000", "3500"]),
    ],
)
def test_the_axis_names_round_instants(seconds: float, named: list[str]) -> None:
    shown = texts(drawn(Row("run", [], seconds)))
    assert [text for text in shown if re.fullmatch(r"[\d.]+", text)] == named


@pytest.mark.parametrize(
    "rows", [(STREAMED, WAITED), (Row("empty", [], 0.0), Row("no end", [], None)), ()]
)
def test_nothing_leaves_the_picture_and_it_is_readable_on_any_ground(
    rows: tuple[Row, ...],
) -> None:
    root = drawn(*rows)
    assert all(0 <= x <= float(root.get("width", "")) for x in texts(root).values())
    inks = {each.get(name) for each in root.iter() for name in ("fill", "stroke")}
    for ink in inks - {None, "url(#wait)"}:
        red, green, blue = bytes.fromhex(str(ink)[1:])
        assert 0.15 < (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255 < 0.9


def test_the_picture_tells_its_figures_to_who_cannot_see_it() -> None:
    made = picture([STREAMED, Row('<a> & "b"', [], 2.0)])
    assert made.description == (
        "arrival of text over time; streamed: first text 0.25 s, end 1.00 s; "
        '<a> & "b": first text n/a, end 2.00 s'
    )
    assert repr(made) == f"<picture: {made.description}>"
    shown = dict(re.findall(r'(\w+)="([^"]*)"', made._repr_html_()))
    assert html.unescape(shown["alt"]) == made.description
    kind, _, data = shown["src"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert base64.b64decode(data).decode("utf-8") == made.svg
    assert '<a> & "b"' in texts(ET.fromstring(made.svg))  # noqa: S314 - our own


def test_a_thousand_pieces_of_text_make_a_small_picture() -> None:
    long = Row("long", [number / 100 for number in range(1000)], 10.0)
    assert len(picture([long]).svg) < 20_000
