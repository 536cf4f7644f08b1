"""JSON read in haste is what the careful reader makes of it, and made only when asked for."""

from __future__ import annotations

import gc
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_expressions.context import Context, Request, Url
from policy_expressions.errors import ExpressionFailure
from policy_expressions.json.containers import JArray, JObject, deep_equals
from policy_expressions.json.reader import parse
from policy_expressions.json.text_reader import MAX_DEPTH, TextReader
from policy_expressions.json.tokens import JToken, JValue
from policy_expressions.json.writer import write
from policy_expressions.library import LIBRARY
from policy_expressions.runtime.run import Run

ADDRESS = Url.parse("https://gateway.example/")

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**376, 10**384),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
    st.sampled_from(["2024-01-02T03:04:05Z", "/Date(1700000000000)/", "\U0001f600"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def read(text: str, dates: bool, careful: bool) -> object:
    try:
        if careful:
            return TextReader(text, dates).document("JToken", True)
        return parse(text, dates=dates)
    except ExpressionFailure as failure:
        return failure.message


@given(VALUES, st.booleans(), st.booleans())
def test_both_readers_make_the_same_tokens(value: object, dates: bool, escaped: bool) -> None:
    text = json.dumps(value, ensure_ascii=escaped)
    hasty, careful = read(text, dates, careful=False), read(text, dates, careful=True)
    if isinstance(hasty, JToken) and isinstance(careful, JToken):
        assert deep_equals(hasty, careful)
        assert [t.path() for t in hasty.descendants()] == [t.path() for t in careful.descendants()]
    else:
        assert hasty == careful


@given(VALUES, st.booleans(), st.booleans())
def test_what_was_not_looked_at_is_written_and_copied_alike(
    value: object, dates: bool, indented: bool
) -> None:
    text = json.dumps(value)
    hasty, careful = read(text, dates, careful=False), read(text, dates, careful=True)
    if isinstance(hasty, JToken) and isinstance(careful, JToken):
        run = Run(Context(Request("GET", ADDRESS, ADDRESS)), LIBRARY)
        written = write(careful, run, indented)
        assert write(hasty, run, indented) == written
        copy = hasty.clone()
        assert len(list(hasty.descendants())) == len(list(careful.descendants()))
        assert write(hasty, run, indented) == write(copy, run, indented) == written
        assert deep_equals(copy, careful)


def test_a_copy_has_a_life_of_its_own() -> None:
    first = parse('{"a": {"b": 1}}')
    second = first.clone()
    second.set_item("a", JValue(2))
    assert isinstance(first, JObject)
    assert isinstance(first.item("a"), JObject)
    assert second.item("a") == JValue(2)


def test_a_name_that_stands_twice_has_the_first_place_and_the_last_value() -> None:
    token = parse('{"a": 1, "b": 2, "a": 3}')
    assert isinstance(token, JObject)
    assert [(p.name, p.value) for p in token.properties.values()] == [
        ("a", JValue(3)),
        ("b", JValue(2)),
    ]


@pytest.mark.parametrize("brackets", ["[]", '{"a":}'])
def test_json_may_be_as_deep_as_newtonsoft_reads_it(brackets: str) -> None:
    half = len(brackets) - 1
    opening, closing = brackets[:half], brackets[half:]
    assert parse(opening * MAX_DEPTH + "1" * (half > 1) + closing * MAX_DEPTH) is not None
    with pytest.raises(ExpressionFailure, match="MaxDepth of 64 has been exceeded"):
        parse(opening * (MAX_DEPTH + 1) + "1" * (half > 1) + closing * (MAX_DEPTH + 1))


def values_alive() -> int:
    gc.collect()
    return sum(isinstance(each, JValue) for each in gc.get_objects())


def test_what_nobody_looks_at_is_not_made() -> None:
    before = values_alive()
    body = parse(json.dumps({"model": "m", "messages": [{"role": "user", "n": 1}] * 1000}))
    assert isinstance(body, JObject)
    model = body.item("model")
    assert (model, values_alive() - before) == (JValue("m"), 1)
    messages = body.item("messages")
    assert isinstance(messages, JArray)
    assert len(messages.items) == 1000
    assert values_alive() - before == 1
    assert messages.items[7].item("role") == JValue("user")
    assert values_alive() - before == 3
