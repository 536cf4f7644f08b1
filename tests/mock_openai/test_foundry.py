"""Models that OpenAI did not make: the shapes recorded of DeepSeek on Azure, 2026-06."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from mock_openai.errors import RefusedError
from mock_openai.service import CHAT
from tests.mock_openai.harness import chat, chat_asked, joined, played, post
from tests.mock_openai.shapes import framed

MODEL = "DeepSeek-V4-Pro"
PATH = "/models/chat/completions?api-version=2024-05-01-preview"
KEYS = ["id", "object", "created", "model", "choices", "usage"]
CHOICE = ["index", "delta", "logprobs", "finish_reason", "matched_stop"]
DELTA = ["role", "content", "reasoning_content", "tool_calls"]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


def chunks(scenario: str = "", **body: Any) -> list[Any]:
    asked = chat("Count to 5", model=MODEL, stream_options={"include_usage": True}, **body)
    events = framed(joined(played(CHAT, asked, scenario, MODEL)))
    return [event.payload for event in events]


def test_chunks_have_the_keys_that_were_recorded() -> None:
    *made, usage, done = chunks()
    assert done is None
    for chunk in made:
        (choice,) = chunk["choices"]
        assert (list(chunk), list(choice), list(choice["delta"])) == (KEYS, CHOICE, DELTA)
        assert chunk["usage"] is choice["logprobs"] is None
        assert chunk["model"] == "deepseek-v4-pro"
    assert (usage["choices"], list(usage)) == ([], KEYS)
    assert list(usage["usage"]) == [
        "prompt_tokens",
        "total_tokens",
        "completion_tokens",
        "prompt_tokens_details",
        "reasoning_tokens",
    ]
    last = made[-1]["choices"][0]
    assert (last["finish_reason"], last["matched_stop"]) == ("stop", 1)


def test_the_model_thinks_aloud_before_it_answers() -> None:
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks()[:-2]]
    assert deltas[0] == {**dict.fromkeys(DELTA), "role": "assistant", "content": ""}
    said = ["reasoning" if each["reasoning_content"] else "content" for each in deltas[1:-1]]
    assert said == sorted(said, reverse=True)
    assert said.count("reasoning") == 32
    assert "".join(each["content"] or "" for each in deltas) == "1, 2, 3, 4, 5"


def test_it_calls_tools() -> None:
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks(tools=[TOOL])[:-2]]
    calls = [call for each in deltas for call in each["tool_calls"] or []]
    assert calls[0]["function"]["name"] == "f"
    assert calls[0]["id"].startswith("call_")
    assert all(each["content"] is None for each in deltas[1:])


def test_an_answer_in_one_piece_has_its_reasoning_beside_it(url: str) -> None:
    answer = post(url + PATH, chat("Count to 5", model=MODEL)).json()
    message = answer["choices"][0]["message"]
    assert message["content"] == "1, 2, 3, 4, 5"
    assert len(message["reasoning_content"]) > 50
    assert answer["prompt_filter_results"] is None
    called = post(url + PATH, chat("Hi", model=MODEL, tools=[TOOL])).json()["choices"][0]["message"]
    assert called["tool_calls"][0]["function"] == {"name": "f", "arguments": "{}"}


@pytest.mark.parametrize(
    ("scenario", "finish"),
    [
        ("length; limit=40", "length"),
        ("filter-mid; after=40", "content_filter"),
        ("refusal", "stop"),
    ],
)
def test_scenarios_end_as_they_do_elsewhere(scenario: str, finish: str) -> None:
    finishes = [
        choice["finish_reason"]
        for chunk in chunks(scenario)
        if chunk
        for choice in chunk["choices"]
    ]
    assert finishes[-1] == finish
    assert finishes.count(None) == len(finishes) - 1


def test_the_sdk_reads_it(url: str) -> None:
    with openai.OpenAI(base_url=f"{url}/openai/v1", api_key="k") as client:
        stream = client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "Count to 5"}], stream=True
        )
        deltas = [chunk.choices[0].delta for chunk in stream]
    assert "".join(each.content or "" for each in deltas) == "1, 2, 3, 4, 5"
    assert any(each.model_extra["reasoning_content"] for each in deltas if each.model_extra)


def test_logprobs_are_refused() -> None:
    with pytest.raises(RefusedError, match="unsupported parameter"):
        chat_asked(chat("Hi", logprobs=True), MODEL)
