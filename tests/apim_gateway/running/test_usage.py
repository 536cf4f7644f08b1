from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apim_gateway.running.usage import Usage, UsageTee, is_streamed, prompt_estimate, usage_of
from policy_expressions.context import Body

STREAM = (
    b'data: {"choices":[],"prompt_filter_results":[]}\n\n'
    b'data: {"choices":[{"delta":{"content":"","role":"assistant"}}]}\n\n'
    b'data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n'
    b'data: {"choices":[{"delta":{"content":"b"}}],"usage":null}\n\n'
    b'data: {"choices":[{"content_filter_offsets":{}}]}\n\n'
    b'data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}\n\n'
    b"data: [DONE]\n\n"
)
RESPONSES = (
    b"event: response.output_text.delta\n"
    b'data: {"type":"response.output_text.delta","delta":"a"}\n\n'
    b'event: response.completed\ndata: {"type":"response.completed","response":'
    b'{"usage":{"input_tokens":7,"output_tokens":1}}}\n\n'
)


def heard(*pieces: bytes) -> UsageTee:
    tee = UsageTee()
    for piece in pieces:
        tee.feed(piece)
    tee.end()
    return tee


ANTHROPIC = (
    b"event: message_start\n"
    b'data: {"type":"message_start","message":{"usage":{"input_tokens":25,"output_tokens":1}}}\n\n'
    b'data: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}\n\n'
    b'data: {"type":"content_block_delta","delta":{"type":"input_json_delta"}}\n\n'
    b'data: {"type":"message_delta","delta":{},"usage":{"output_tokens":15}}\n\n'
    b'data: {"type":"message_stop"}\n\n'
)
GEMINI = (
    {
        "candidates": [{"content": {"parts": [{"text": "a"}]}}],
        "usageMetadata": {"promptTokenCount": 8, "candidatesTokenCount": 3},
    },
    {
        "candidates": [{"content": {"parts": [{"text": "b"}]}}],
        "usageMetadata": {
            "promptTokenCount": 8,
            "candidatesTokenCount": 6,
            "thoughtsTokenCount": 4,
            "totalTokenCount": 18,
        },
    },
)


def test_an_anthropic_stream_tells_prompt_and_completion_apart() -> None:
    tee = heard(ANTHROPIC)
    assert (tee.usage, tee.deltas) == (Usage(25, 15), 1)
    assert usage_of({"usage": {"input_tokens": 25, "output_tokens": 15}}) == Usage(25, 15)


@pytest.mark.parametrize(
    "event",
    [
        {"choices": [{"delta": {"content": "a"}}]},
        {"choices": [{"delta": {"refusal": "no"}}]},
        {"choices": [{"delta": {"reasoning_content": "hm"}}]},
        {"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]}}]},
        {"choices": [{"delta": {"function_call": {"arguments": "{"}}}]},
        {"choices": [{"text": "a"}]},
        {"type": "response.output_text.delta", "delta": "a"},
        {"type": "response.function_call_arguments.delta", "delta": "{"},
        {"type": "response.reasoning_summary_text.delta", "delta": "hm"},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}},
        {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "hm"}},
        {"type": "content_block_delta", "delta": {"type": "input_json_delta", "partial_json": "{"}},
    ],
)
def test_whatever_a_model_makes_counts(event: object) -> None:
    assert heard(b"data: %s\n\n" % json.dumps(event).encode()).deltas == 1


@pytest.mark.parametrize(
    "event",
    [
        {"choices": [{"delta": {"role": "assistant", "content": ""}}]},
        {"choices": [{"delta": {"tool_calls": None, "function_call": 1}}]},
        {"type": "response.audio.delta", "delta": "AAAA"},
        {"type": "response.created", "delta": "a"},
        {"type": "content_block_delta", "delta": {"type": "signature_delta", "signature": "x"}},
    ],
)
def test_what_is_no_text_does_not(event: object) -> None:
    assert heard(b"data: %s\n\n" % json.dumps(event).encode()).deltas == 0


def test_gemini_is_read_as_events_as_an_array_and_whole() -> None:
    events = b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in GEMINI)
    array = json.dumps(GEMINI).encode()
    for pieces in ([events], [array[:30], array[30:]], [json.dumps(GEMINI[1]).encode()]):
        assert heard(*pieces).usage == Usage(8, 10)
    assert heard(events).deltas == 2


def test_prompts_of_all_dialects_are_estimated() -> None:
    for request in (
        {"messages": [{"content": "x" * 40}]},
        {"system": "x" * 20, "messages": [{"content": [{"type": "text", "text": "x" * 20}]}]},
        {
            "systemInstruction": {"parts": [{"text": "x" * 20}]},
            "contents": [{"parts": [{"text": "x" * 20}]}],
        },
    ):
        assert prompt_estimate(Body(json.dumps(request).encode())) == 14


def test_gemini_asks_for_a_stream_by_its_path() -> None:
    assert is_streamed(Body(b"{}"), "/models/gemini-3-pro:streamGenerateContent")
    assert not is_streamed(Body(b"{}"), "/models/gemini-3-pro:generateContent")


@given(st.lists(st.integers(0, len(STREAM))))
def test_a_stream_is_read_however_it_is_cut(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    tee = heard(*(STREAM[a:b] for a, b in zip(places, places[1:])))
    assert tee.usage == Usage(5, 2)
    assert tee.deltas == 2


def test_crlf_line_ends_are_read_too() -> None:
    assert heard(STREAM.replace(b"\n", b"\r\n")).usage == Usage(5, 2)


def test_the_responses_api_is_read() -> None:
    tee = heard(RESPONSES)
    assert (tee.usage, tee.deltas) == (Usage(7, 1), 1)


def test_a_legacy_completion_counts_its_texts() -> None:
    assert heard(b'data: {"choices":[{"text":"a"}]}\n\n').deltas == 1


def test_a_whole_answer_is_read_in_any_layout() -> None:
    answer = {"usage": {"prompt_tokens": 1, "completion_tokens": 2}, "choices": []}
    for indent in (None, 2):
        text = json.dumps(answer, indent=indent).encode()
        assert heard(text[:9], text[9:]).usage == Usage(1, 2)


@pytest.mark.parametrize(
    "document", [None, [], {}, {"usage": 1}, {"usage": {"prompt_tokens": "1"}}, {"response": []}]
)
def test_what_is_no_usage_gives_none(document: object) -> None:
    assert usage_of(document) is None


@given(st.lists(st.binary()))
def test_any_bytes_are_taken(pieces: list[bytes]) -> None:
    heard(*pieces)


def test_a_prompt_is_estimated_from_every_text_in_it() -> None:
    def estimate(document: object) -> int:
        return prompt_estimate(Body(json.dumps(document).encode()))

    assert estimate({"messages": [{"role": "user", "content": "x" * 8}]}) == 6
    parts = [{"type": "text", "text": "x" * 4}, {"type": "image_url", "image_url": {}}]
    assert estimate({"messages": [{"role": "user", "content": parts}]}) == 5
    assert estimate({"prompt": "x" * 9}) == 3
    assert estimate({"input": ["x" * 4, "y" * 4], "instructions": "z" * 4}) == 3
    assert estimate([1]) == 0
    assert prompt_estimate(None) == 0
    assert prompt_estimate(Body(b"not json")) == 0


def test_a_stream_is_asked_for_by_true_alone() -> None:
    assert is_streamed(Body(b'{"stream": true}'))
    assert not is_streamed(Body(b'{"stream": "true"}'))
    assert not is_streamed(None)
