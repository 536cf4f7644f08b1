"""Answers that are told beforehand, by file, fixture and header, on the true wire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from mock_openai import script
from mock_openai.errors import OptionError
from mock_openai.fixture import Served, served
from mock_openai.mock import Mock
from tests.mock_openai.harness import AT_ONCE, DATED, V1, chat, events, post, text

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object"}}}


@pytest.fixture
def mock() -> Any:
    with served(Mock(pace=AT_ONCE)) as found:
        yield found


def streamed(mock: Served, prompt: str = "hello", path: str = V1, **body: Any) -> Any:
    return post(mock.url + path, chat(prompt, stream=True, **body))


def test_a_text_is_the_answer_streamed_and_whole(mock: Served) -> None:
    mock.script("Told beforehand, with a comma.")
    chunks = events(streamed(mock))
    assert text(chunks) == "Told beforehand, with a comma."
    assert len(chunks) > 6  # in pieces, as a model writes
    whole = post(mock.url + DATED, chat()).json()
    assert whole["choices"][0]["message"]["content"] == "Told beforehand, with a comma."
    assert whole["usage"]["completion_tokens"] > 6


def test_the_first_rule_that_fits_answers_as_often_as_it_may(mock: Served) -> None:
    mock.script(
        {"when": {"prompt": "WEATHER"}, "text": "rain", "times": 1},
        {"when": {"model": "gpt-4o"}, "text": "four"},
        {"when": {"tool": "get_weather"}, "text": "a tool"},
        "else",
    )
    asked: list[dict[str, Any]] = [
        {"prompt": "the weather"},
        {"prompt": "the weather"},
        {"model": "gpt-4o"},
        {"tools": [TOOL], "tool_choice": "none"},
    ]
    assert [text(events(streamed(mock, **each))) for each in asked] == [
        "rain",
        "else",
        "four",
        "a tool",
    ]


def test_a_call_of_a_tool_has_the_arguments_that_were_told(mock: Served) -> None:
    mock.script({"calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]})
    chunks = events(streamed(mock, tools=[TOOL]))
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    calls = [call for delta in deltas for call in delta.get("tool_calls") or []]
    assert calls[0]["function"]["name"] == "get_weather"
    told = "".join(call["function"]["arguments"] for call in calls)
    assert json.loads(told) == {"city": "Oslo"}


def test_json_refusal_and_scenario_are_given(mock: Served) -> None:
    mock.script(
        {"when": {"prompt": "data"}, "json": {"city": "Oslo"}},
        {"when": {"prompt": "no"}, "refusal": "I will not."},
        {"when": {"prompt": "busy"}, "scenario": "429"},
    )
    assert text(events(streamed(mock, "data"))) == '{"city":"Oslo"}'
    message = post(mock.url + V1, chat("no")).json()["choices"][0]["message"]
    assert message["refusal"] == "I will not."
    assert streamed(mock, "busy").status_code == 429


def test_the_header_wins_and_may_be_a_text_or_a_rule(mock: Served) -> None:
    mock.script("from the script")
    for header, told in (("plain", "plain"), ('{"json": {"a": 1}}', '{"a":1}')):
        answer = post(mock.url + V1, chat(stream=True), **{"x-mock-answer": header})
        assert text(events(answer)) == told
    refused = post(mock.url + V1, chat(), **{"x-mock-answer": '{"txt": "x"}'})
    assert refused.status_code == 400
    assert "x-mock-answer has 'txt'; it takes when, text" in refused.text


def test_calls_are_remembered_with_their_bodies(mock: Served) -> None:
    post(mock.url + DATED, chat("one"))
    post(mock.url + V1, chat("two"))
    assert [call["body"]["messages"][0]["content"] for call in mock.calls] == ["one", "two"]
    assert {call["deployment"] for call in mock.calls} == {"gpt-4o-mini"}
    assert mock.calls[1]["path"] == V1


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("{", r"script\.json:1:2: is no JSON; a script is a list of rules"),
        ("{}", r"script\.json holds no list"),
        ("[1]", "rule 1 is 1; a rule is an object with when, text"),
        ('[{"text": "a", "json": {}}]', "rule 1 needs one of text, json, refusal, calls, or a"),
        ('[{"text": 1}]', "rule 1: text is 1; it takes a text"),
        ('[{"text": "a", "when": {"modle": "x"}}]', "rule 1: when has 'modle'; it takes model"),
        ('[{"text": "a", "when": []}]', r"rule 1: when is \[\]"),
        ('[{"text": "a"}, {"text": "b", "times": 0}]', "rule 2: times is 0"),
        ('[{"calls": ["x"]}]', "rule 1: calls takes a list of"),
    ],
)
def test_a_fault_in_a_file_names_file_rule_and_form(tmp_path: Path, rules: str, told: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(rules, encoding="utf-8")
    with pytest.raises(OptionError, match=told):
        script.load(path)


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="cannot be read: No such file"):
        script.load(tmp_path / "none.json")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe[")
    with pytest.raises(OptionError, match="no JSON in UTF-8"):
        script.load(tmp_path / "b.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@given(JSON | st.fixed_dictionaries({}, optional=dict.fromkeys(script._KEYS, JSON)))
def test_anything_is_a_rule_or_refused(given_rule: Any) -> None:
    try:
        made = script.rule(given_rule)
    except OptionError:
        return
    assert isinstance(made, script.Rule)


def test_other_routes_stay_what_they_are(mock: Served) -> None:
    mock.script("told")
    assert requests.get(mock.url + "/health", timeout=10).json() == {"status": "ok"}
