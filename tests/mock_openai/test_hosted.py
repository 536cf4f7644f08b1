"""Tools that the service runs itself: every event is one that the SDK's types describe."""

from __future__ import annotations

import base64
import struct
from typing import Any, Callable

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_openai import hosted
from mock_openai.errors import RefusedError
from tests.made_up import examples
from tests.mock_openai.harness import post, response_asked
from tests.mock_openai.response_events import SERVER, TOOLS, asked, events, known, names

V1 = "/openai/v1/responses"
# The events of each tool, as recorded; see mock_openai/hosted_items.py for what was not.
EVENTS = {
    "web_search": ["in_progress", "searching", "completed"],
    "web_search_preview": ["in_progress", "searching"],
    "file_search": ["in_progress", "searching", "completed"],
    "code_interpreter": ["in_progress", "code.delta", "code.done", "interpreting", "completed"],
    "image_generation": ["in_progress", "generating", "partial_image", "partial_image"],
    "mcp": ["in_progress", "arguments.delta", "arguments.done", "completed"],
}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_s_events_come_in_azures_order_and_are_what_the_sdk_knows(tool: str) -> None:
    payloads = events(asked(TOOLS[tool]))
    assert len(list(known(payloads))) == len(payloads)
    assert names(payloads) == EVENTS[tool]
    assert [each["sequence_number"] for each in payloads] == list(range(len(payloads)))
    added = [each for each in payloads if each["type"] == "response.output_item.added"]
    done = [each for each in payloads if each["type"] == "response.output_item.done"]
    assert [each["output_index"] for each in added] == list(range(len(added)))
    assert [each["item"] for each in done] == payloads[-1]["response"]["output"]
    assert done[-1]["item"]["type"] == "message"
    for each in payloads:
        if "item_id" in each:
            assert each["item_id"] == added[each["output_index"]]["item"]["id"]


@pytest.mark.parametrize("tool", TOOLS)
def test_the_whole_answer_has_the_items_of_the_stream(url: str, tool: str) -> None:
    answer = post(url + V1, asked(TOOLS[tool])).json()
    streamed = events(asked(TOOLS[tool]))[-1]["response"]
    kinds = [item["type"] for item in answer["output"]]
    assert kinds == [item["type"] for item in streamed["output"]]
    assert answer["usage"]["output_tokens"] == streamed["usage"]["output_tokens"]
    plain = post(url + V1, asked()).json()
    assert answer["usage"]["output_tokens"] > plain["usage"]["output_tokens"]


@pytest.mark.parametrize("tool", TOOLS)
def test_the_sdk_puts_the_stream_together(url: str, tool: str) -> None:
    client = openai.OpenAI(
        base_url=f"{url}/openai/v1", api_key="k", default_headers={"api-key": "k"}
    )
    offered: Any = [TOOLS[tool]]
    with (
        client,
        client.responses.stream(
            model="gpt-4.1-mini", input="What is streaming?", tools=offered
        ) as stream,
    ):
        last = ""
        for event in stream:
            last = event.type
        final = stream.get_final_response()
    assert last == "response.completed"
    assert final.output_text
    assert [item.type for item in final.output][-1] == "message"
    assert len(final.output) >= 2


def test_a_search_is_cited_in_the_text() -> None:
    for tool, kind in (("web_search", "url_citation"), ("file_search", "file_citation")):
        payloads = events(asked(TOOLS[tool]))
        (told,) = [each for each in payloads if each["type"].endswith("annotation.added")]
        assert told["annotation"]["type"] == kind
        (text,) = payloads[-1]["response"]["output"][-1]["content"]
        assert text["annotations"] == [told["annotation"]]
        assert told["annotation"].get("end_index", len(text["text"])) == len(text["text"])


def test_nothing_is_cited_in_json_or_a_refusal() -> None:
    form = {"format": {"type": "json_object"}}
    body = asked(TOOLS["web_search"], text=form, input="Say it in JSON")
    assert not any("annotation.added" in each["type"] for each in events(body))
    refused = events(asked(TOOLS["web_search"]), "refusal")
    assert not any("annotation.added" in each["type"] for each in refused)


def test_what_is_to_be_included_is_there_and_else_not() -> None:
    wanted: dict[str, tuple[str, Callable[[Any], Any]]] = {
        "web_search": (
            "web_search_call.action.sources",
            lambda item: item["action"].get("sources"),
        ),
        "file_search": ("file_search_call.results", lambda item: item["results"]),
        "code_interpreter": ("code_interpreter_call.outputs", lambda item: item["outputs"]),
    }
    for tool, (name, found) in wanted.items():
        without = events(asked(TOOLS[tool]))[-1]["response"]["output"][0]
        assert found(without) is None
        payloads = events(asked(TOOLS[tool], include=[name]))
        assert len(list(known(payloads))) == len(payloads)
        assert found(payloads[-1]["response"]["output"][0])
    with pytest.raises(RefusedError, match="wrong value"):
        response_asked(asked(include=["everything"]))


def test_an_image_is_a_png_of_the_size_that_was_asked_for() -> None:
    tool = {"type": "image_generation", "size": "1024x1536", "partial_images": 3}
    payloads = events(asked(tool))
    partial = [each for each in payloads if each["type"].endswith("partial_image")]
    assert [each["partial_image_index"] for each in partial] == [0, 1, 2]
    image = base64.b64decode(payloads[-1]["response"]["output"][0]["result"])
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", image[16:24]) == (1024, 1536)
    assert len(image) > 100_000


def test_a_choice_says_which_tools_are_used() -> None:
    both = (TOOLS["web_search"], TOOLS["code_interpreter"])
    chosen: list[tuple[Any, list[str]]] = [
        (None, ["web_search_call", "code_interpreter_call", "message"]),
        ("none", ["message"]),
        ({"type": "code_interpreter"}, ["code_interpreter_call", "message"]),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "web_search"}]},
            ["web_search_call", "message"],
        ),
    ]
    for choice, kinds in chosen:
        output = events(asked(*both, tool_choice=choice))[-1]["response"]["output"]
        assert [item["type"] for item in output] == kinds
    once = events(asked(*both, max_tool_calls=1))[-1]["response"]["output"]
    assert [item["type"] for item in once] == ["web_search_call", "message"]
    with pytest.raises(RefusedError, match="no such tool"):
        response_asked(asked(*both, tool_choice={"type": "file_search"}))


def test_a_function_beside_hosted_tools_is_called_after_them() -> None:
    function = {"type": "function", "name": "get_time", "parameters": {"type": "object"}}
    output = events(asked(TOOLS["web_search"], function))[-1]["response"]["output"]
    assert [item["type"] for item in output] == ["web_search_call", "function_call"]


def test_a_response_echoes_its_tools_with_defaults() -> None:
    function = {"type": "function", "name": "f", "parameters": {"type": "object"}}
    tools = events(asked(*TOOLS.values(), function))[0]["response"]["tools"]
    echoed = {tool["type"]: tool for tool in tools}
    assert list(echoed["function"]) == ["type", "description", "name", "parameters", "strict"]
    assert echoed["code_interpreter"] == TOOLS["code_interpreter"]
    assert echoed["image_generation"]["model"] == "gpt-image-1"
    assert echoed["web_search_preview"]["user_location"]["type"] == "approximate"


@pytest.mark.parametrize(
    ("tool", "kind", "param"),
    [
        ({"type": "banana"}, "wrong value", "tools[0].type"),
        ({"type": "file_search"}, "missing", "tools[0].vector_store_ids"),
        ({"type": "file_search", "vector_store_ids": []}, "empty array", "tools[0]"),
        ({"type": "code_interpreter"}, "missing", "tools[0].container"),
        ({"type": "image_generation", "size": "7x7"}, "wrong value", "tools[0].size"),
        ({"type": "image_generation", "partial_images": 4}, "out of range", "partial_images"),
        ({"type": "image_generation", "output_format": "webp"}, "not made", "output_format"),
        ({"type": "mcp", "server_url": "https://x"}, "missing", "tools[0].server_label"),
        ({"type": "mcp", "server_label": "x"}, "missing", "tools[0].server_url"),
        ({**SERVER, "require_approval": "now"}, "wrong value", "tools[0].require_approval"),
        ({**SERVER, "require_approval": {"never": [1]}}, "wrong type", "approval.never"),
        ({**SERVER, "allowed_tools": {"tool_names": 3}}, "wrong type", "allowed_tools.tool_names"),
        ({**SERVER, "allowed_tools": [{}]}, "wrong type", "tools[0].allowed_tools[0]"),
        ({"type": "code_interpreter", "container": {}}, "missing", "tools[0].container.type"),
        *(({"type": name}, "not made", "tools[0].type") for name in hosted.NOT_MADE),
    ],
)
def test_what_is_wrong_or_not_made_is_refused_by_name(
    tool: dict[str, Any], kind: str, param: str
) -> None:
    with pytest.raises(RefusedError, match=kind) as refused:
        response_asked(asked(tool))
    assert param in refused.value.values["param"]


@pytest.mark.parametrize(
    "body", [{"conversation": "conv_1"}, {"prompt": {"id": "pmpt_1"}}, {"prompt": {}}]
)
def test_what_would_change_the_answer_and_is_not_made_is_refused(
    url: str, body: dict[str, Any]
) -> None:
    answer = post(url + V1, asked(**body))
    (name,) = body
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "mock_not_made"
    assert answer.json()["error"]["param"] == name


NAMES = st.lists(st.sampled_from(["a", "b"]) | st.integers(), max_size=2)
NESTED = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 4) | st.text(max_size=4) | NAMES,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["type", "tool_names", "never", "always", "tools", "name", "mode"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=5,
)
FIELDS = sorted({name for kind in hosted.KINDS.values() for name in kind.takes})
CHANGED = st.dictionaries(st.sampled_from(FIELDS), NESTED, max_size=2)
CHANGED_TOOLS = st.builds(
    lambda tool, changed: {**tool, **changed}, st.sampled_from([*TOOLS.values(), SERVER]), CHANGED
)
CHOICES = st.none() | st.sampled_from(["auto", "none", "required"]) | NESTED
SAID = st.fixed_dictionaries(
    {"type": st.sampled_from(["mcp_list_tools", "mcp_approval_response", "message"])},
    optional={"server_label": NESTED, "approve": NESTED, "approval_request_id": NESTED},
)


@examples(300)
@given(st.lists(CHANGED_TOOLS, max_size=2), CHOICES, st.lists(SAID, max_size=2))
def test_any_tools_are_used_or_refused(tools: list[Any], choice: Any, said: list[Any]) -> None:
    body = asked(*tools, tool_choice=choice, input=[{"role": "user", "content": "Hi"}, *said])
    try:
        payloads = events(body)
    except RefusedError:
        return
    assert payloads[-1]["response"]["status"] == "completed"
