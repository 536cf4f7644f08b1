from __future__ import annotations

from typing import Any

import pytest

from mock_openai import service
from mock_openai.errors import RefusedError
from mock_openai.frontdoor import V1
from mock_openai.models import served_by
from mock_openai.requests import Request
from tests.mock_openai.harness import chat, chat_asked, response_asked


def test_the_last_message_of_the_user_is_the_prompt() -> None:
    messages = [
        {"role": "user", "content": "first"},
        {"role": "user", "content": "last"},
        {"role": "assistant", "content": "hm"},
    ]
    assert chat_asked(chat(messages=messages)).prompt == "last"


def test_content_may_come_in_parts() -> None:
    parts: list[Any] = [
        {"type": "text", "text": "a"},
        {"type": "image_url"},
        {"type": "text", "text": "b"},
    ]
    assert chat_asked(chat(messages=[{"role": "user", "content": parts}])).prompt == "a\nb"


def test_prompt_tokens_count_the_frame_of_each_message() -> None:
    assert chat_asked(chat("one two")).prompt_tokens == 2 + 3 + 3


def test_old_versions_know_no_stream_options() -> None:
    body = chat(stream=True, stream_options={"include_usage": True})
    assert chat_asked(body).include_usage is True
    with pytest.raises(RefusedError) as caught:
        chat_asked(body, version="2024-06-01")
    assert "Unrecognized request argument supplied: stream_options" in caught.value.body()


def test_logprobs_are_wanted_only_when_asked_for() -> None:
    assert chat_asked(chat()).top_logprobs is None
    assert chat_asked(chat(logprobs=True)).top_logprobs == 0
    assert chat_asked(chat(logprobs=True, top_logprobs=3)).top_logprobs == 3


def test_a_legacy_completion_writes_16_tokens_unless_told() -> None:
    def asked(**body: Any) -> Request:
        return service.COMPLETIONS.read(body, V1, served_by("gpt-35-turbo-instruct"))

    assert asked(prompt="Hi").max_tokens == 16
    assert asked(prompt=["a", "b"], max_tokens=0).max_tokens == 0
    assert asked(prompt=["a", "b"]).prompt == "a\nb"


@pytest.mark.parametrize(
    "given",
    [
        "Hi",
        [{"role": "user", "content": "Hi"}],
        [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
    ],
)
def test_the_input_of_a_response_is_text_or_messages(given: Any) -> None:
    assert response_asked({"input": given}).prompt == "Hi"


def test_a_response_calls_its_tool_until_the_result_is_there() -> None:
    tool = {"type": "function", "name": "add", "parameters": {"type": "object"}}
    asked: list[Any] = [{"role": "user", "content": "Hi"}]
    done = [*asked, {"type": "function_call_output", "call_id": "c", "output": "5"}]
    first = response_asked({"input": asked, "tools": [tool]})
    assert first.calls is not None
    assert first.calls.name == "add"
    assert response_asked({"input": done, "tools": [tool]}).calls is None


def test_a_response_needs_room_for_16_tokens() -> None:
    with pytest.raises(RefusedError) as caught:
        response_asked({"input": "Hi", "max_output_tokens": 15})
    assert "Expected a value >= 16" in caught.value.body()


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"functions": [{"name": "f"}]}, "functions"),
        ({"data_sources": [{"type": "azure_search"}]}, "data_sources"),
        ({"modalities": ["text", "audio"], "audio": {"voice": "alloy"}}, "audio"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"tools": [{"type": "custom", "custom": {"name": "f"}}]}, "tools[0].type"),
    ],
)
def test_what_would_change_a_chat_s_answer_and_is_not_made_is_refused_by_name(
    body: dict[str, Any], param: str
) -> None:
    with pytest.raises(RefusedError, match="not made") as refused:
        chat_asked(chat(**body))
    assert refused.value.values["param"] == param
