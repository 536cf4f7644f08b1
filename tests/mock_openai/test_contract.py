"""The shapes of all streams, against the fixtures: these are the wire, as recorded in Azure."""

from __future__ import annotations

from typing import Any

import pytest

from mock_openai import scenarios
from mock_openai.service import CHAT, COMPLETIONS, RESPONSES
from mock_openai.wire import compact
from tests.mock_openai.harness import chat, joined, played
from tests.mock_openai.shapes import (
    Framed,
    chat_kind,
    completion_kind,
    fixture,
    framed,
    sequence,
    shape,
)

SEQUENCES = fixture("sequences.json")
SHAPES = fixture("chat.json")
WITH_USAGE: dict[str, Any] = {"stream_options": {"include_usage": True}}


def chat_events(scenario: str, model: str = "gpt-4o-mini", **body: Any) -> list[Framed]:
    return framed(joined(played(CHAT, chat("Explain", **body), scenario, model)))


def completion_events(scenario: str, **body: Any) -> list[Framed]:
    asked = {"prompt": "Explain", "max_tokens": 40, **body}
    return framed(joined(played(COMPLETIONS, asked, scenario, "gpt-35-turbo-instruct")))


def response_events(scenario: str) -> list[Framed]:
    asked = {"model": "gpt-5.4-mini", "input": "Explain"}
    return framed(joined(played(RESPONSES, asked, scenario)))


@pytest.mark.parametrize("scenario", SEQUENCES["chat"])
def test_chunks_of_a_chat_completion_come_in_azures_order(scenario: str) -> None:
    events = chat_events(scenario, **WITH_USAGE)
    assert sequence(map(chat_kind, events)) == SEQUENCES["chat"][scenario]


@pytest.mark.parametrize("scenario", SEQUENCES["chat"])
def test_each_chunk_of_a_chat_completion_has_a_shape_that_azure_sends(scenario: str) -> None:
    known = {**SHAPES["every model"], **SHAPES["gpt-4o-mini"]}
    for event in chat_events(scenario, **WITH_USAGE)[:-1]:
        assert shape(event.payload) in [shape(each) for each in known[chat_kind(event)]]


def test_a_newer_model_shows_its_tier_and_fewer_verdicts() -> None:
    known = {**SHAPES["every model"], **SHAPES["gpt-5.4-mini"]}
    for event in chat_events("ok", "gpt-5.4-mini", **WITH_USAGE)[:-1]:
        assert shape(event.payload) in [shape(each) for each in known[chat_kind(event)]]


def test_every_shape_of_the_fixture_is_sent_by_some_scenario() -> None:
    sent = [
        shape(event.payload)
        for scenario in SEQUENCES["chat"]
        for model in ("gpt-4o-mini", "gpt-5.4-mini")
        for event in chat_events(scenario, model, **WITH_USAGE)
    ]
    for shapes in SHAPES.values():
        for kind, examples in shapes.items():
            for example in examples:
                assert shape(example) in sent, kind


def test_every_scenario_that_streams_has_a_sequence() -> None:
    streams = {
        name
        for name, scenario in scenarios.SCENARIOS.items()
        if not scenario.behaviour.error and scenario.behaviour.streams
    }
    told = {name.partition(";")[0] for name in SEQUENCES["chat"]}
    assert streams - told == {"split", "broken-utf8"}  # their events are not whole


def test_usage_is_on_no_chunk_unless_asked_for() -> None:
    events = chat_events("async-ok")
    assert not any("usage" in event.payload for event in events[:-1])
    assert "usage" not in sequence(map(chat_kind, events))


def test_usage_is_null_but_absent_from_what_only_azure_sends() -> None:
    for event in chat_events("async-ok", **WITH_USAGE)[:-1]:
        azures_own = chat_kind(event) in ("filter", "verdict")
        assert ("usage" in event.payload) is not azures_own


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4.1", "gpt-5.4-mini"])
def test_obfuscation_pads_what_the_models_host_wrote(model: str) -> None:
    for event in chat_events("ok", model, **WITH_USAGE)[1:-1]:
        host = dict(event.payload)
        host["choices"] = [dict(choice) for choice in host["choices"]]
        for choice in host["choices"]:
            choice.pop("content_filter_results")
        assert len(compact(host)) % 16 == 1
        assert len(host["obfuscation"]) < 16


def test_obfuscation_can_be_turned_off() -> None:
    events = chat_events("ok", stream_options={"include_obfuscation": False})
    assert not any("obfuscation" in event.payload for event in events[:-1])


def test_id_and_time_are_the_same_in_all_chunks_of_a_stream() -> None:
    events = [event.payload for event in chat_events("ok") if event.payload][1:]
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in events}) == 1


def test_text_is_raw_utf8() -> None:
    assert "“".encode() in joined(played(CHAT, chat("Explain")))


def test_logprobs_open_empty_and_come_with_each_token() -> None:
    events = chat_events("length", logprobs=True, top_logprobs=2)
    rated = [event.payload["choices"][0]["logprobs"] for event in events[1:-1]]
    assert rated[0] == {"content": [], "refusal": None}
    assert rated[-1] is None
    for each in rated[1:-1]:
        (entry,) = each["content"]
        assert list(entry) == ["bytes", "logprob", "token", "top_logprobs"]
        assert len(entry["top_logprobs"]) == 2


@pytest.mark.parametrize("scenario", SEQUENCES["completions"])
def test_chunks_of_a_legacy_completion_come_in_azures_order(scenario: str) -> None:
    events = completion_events(scenario, **WITH_USAGE)
    assert sequence(map(completion_kind, events)) == SEQUENCES["completions"][scenario]


def test_each_chunk_of_a_legacy_completion_has_a_shape_that_azure_sends() -> None:
    known = fixture("completions.json")
    for event in completion_events("ok", max_tokens=999)[:-1]:
        assert shape(event.payload) == shape(known[completion_kind(event)])


@pytest.mark.parametrize("scenario", SEQUENCES["responses"])
def test_events_of_a_response_come_in_azures_order(scenario: str) -> None:
    events = response_events(scenario)
    names = [event.name.removeprefix("response.") for event in events]
    assert sequence(names) == SEQUENCES["responses"][scenario]
    assert [event.payload["sequence_number"] for event in events] == list(range(len(events)))
    assert [event.payload["type"] for event in events] == [event.name for event in events]


def test_each_event_of_a_response_has_a_shape_that_azure_sends() -> None:
    known = fixture("responses.json")
    seen = set()
    for scenario in ("ok", "tools", "error-event"):
        for event in response_events(scenario):
            item = event.payload.get("item") or {}
            ending = event.payload.get("response", {}).get("status")
            if item.get("type") == "function_call" or (scenario, ending) == ("tools", "completed"):
                continue
            if event.name in known:
                assert shape(event.payload) == shape(known[event.name]), event.name
                seen.add(event.name)
    assert seen == set(known)


def test_obfuscation_of_a_response_pads_each_delta_to_16_characters() -> None:
    for scenario in ("ok", "tools"):
        for event in response_events(scenario):
            if event.name.endswith(".delta"):
                assert len(event.payload["delta"] + event.payload["obfuscation"]) % 16 == 0
