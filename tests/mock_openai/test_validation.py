from __future__ import annotations

import json
from typing import Any

import pytest

from mock_openai import validation
from mock_openai.errors import RefusedError
from tests.mock_openai.harness import chat, chat_asked


@pytest.mark.parametrize(
    ("changed", "message", "param", "code"),
    [
        (
            {"messages": "hi"},
            "Invalid type for 'messages': expected an array, but got a string instead.",
            "messages",
            "invalid_type",
        ),
        (
            {"stop": 1},
            "Invalid type for 'stop': expected one of a string or an array,"
            " but got an integer instead.",
            "stop",
            "invalid_type",
        ),
        (
            {"n": True},
            "Invalid type for 'n': expected an integer, but got a boolean instead.",
            "n",
            "invalid_type",
        ),
        (
            {"messages": []},
            "Invalid 'messages': empty array. Expected an array with minimum length 1,"
            " but got an empty array instead.",
            "messages",
            "empty_array",
        ),
        (
            {"temperature": 3},
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2,"
            " but got 3 instead.",
            "temperature",
            "decimal_above_max_value",
        ),
        (
            {"max_tokens": 0},
            "Invalid 'max_tokens': integer below minimum value. Expected a value >= 1,"
            " but got 0 instead.",
            "max_tokens",
            "integer_below_min_value",
        ),
        (
            {"messages": [{"content": "hi"}]},
            "Missing required parameter: 'messages[0].role'.",
            "messages[0].role",
            "missing_required_parameter",
        ),
        (
            {"messages": [{"role": "user"}, {"role": "boss"}]},
            "Invalid value: 'boss'. Supported values are: 'system', 'developer', 'user',"
            " 'assistant', 'tool', and 'function'.",
            "messages[1].role",
            "invalid_value",
        ),
        (
            {"messages": [None]},
            "Invalid type for 'messages[0]': expected an object, but got null instead.",
            "messages[0]",
            "invalid_type",
        ),
        ({"temprature": 1}, "Unrecognized request argument supplied: temprature", None, None),
        (
            {"stream_options": {"include_usage": True}},
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            "stream_options",
            None,
        ),
        (
            {"stream": True, "stream_options": {"usage": True}},
            "Unrecognized request argument supplied: stream_options.usage",
            None,
            None,
        ),
        (
            {"tools": [{"type": "function"}]},
            "Invalid type for 'tools[0].function': expected an object, but got null instead.",
            "tools[0].function",
            "invalid_type",
        ),
    ],
)
def test_what_is_wrong_with_a_body_is_told_in_azures_words(
    changed: dict[str, Any], message: str, param: Any, code: Any
) -> None:
    with pytest.raises(RefusedError) as caught:
        chat_asked(chat(**changed))
    assert caught.value.kind.status == 400
    assert json.loads(caught.value.body())["error"] == {
        "message": message,
        "type": "invalid_request_error",
        "param": param,
        "code": code,
    }


def test_null_stands_for_a_parameter_that_is_not_given() -> None:
    request = chat_asked(chat(n=None, stop=None, tools=None, max_tokens=None, stream=None))
    assert (request.n, request.stop, request.stream) == (1, (), False)


def test_an_integer_is_a_decimal_but_a_decimal_is_no_integer() -> None:
    chat_asked(chat(temperature=1))
    with pytest.raises(RefusedError):
        chat_asked(chat(n=1.0))


@pytest.mark.parametrize("raw", [b"", b"{", b"[1]", b'"x"', b"\xff", b'{"a": Infinity}'])
def test_a_body_has_to_be_one_json_object(raw: bytes) -> None:
    with pytest.raises(RefusedError) as caught:
        validation.load(raw)
    assert "could not parse the JSON body" in caught.value.body()
