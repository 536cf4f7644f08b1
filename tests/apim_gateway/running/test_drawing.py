"""A trace as text and as a picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.errors import ConfigError
from apim_gateway.running import drawing


def entry(source: str, elapsed: str, **data: Any) -> dict[str, Any]:
    return {"source": source, "timestamp": "", "elapsed": f"00:00:0{elapsed}", "data": data}


TRACE = {
    "request": "POST /chat 200",
    "traceId": "1",
    "traceEntries": {
        "outbound": [
            entry("flush", "0.6000000", bytes=9, events=1, milliseconds=600),
            entry("flush", "0.7000000", bytes=9, events=1, milliseconds=700),
            entry("flush", "1.0000000", bytes=9, events=1, milliseconds=1000),
        ],
        "inbound": [
            entry("choose", "0.0", policy="choose[1]", milliseconds=100.0, branch="when[2]"),
            entry(
                "set-variable",
                "0.0500000",
                policy="choose[1]/when[2]/set-variable[1]",
                scope="api",
                milliseconds=50,
                name="a<b",
                value=7,
            ),
        ],
    },
}


def test_each_line_tells_when_what_and_what_was_decided() -> None:
    assert drawing.text(TRACE).splitlines() == [
        "POST /chat 200",
        "inbound",
        "      0.0 ms |###                           |   choose  branch: when[2]",
        "     50.0 ms |  ##                          |       set-variable  name: a<b, value: 7",
        "outbound",
        "    600.0 ms |                  ############|   flush  3 releases, "
        "the middle one 300.0 ms after the one before",
    ]


def test_the_picture_has_the_text_as_its_title_and_a_bar_for_each_line() -> None:
    root = ET.fromstring(drawing.picture(TRACE))  # noqa: S314 - our own
    space = "{http://www.w3.org/2000/svg}"
    title = root.find(f"{space}title")
    assert title is not None
    assert title.text == drawing.text(TRACE)
    assert len(root.findall(f"{space}rect")) == 3


@pytest.mark.parametrize("document", [{}, {"traceEntries": []}, {"traceEntries": None}])
def test_what_is_no_trace_is_told(document: dict[str, Any]) -> None:
    for draw in (drawing.text, drawing.picture):
        with pytest.raises(ConfigError, match="no trace"):
            draw(document)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
NAMES = st.sampled_from(["source", "elapsed", "data", "policy", "milliseconds", "message"])
ENTRY = st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON)) | JSON


@pytest.mark.parametrize(
    "elapsed", ["inf", "00:00:inf", "00:00:nan", "00:00:-1", f"{'9' * 400}:0:0", "a:b:c", ""]
)
@pytest.mark.parametrize("took", [float("inf"), float("nan"), -1, 10**400, True, "1", None])
def test_a_time_that_is_none_counts_as_nothing(elapsed: str, took: object) -> None:
    one = {"source": "choose", "elapsed": elapsed, "data": {"policy": "p", "milliseconds": took}}
    document = {"traceEntries": {"inbound": [one]}}
    assert drawing.text(document).startswith("inbound\n      0.0 ms |")
    assert "inf" not in drawing.picture(document)


@given(st.dictionaries(st.text(max_size=8), st.lists(ENTRY, max_size=4) | JSON))
def test_any_json_is_drawn(entries: dict[str, Any]) -> None:
    document = {"traceEntries": entries}
    assert drawing.text(document).endswith("\n")
    assert drawing.picture(document).endswith("</svg>\n")
