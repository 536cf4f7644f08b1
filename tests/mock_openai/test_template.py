"""The fast way to write events gives what the plain one does."""

from __future__ import annotations

from typing import Any, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_openai import chat, wire
from mock_openai.moderation import FAILED, verdicts
from mock_openai.parts import Part
from mock_openai.service import CHAT, RESPONSES
from mock_openai.template import HOLE, Template, length
from tests.mock_openai.harness import chat as asking
from tests.mock_openai.harness import chat_asked, context_of, joined, played
from tests.mock_openai.shapes import framed

TEXT = st.text(st.characters(), max_size=20)
DELTAS = st.one_of(
    TEXT.map(lambda text: {"content": text}),
    TEXT.map(lambda text: {"refusal": text}),
    TEXT.map(
        lambda text: {"tool_calls": [{"function": {"arguments": text}, "index": len(text) % 3}]}
    ),
)
VERDICTS = st.sampled_from([None, {}, FAILED, verdicts(("hate", "violence"))])
PARTS = st.lists(
    st.tuples(st.integers(0, 2), DELTAS, VERDICTS).map(
        lambda made: Part(made[0], wire.CONTENT, made[1], verdict=made[2])
    )
)


@given(PARTS, st.booleans(), st.booleans())
def test_chunks_by_template_are_those_written_plainly(
    parts: list[Part], usage: bool, obfuscation: bool
) -> None:
    options = {"include_usage": usage, "include_obfuscation": obfuscation}
    request = chat_asked(asking(stream=True, stream_options=options), version="v1")
    fast, plain = (chat.Writer(request, context_of()) for _ in range(2))
    for part in parts:
        expected = wire.encode(wire.framed(plain.chunk_of(part)))
        assert fast.written(part) == expected


@given(TEXT)
def test_a_response_s_deltas_are_json_with_the_padding_of_their_text(text: str) -> None:
    data = joined(played(RESPONSES, {"model": "gpt-4o", "input": f"say '{text}' now"}))
    for event in framed(data):
        if event.name == "response.output_text.delta":
            assert (len(event.payload["delta"]) + len(event.payload["obfuscation"])) % 16 == 0
    numbers = [event.payload["sequence_number"] for event in framed(data)]
    assert numbers == list(range(len(numbers)))


def test_a_chunk_is_written_anew_where_each_has_its_own_logprobs() -> None:
    body = asking("Count to 3", logprobs=True)
    chunks = [event.payload for event in framed(joined(played(CHAT, body))) if event.payload]
    rated = [chunk["choices"][0]["logprobs"] for chunk in chunks if chunk["choices"]]
    tokens = [each["content"][0]["token"] for each in rated if each and each["content"]]
    assert "".join(tokens) == "1, 2, 3"


@given(st.lists(st.none() | st.integers() | TEXT, min_size=2, max_size=2))
def test_holes_are_filled_in_their_order(values: list[Optional[Any]]) -> None:
    template = Template({"a": HOLE, "b": [{"c": HOLE}]}, "named")
    data = template.filled(*map(wire.compact, values)).decode()
    plain = wire.framed({"a": values[0], "b": [{"c": values[1]}]}, "named")
    assert data == wire.encode(plain).decode()


def test_as_many_values_as_holes_are_wanted() -> None:
    for values in ((), ("1", "2")):
        with pytest.raises(ValueError, match=f"{len(values)} values for 1 holes"):
            Template({"a": HOLE}).filled(*values)


def test_the_length_leaves_out_the_holes() -> None:
    assert length({"a": HOLE, "b": 1}) == len('{"a":,"b":1}')
