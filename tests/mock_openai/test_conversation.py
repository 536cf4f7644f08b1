from __future__ import annotations

import json
from typing import Any

import pytest

from mock_openai import conversation
from mock_openai.errors import RefusedError

USER: dict[str, Any] = {"role": "user", "content": "Hi"}
CALLS = {"role": "assistant", "tool_calls": [{"id": "a"}, {"id": "b"}]}
A = {"role": "tool", "tool_call_id": "a", "content": "1"}
B = {"role": "tool", "tool_call_id": "b", "content": "2"}


@pytest.mark.parametrize(
    "messages",
    [[USER], [USER, CALLS, B, A], [USER, CALLS, A, B, USER], [USER, {"role": "assistant"}, USER]],
)
def test_a_conversation_passes(messages: list[Any]) -> None:
    conversation.check(messages)


@pytest.mark.parametrize(
    ("messages", "message", "param"),
    [
        (
            [USER, A],
            "Invalid parameter: messages with role 'tool' must be a response to a preceeding"
            " message with 'tool_calls'.",
            "messages.[1].role",
        ),
        (
            [USER, CALLS, A, USER],
            "An assistant message with 'tool_calls' must be followed by tool messages responding"
            " to each 'tool_call_id'. The following tool_call_ids did not have response"
            " messages: b",
            "messages.[3].role",
        ),
        (
            [USER, CALLS],
            "An assistant message with 'tool_calls' must be followed by tool messages responding"
            " to each 'tool_call_id'. The following tool_call_ids did not have response"
            " messages: a, b",
            "messages.[2].role",
        ),
        (
            [{"role": "user", "content": None}],
            "Invalid value for 'content': expected a string, got null.",
            "messages[0].content",
        ),
        (
            [{"role": "user", "content": [{"type": "banana"}]}],
            "Invalid value: 'banana'. Supported values are: 'text', 'image_url', 'input_audio',"
            " 'refusal', 'audio', and 'file'.",
            "messages[0].content[0].type",
        ),
        (
            [{"role": "assistant", "tool_calls": [{}]}],
            "Missing required parameter: 'messages[0].tool_calls[0].id'.",
            "messages[0].tool_calls[0].id",
        ),
    ],
)
def test_messages_that_make_none_are_refused(messages: list[Any], message: str, param: str) -> None:
    with pytest.raises(RefusedError) as caught:
        conversation.check(messages)
    error = json.loads(caught.value.body())["error"]
    assert (error["message"], error["param"]) == (message, param)
