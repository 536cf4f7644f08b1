"""What a response is made of: reasoning with its summary, text with its logprobs, background."""

from __future__ import annotations

import time
from typing import Any

import openai
import pytest

from mock_openai import wire
from mock_openai.service import RESPONSES
from tests.mock_openai.harness import played, post
from tests.mock_openai.response_events import asked, events, known

THINKING = {"effort": "high", "summary": "auto"}


def kinds(payloads: list[Any]) -> list[str]:
    found: list[str] = []
    for payload in payloads:
        name = payload["type"].partition(".")[2] or payload["type"]
        if not (name.endswith("delta") and found[-1] == name):
            found.append(name)
    return found


def test_a_summary_of_the_reasoning_is_streamed_before_the_answer() -> None:
    payloads = events(asked(reasoning=THINKING), model="gpt-5.4")
    assert len(list(known(payloads))) == len(payloads)
    assert kinds(payloads)[2:8] == [
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
    ]
    deltas = [each["delta"] for each in payloads if "summary_text.delta" in each["type"]]
    (reasoning, message) = payloads[-1]["response"]["output"]
    assert reasoning["summary"] == [{"type": "summary_text", "text": "".join(deltas)}]
    assert message["type"] == "message"
    assert payloads[-1]["response"]["usage"]["output_tokens_details"]["reasoning_tokens"] == 128


def test_a_detailed_summary_has_more_parts_and_without_one_the_model_is_silent() -> None:
    detailed = events(asked(reasoning={"effort": "low", "summary": "detailed"}), model="gpt-5")
    added = [each for each in detailed if each["type"].endswith("summary_part.added")]
    assert [each["summary_index"] for each in added] == [0, 1]
    silent = events(asked(reasoning={"effort": "high"}), model="gpt-5")
    assert not any("summary" in each["type"] for each in silent)
    assert silent[2]["item"]["summary"] == silent[3]["item"]["summary"] == []


def test_the_summary_takes_its_time_out_of_the_reasoning() -> None:
    def waited(**reasoning: str) -> float:
        body = asked(reasoning={"effort": "high", **reasoning})
        return sum(event.wait for event in played(RESPONSES, body, model="gpt-5.4"))

    assert waited(summary="auto") == pytest.approx(waited(), rel=0.2)


def test_encrypted_reasoning_is_included_when_asked_for() -> None:
    body = asked(reasoning=THINKING, include=["reasoning.encrypted_content"], store=False)
    payloads = events(body, model="gpt-5.4")
    told = [each["item"] for each in payloads if each["type"].startswith("response.output_item")][
        :2
    ]
    told.append(payloads[-1]["response"]["output"][0])
    assert [list(item) for item in told] == [["id", "type", "encrypted_content", "summary"]] * 3
    assert len({item["encrypted_content"] for item in told}) == 3  # encrypted anew each time
    assert all(item["encrypted_content"].startswith("gAAAAA") for item in told)
    plain = events(asked(reasoning=THINKING), model="gpt-5.4")
    assert "encrypted_content" not in plain[-1]["response"]["output"][0]


def test_the_effort_that_was_made_is_told() -> None:
    for model, effort in (("gpt-4.1-mini", None), ("gpt-5-mini", "medium"), ("gpt-5.1", "none")):
        told = events(asked(), model=model)[0]["response"]["reasoning"]
        assert told == {"effort": effort, "summary": None}


def test_logprobs_come_with_each_token_and_in_the_text() -> None:
    body = asked(include=["message.output_text.logprobs"], top_logprobs=2, input="Count to 3")
    payloads = events(body)
    assert len(list(known(payloads))) == len(payloads)
    deltas = [each for each in payloads if each["type"].endswith("text.delta")]
    rated = [each["logprobs"][0] for each in deltas]
    assert [each["token"] for each in rated] == [each["delta"] for each in deltas]
    assert all(len(each["top_logprobs"]) == 2 for each in rated)
    (text,) = payloads[-1]["response"]["output"][0]["content"]
    assert text["logprobs"] == rated
    assert not any(each["logprobs"] for each in events(asked()) if "logprobs" in each)


def test_a_background_response_is_queued_first() -> None:
    payloads = events(asked(background=True))
    assert kinds(payloads)[:3] == ["created", "queued", "in_progress"]
    assert [each["response"]["status"] for each in payloads[:3]] == [
        "queued",
        "queued",
        "in_progress",
    ]
    assert len(list(known(payloads))) == len(payloads)


def test_the_sdk_waits_for_a_background_response(url: str) -> None:
    with openai.OpenAI(
        base_url=f"{url}/openai/v1", api_key="k", default_headers={"api-key": "k"}
    ) as client:
        begun = client.responses.create(model="gpt-4.1-mini", input="Hi", background=True)
        assert begun.status == "queued"
        deadline = time.monotonic() + 20
        while (found := client.responses.retrieve(begun.id)).status != "completed":
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert found.output_text


@pytest.mark.parametrize("scenario", ["failed; after=3", "error-event; after=3"])
def test_a_stream_that_fails_does_not_end_its_items(scenario: str) -> None:
    payloads = events(asked({"type": "web_search"}), scenario)
    names = kinds(payloads)
    assert names.count("output_item.done") == 1  # the search's
    assert "failed" in names
    function = {"type": "function", "name": "f", "parameters": {"type": "object"}}
    called = kinds(events(asked(function), scenario))
    assert "function_call_arguments.done" not in called


def test_only_the_end_is_last() -> None:
    kinds_of = [event.kind for event in played(RESPONSES, asked({"type": "web_search"}))]
    assert kinds_of.index(wire.LAST) == len(kinds_of) - 1


def test_a_tool_that_takes_a_text_is_called_with_one() -> None:
    tool = {"type": "custom", "name": "run", "format": {"type": "text"}}
    payloads = events(asked(tool))
    assert len(list(known(payloads))) == len(payloads)
    assert "custom_tool_call_input.delta" in kinds(payloads)
    (call,) = payloads[-1]["response"]["output"]
    deltas = [each["delta"] for each in payloads if each["type"].endswith("input.delta")]
    assert call["input"] == "".join(deltas) != ""
    result = {"type": "custom_tool_call_output", "call_id": call["call_id"], "output": "done"}
    after = events(asked(tool, input=[{"role": "user", "content": "Go"}, call, result]))
    assert [item["type"] for item in after[-1]["response"]["output"]] == ["message"]


def test_a_choice_and_a_script_may_name_such_a_tool(url: str) -> None:
    tools = [{"type": "function", "name": "f"}, {"type": "custom", "name": "run"}]
    body = asked(*tools, tool_choice={"type": "custom", "name": "run"})
    assert events(body)[-1]["response"]["output"][0]["type"] == "custom_tool_call"
    told = '{"calls": [{"name": "run", "arguments": "ls -l"}]}'
    answer = post(f"{url}/openai/v1/responses", asked(*tools), **{"x-mock-answer": told}).json()
    assert answer["output"][0]["input"] == "ls -l"
