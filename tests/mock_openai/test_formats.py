from __future__ import annotations

import json
from typing import Any

import pytest

from mock_openai.answers import write
from mock_openai.behaviour import Behaviour
from mock_openai.errors import RefusedError
from mock_openai.service import CHAT, RESPONSES
from mock_openai.wire import seeded
from tests.mock_openai.harness import chat, chat_asked, joined, played, response_asked, text
from tests.mock_openai.shapes import framed

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "degrees": {"type": "integer"}},
    "required": ["city", "degrees"],
    "additionalProperties": False,
}
WANTED = {"city": "example", "degrees": 1}
NAMED = {"name": "Weather", "schema": SCHEMA, "strict": True}
BY_SCHEMA = {"type": "json_schema", "json_schema": NAMED}


def refusal(form: Any, prompt: str = "Hi", **how: Any) -> tuple[str, Any, Any]:
    with pytest.raises(RefusedError) as caught:
        chat_asked(chat(prompt, response_format=form), **how)
    error = json.loads(caught.value.body())["error"]
    return error["message"], error.get("param"), error.get("code")


def test_a_schema_makes_the_answer_json_in_pieces() -> None:
    events = framed(joined(played(CHAT, chat("Weather?", response_format=BY_SCHEMA))))
    chunks = [event.payload for event in events if event.payload]
    pieces = [chunk["choices"][0]["delta"].get("content") for chunk in chunks if chunk["choices"]]
    assert json.loads(text(chunks)) == WANTED
    assert len([piece for piece in pieces if piece]) > 5


def test_responses_take_the_schema_under_text() -> None:
    asked = {"input": "Weather?", "text": {"format": {"type": "json_schema", **NAMED}}}
    events = framed(joined(played(RESPONSES, asked)))
    assert json.loads(events[-1].payload["response"]["output"][0]["content"][0]["text"]) == WANTED


def test_any_json_is_an_object() -> None:
    request = chat_asked(chat("Answer in JSON", response_format={"type": "json_object"}))
    (answer,) = write(request, Behaviour(), seeded(1))
    assert isinstance(json.loads(answer.text), dict)


def test_tools_go_before_the_form() -> None:
    tools = [{"type": "function", "function": {"name": "add"}}]
    request = chat_asked(chat(tools=tools, response_format=BY_SCHEMA))
    assert request.calls is not None


def test_text_is_what_it_is_by_default() -> None:
    for form in (None, {"type": "text"}):
        assert chat_asked(chat(response_format=form)).form.kind == "text"


@pytest.mark.parametrize(
    ("form", "message", "param", "code"),
    [
        (
            {"type": "banana"},
            "Invalid value: 'banana'. Supported values are: 'json_object', 'json_schema', and"
            " 'text'.",
            "response_format.type",
            "invalid_value",
        ),
        (
            {"type": "json_schema"},
            "Missing required parameter: 'response_format.json_schema'.",
            "response_format.json_schema",
            "missing_required_parameter",
        ),
        (
            {"type": "json_schema", "json_schema": {"schema": SCHEMA}},
            "Missing required parameter: 'response_format.json_schema.name'.",
            "response_format.json_schema.name",
            "missing_required_parameter",
        ),
        (
            {"type": "json_schema", "json_schema": {**NAMED, "name": "no spaces"}},
            "Invalid 'response_format.json_schema.name': string does not match pattern. Expected"
            " a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
            "response_format.json_schema.name",
            "invalid_value",
        ),
        (
            {"type": "json_object"},
            "'messages' must contain the word 'json' in some form, to use 'response_format' of"
            " type 'json_object'.",
            "messages",
            None,
        ),
    ],
)
def test_a_form_that_is_wrong_is_refused(form: Any, message: str, param: str, code: Any) -> None:
    assert refusal(form) == (message, param, code)


def test_schemas_came_with_a_version_and_with_newer_models() -> None:
    assert refusal(BY_SCHEMA, version="2024-06-01")[0] == (
        "response_format value as json_schema is enabled only for api versions"
        " 2024-08-01-preview and later"
    )
    assert "not supported with this model" in refusal(BY_SCHEMA, model="gpt-35-turbo")[0]


def test_responses_want_the_word_json_in_their_input() -> None:
    with pytest.raises(RefusedError, match="no word json") as caught:
        response_asked({"input": "Hi", "text": {"format": {"type": "json_object"}}})
    assert json.loads(caught.value.body())["error"]["param"] == "input"


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        (f"As JSON: {{x}} and [1] by this schema: {json.dumps(SCHEMA, indent=2)} Weather?", WANTED),
        ('As JSON, { but not {"properties": 1}', None),
        ("As JSON " + "{" * 10_000, None),
    ],
)
def test_an_object_follows_the_schema_that_a_message_holds(prompt: str, wanted: Any) -> None:
    request = chat_asked(chat(prompt, response_format={"type": "json_object"}))
    (answer,) = write(request, Behaviour(), seeded(1))
    made = json.loads(answer.text)
    assert made == wanted if wanted else list(made) == ["answer"]
