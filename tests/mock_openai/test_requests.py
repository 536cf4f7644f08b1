from __future__ import annotations

from typing import Any

import pytest

from mock_openai import requests
from mock_openai.errors import RefusedError
from tests.mock_openai.harness import chat


def test_the_last_message_of_the_user_is_the_prompt() -> None:
    messages = [
        {"role": "user", "content": "first"},
        {"role": "user", "content": "last"},
        {"role": "assistant", "content": "hm"},
    ]
    assert requests.chat(chat(messages=messages)).prompt == "last"


def test_content_may_come_in_parts() -> None:
    parts: list[Any] = [{"type": "text", "text": "a"}, {"type": "image_url"}, {"text": "b"}]
    assert requests.chat(chat(messages=[{"role": "user", "content": parts}])).prompt == "a\nb"


def test_prompt_tokens_count_the_frame_of_each_message() -> None:
    assert requests.chat(chat("one two")).prompt_tokens == 2 + 3 + 3


def test_old_versions_know_no_stream_options() -> None:
    body = chat(stream=True, stream_options={"include_usage": True})
    assert requests.chat(body).include_usage is True
    with pytest.raises(RefusedError) as caught:
        requests.chat(body, stream_options=False)
    assert "Unrecognized request argument supplied: stream_options" in caught.value.body()


def test_logprobs_are_wanted_only_when_asked_for() -> None:
    assert requests.chat(chat()).top_logprobs is None
    assert requests.chat(chat(logprobs=True)).top_logprobs == 0
    assert requests.chat(chat(logprobs=True, top_logprobs=3)).top_logprobs == 3


def test_a_legacy_completion_writes_16_tokens_unless_told() -> None:
    assert requests.completion({"prompt": "Hi"}).max_tokens == 16
    assert requests.completion({"prompt": ["a", "b"], "max_tokens": 0}).max_tokens == 0
    assert requests.completion({"prompt": ["a", "b"]}).prompt == "a\nb"


@pytest.mark.parametrize(
    "given",
    [
        "Hi",
        [{"role": "user", "content": "Hi"}],
        [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
    ],
)
def test_the_input_of_a_response_is_text_or_messages(given: Any) -> None:
    assert requests.response({"input": given}).prompt == "Hi"


def test_a_response_calls_its_tool_until_the_result_is_there() -> None:
    tool = {"type": "function", "name": "add", "parameters": {"type": "object"}}
    asked: list[Any] = [{"role": "user", "content": "Hi"}]
    done = [*asked, {"type": "function_call_output", "call_id": "c", "output": "5"}]
    first = requests.response({"input": asked, "tools": [tool]})
    assert first.calls is not None
    assert first.calls.name == "add"
    assert requests.response({"input": done, "tools": [tool]}).calls is None


def test_a_response_needs_room_for_16_tokens() -> None:
    with pytest.raises(RefusedError) as caught:
        requests.response({"input": "Hi", "max_output_tokens": 15})
    assert "Expected a value >= 16" in caught.value.body()
