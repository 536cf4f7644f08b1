from __future__ import annotations

import json
from typing import Any, Optional

import pytest

from mock_openai.errors import RefusedError
from tests.mock_openai.harness import chat, chat_asked, response_asked


def refusal_of_chat(model: str, **body: Any) -> Optional[tuple[str, Any, Any]]:
    try:
        chat_asked(chat(**body), model)
    except RefusedError as refused:
        error = json.loads(refused.body())["error"]
        return error["message"], error["param"], error["code"]
    return None


UNSUPPORTED = "Unsupported parameter: '{}' is not supported with this model."
OLD_LIMIT = (
    UNSUPPORTED.format("max_tokens") + " Use 'max_completion_tokens' instead.",
    "max_tokens",
    "unsupported_parameter",
)


@pytest.mark.parametrize("model", ["o3-mini", "o1", "gpt-5", "gpt-5-nano", "gpt-5.4-mini"])
def test_models_that_reason_refuse_max_tokens(model: str) -> None:
    assert refusal_of_chat(model, max_tokens=16) == OLD_LIMIT
    assert refusal_of_chat(model, max_completion_tokens=16) is None


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4.1-mini", "gpt-35-turbo"])
def test_older_models_take_either_limit_but_not_both(model: str) -> None:
    assert refusal_of_chat(model, max_tokens=16) is None
    assert refusal_of_chat(model, max_completion_tokens=16) is None
    refused = refusal_of_chat(model, max_tokens=16, max_completion_tokens=16)
    assert refused is not None
    assert refused[0].endswith("at the same time is not supported.")


@pytest.mark.parametrize(
    ("model", "takes"),
    [
        ("o3-mini", False),
        ("o4-mini", False),
        ("gpt-5", False),
        ("gpt-5-mini", False),
        ("gpt-5.5", False),  # reasons by default
        ("gpt-5.1", True),  # does not
        ("gpt-5.4-mini", True),
        ("gpt-5-chat", True),
        ("gpt-4o", True),
    ],
)
def test_temperature_is_refused_where_the_model_reasons(model: str, takes: bool) -> None:
    message = "Unsupported value: 'temperature' does not support 0.2 with this model."
    refused = (
        f"{message} Only the default (1) value is supported.",
        "temperature",
        "unsupported_value",
    )
    assert refusal_of_chat(model, temperature=0.2) == (None if takes else refused)
    assert refusal_of_chat(model, temperature=1) is None


def test_a_model_kept_from_reasoning_takes_temperature() -> None:
    assert refusal_of_chat("gpt-5.5", temperature=0.2, reasoning_effort="none") is None
    assert refusal_of_chat("gpt-5.1", temperature=0.2, reasoning_effort="low") is not None


@pytest.mark.parametrize(
    ("model", "body", "message", "code"),
    [
        (
            "gpt-5",
            {"reasoning_effort": "none"},
            "Unsupported value: 'reasoning_effort' does not support 'none' with this model."
            " Supported values are: 'minimal', 'low', 'medium', and 'high'.",
            "unsupported_value",
        ),
        (
            "gpt-5",
            {"reasoning_effort": "banana"},
            "Invalid value: 'banana'. Supported values are: 'none', 'minimal', 'low', 'medium',"
            " 'high', and 'xhigh'.",
            "invalid_value",
        ),
        (
            "gpt-4o",
            {"reasoning_effort": "low"},
            "Unrecognized request argument supplied: reasoning_effort",
            None,
        ),
        (
            "gpt-5",
            {"verbosity": "banana"},
            "Invalid value: 'banana'. Supported values are: 'low', 'medium', and 'high'.",
            "invalid_value",
        ),
        (
            "gpt-4o",
            {"verbosity": "low"},
            "Unsupported value: 'verbosity' does not support 'low' with this model."
            " Supported values are: 'medium'.",
            "unsupported_value",
        ),
        ("o3-mini", {"stop": "x"}, UNSUPPORTED.format("stop"), "unsupported_parameter"),
        ("gpt-5", {"logprobs": True}, UNSUPPORTED.format("logprobs"), "unsupported_parameter"),
        (
            "o1",
            {"presence_penalty": 0.5},
            "Unsupported value: 'presence_penalty' does not support 0.5 with this model."
            " Only the default (0) value is supported.",
            "unsupported_value",
        ),
        (
            "gpt-4o",
            {"max_tokens": 1_000_000},
            "max_tokens is too large: 1000000. This model supports at most 16384 completion"
            " tokens, whereas you provided 1000000.",
            "invalid_value",
        ),
    ],
)
def test_what_a_model_does_not_take_is_refused_in_azures_words(
    model: str, body: dict[str, Any], message: str, code: Any
) -> None:
    refused = refusal_of_chat(model, **body)
    assert refused is not None
    assert (refused[0], refused[2]) == (message, code)


def test_a_newer_model_takes_tools_and_effort_in_responses_only() -> None:
    function = {"name": "add", "parameters": {"type": "object"}}
    tools = [{"type": "function", "function": function}]
    refused = refusal_of_chat("gpt-5.6-sol", tools=tools, reasoning_effort="low")
    assert refused is not None
    assert "Please use /v1/responses instead." in refused[0]
    assert refusal_of_chat("gpt-5.6-sol", tools=tools) is None
    asked = {"input": "Hi", "tools": [{"type": "function", **function}]}
    response_asked({**asked, "reasoning": {"effort": "low"}}, "gpt-5.6-sol")


@pytest.mark.parametrize(
    ("model", "body", "param"),
    [
        ("gpt-4o", {"reasoning": {"effort": "low"}}, "reasoning.effort"),
        ("gpt-4o", {"reasoning": {"summary": "auto"}}, "reasoning.summary"),
        ("gpt-5.1", {"reasoning": {"effort": "minimal"}}, "reasoning.effort"),
        ("o3-mini", {"temperature": 0.2}, "temperature"),
        ("gpt-5.1", {"temperature": 0.2, "reasoning": {"effort": "high"}}, "temperature"),
        ("gpt-4o", {"max_output_tokens": 1_000_000}, "max_output_tokens"),
    ],
)
def test_responses_refuse_what_the_model_does_not_take(
    model: str, body: dict[str, Any], param: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        response_asked({"input": "Hi", **body}, model)
    assert json.loads(caught.value.body())["error"]["param"] == param


@pytest.mark.parametrize(
    ("model", "body", "effort"),
    [
        ("gpt-4o", {}, "none"),
        ("gpt-5.4-mini", {}, "none"),
        ("gpt-5", {}, "medium"),
        ("gpt-5", {"reasoning_effort": "high"}, "high"),
    ],
)
def test_the_effort_is_the_models_unless_told(model: str, body: Any, effort: str) -> None:
    assert chat_asked(chat(**body), model).effort == effort
