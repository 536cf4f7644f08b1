from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_openai.sampling import sample

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "items", "enum", "default", "x"]),
            inner,
            max_size=4,
        )
    ),
)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1}),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"type": "string", "enum": ["red", "green"]}, "red"),
        ({"type": "string", "examples": ["Oslo"]}, "Oslo"),
        ({"type": "string", "default": ""}, ""),
        ({"const": 7}, 7),
        ({"type": ["string", "null"]}, "example"),
        ({"type": "object"}, {}),
        (None, "example"),
    ],
)
def test_a_sample_is_what_the_schema_asks_for(schema: Any, value: Any) -> None:
    assert sample(schema) == value


def test_a_schema_without_end_gets_a_sample_that_has_one() -> None:
    endless: dict[str, Any] = {"type": "object", "properties": {}}
    endless["properties"]["again"] = endless
    json.dumps(sample(endless))


@given(VALUES)
def test_any_schema_gets_a_sample(schema: Any) -> None:
    json.dumps(sample(schema))
