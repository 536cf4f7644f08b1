from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_openai import answers, scenarios, wire
from mock_openai.answers import Answer
from tests.mock_openai.harness import chat, chat_asked

TOOL = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
ANSWERED = [
    {"role": "user", "content": "2+3?"},
    {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {}}]},
    {"role": "tool", "tool_call_id": "c", "content": "5"},
]
NAMED = {"type": "function", "function": {"name": "add"}}


def written(scenario: str = "", prompt: str = "Count to 3", **body: Any) -> list[Answer]:
    _, behaviour = scenarios.parse(scenario, "here")
    request = chat_asked(chat(prompt, **body))
    return answers.write(request, behaviour, wire.seeded(1))


def test_the_end_mark_is_a_token() -> None:
    (answer,) = written()
    assert answer.text == "1, 2, 3"
    assert (len(answer.tokens), answer.completion_tokens) == (7, 8)


def test_a_limit_leaves_no_room_for_the_end_mark() -> None:
    (answer,) = written(max_tokens=7)
    assert (answer.text, answer.finish, answer.completion_tokens) == ("1, 2, 3", "length", 7)


def test_the_lower_of_two_limits_counts() -> None:
    assert len(written("length; limit=5", max_tokens=3)[0].tokens) == 3
    assert len(written("length; limit=2", max_tokens=3)[0].tokens) == 2


def test_reasoning_counts_but_is_not_seen() -> None:
    (answer,) = written("reasoning; reasoning=10")
    assert (answer.text, answer.completion_tokens) == ("1, 2, 3", 18)


def test_reasoning_may_use_up_the_limit() -> None:
    (answer,) = written("length-empty")
    assert (answer.tokens, answer.finish, answer.completion_tokens) == ((), "length", 64)


def test_a_stop_sequence_ends_the_text() -> None:
    assert written(stop=[", 3", "9"])[0].text == "1, 2"


def test_each_choice_of_an_essay_is_another() -> None:
    texts = {answer.text for answer in written(prompt="Explain", n=3)}
    assert len(texts) == 3


def test_a_refusal_is_the_text_instead() -> None:
    (answer,) = written("refusal")
    assert (answer.refusal, answer.text) == (True, answers.REFUSAL)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"tools": [TOOL]}, ["add"]),
        ({"tools": [TOOL], "tool_choice": "none"}, []),
        ({"tools": [TOOL], "tool_choice": "required"}, ["add"]),
        (
            {"tools": [TOOL], "tool_choice": NAMED},
            ["add"],
        ),
        ({"tools": [TOOL], "messages": ANSWERED}, []),
    ],
)
def test_a_tool_is_called_unless_it_has_answered(body: dict[str, Any], names: list[str]) -> None:
    assert [call.name for call in written(**body)[0].calls] == names


def test_the_scenario_calls_as_many_tools_as_it_says() -> None:
    (answer,) = written("tools; calls=3", tools=[TOOL])
    assert [call.name for call in answer.calls] == ["add"] * 3
    assert len({call.id for call in answer.calls}) == 3
    assert answer.finish == "tool_calls"


def test_without_tools_the_scenario_asks_for_the_weather() -> None:
    (call,) = written("tools")[0].calls
    assert (call.name, json.loads(call.arguments)) == ("get_weather", {"city": "San Francisco"})


@given(st.integers(0, 500), st.integers(1, 500))
def test_usage_never_exceeds_the_limit(length: int, limit: int) -> None:
    (answer,) = written(f"ok; tokens={length}", max_tokens=limit)
    assert answer.completion_tokens <= limit
    assert len(answer.tokens) == min(length, limit)
    assert answer.finish == ("stop" if length < limit else "length")
