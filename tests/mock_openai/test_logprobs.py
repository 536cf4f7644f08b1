from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mock_openai import logprobs, wire


@given(st.lists(st.text(max_size=5), max_size=5), st.integers(0, 20))
def test_each_token_is_the_most_likely_of_its_alternatives(tokens: list[str], top: int) -> None:
    entries = logprobs.entries(tokens, top, wire.seeded(1))
    assert [entry["token"] for entry in entries] == tokens
    for entry in entries:
        rated = [each["logprob"] for each in entry["top_logprobs"]]
        assert len(rated) == top
        assert rated == sorted(rated, reverse=True)
        assert rated[:1] in ([], [entry["logprob"]])
        assert len({each["token"] for each in entry["top_logprobs"]}) == top
        assert entry["logprob"] <= 0


def test_bytes_are_those_of_the_token() -> None:
    (entry,) = logprobs.entries(["é"], 0, wire.seeded(1))
    assert entry["bytes"] == [0xC3, 0xA9]
