from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.reading import durations


@pytest.mark.parametrize(
    ("text", "length"),
    [("PT1M", 60), ("PT30S", 30), ("PT1.5S", 1.5), ("P1D", 86_400), ("P1DT2H3M4S", 93_784)],
)
def test_a_duration_is_read_in_seconds(text: str, length: float) -> None:
    assert durations.seconds(text) == length


@pytest.mark.parametrize("text", ["", "P", "PT", "1M", "PT1M ", "PTM", "P1Y", "-PT1M"])
def test_another_text_is_refused_with_the_form_wanted(text: str) -> None:
    with pytest.raises(ValueError, match="write it like PT1M"):
        durations.seconds(text)


@given(st.text(alphabet="PT0123456789.DHMS"))
def test_any_text_gives_a_length_or_a_value_error(text: str) -> None:
    try:
        length = durations.seconds(text)
    except ValueError:
        return
    assert length >= 0
