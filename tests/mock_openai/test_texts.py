from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_openai import texts


@pytest.mark.parametrize(
    ("prompt", "written"),
    [
        ("Count to 5, separated by commas", "1, 2, 3, 4, 5"),
        ("Please count from 3 to 1.", "3, 2, 1"),
        ("say hi", "Hi!"),
        ("Say this is a test.", "This is a test!"),
        ("What is 2 + 2?", "4"),
        ("what is 7 x 6", "42"),
        ("Hello", "Hello! How can I help you today?"),
        ("What is SSE? Answer in one word.", "Streaming."),
    ],
)
def test_a_prompt_that_wants_little_gets_little(prompt: str, written: str) -> None:
    assert texts.answer(prompt) == written


def test_counting_to_100_counts_to_100() -> None:
    written = texts.answer("Count to 100, with a comma between each number and no newlines.")
    assert written == ", ".join(str(number) for number in range(1, 101))


def test_counting_has_an_end() -> None:
    assert texts.answer("count to 999999").endswith(f", {texts.MOST_COUNTED}")


@pytest.mark.parametrize("prompt", ["Explain streaming", "Tell me a story", "Write a poem", ""])
def test_any_other_prompt_gets_an_essay_of_more_than_100_tokens(prompt: str) -> None:
    assert len(texts.tokens(texts.answer(prompt))) > 100


def test_the_essay_has_characters_of_several_bytes() -> None:
    assert not texts.answer("").isascii()


def test_variants_of_the_essay_differ() -> None:
    assert texts.answer("", 0) != texts.answer("", 1)


def test_a_word_takes_the_space_before_it_and_digits_come_by_threes() -> None:
    assert texts.tokens("Hi there, 12345") == ["Hi", " there", ",", " ", "123", "45"]


@given(st.text())
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(texts.tokens(text)) == text


@given(st.integers(0, 2000), st.integers(0, 20))
def test_fill_gives_exactly_the_tokens_wanted(count: int, variant: int) -> None:
    assert len(texts.fill(count, variant)) == count


@given(st.text())
def test_every_prompt_gets_the_same_text_each_time(prompt: str) -> None:
    assert texts.answer(prompt) == texts.answer(prompt) != ""
