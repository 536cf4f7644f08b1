from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.reading.schema import BOOLEAN, HEADER, NAME, TEXT, Kind, one_of, whole


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        (TEXT, "", ""),
        (NAME, " ", "should not be empty"),
        (BOOLEAN, "True", ""),
        (BOOLEAN, " false ", ""),
        (BOOLEAN, "yes", "'yes' should be true or false"),
        (one_of("a", "b", "c"), "b", ""),
        (one_of("a", "b", "c"), "d", "'d' should be a, b or c"),
        (one_of("json"), "xml", "'xml' should be json"),
        (whole(1, 50), "50", ""),
        (whole(1, 50), "51", "51 should be 1 to 50"),
        (whole(0), "-1", "-1 should be 0 or more"),
        (whole(0), "1.5", "'1.5' should be a whole number, 0 or more"),
        (whole(0), "\u0663", "'\u0663' should be a whole number, 0 or more"),
        (HEADER, "x-ms-region", ""),
        (HEADER, "x y", "'x y' is no name of a header"),
    ],
)
def test_a_kind_tells_the_form_it_wants(kind: Kind, text: str, fault: str) -> None:
    assert kind.fault(text) == fault


@given(st.sampled_from([TEXT, NAME, BOOLEAN, HEADER, one_of("a"), whole(0, 9)]), st.text())
def test_any_text_is_right_or_told(kind: Kind, text: str) -> None:
    assert isinstance(kind.fault(text), str)
    assert kind.name
