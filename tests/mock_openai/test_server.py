from __future__ import annotations

import requests

from lab_utils.mock_openai import scenarios
from lab_utils.mock_openai.mock import Mock
from lab_utils.mock_openai.pace import Pace
from tests.mock_openai.harness import AT_ONCE, DATED, V1, chat, events, post, running, text


def test_health_needs_no_key(url: str) -> None:
    assert requests.get(f"{url}/health", timeout=5).status_code == 200


def test_index_lists_routes_and_scenarios(url: str) -> None:
    index = requests.get(url, timeout=5).json()
    assert "POST /openai/v1/chat/completions" in index["routes"]
    assert index["scenarios"]["names"] == scenarios.described()


def test_a_stream_comes_in_azures_order(url: str) -> None:
    wanted = chat("Count to 3", stream=True, stream_options={"include_usage": True})
    chunks = events(post(url + DATED, wanted))
    assert chunks[0]["choices"] == []
    assert chunks[0]["prompt_filter_results"][0]["prompt_index"] == 0
    assert chunks[1]["choices"][0]["delta"]["role"] == "assistant"
    assert text(chunks) == "1, 2, 3"
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == len(chunks) - 4 + 1


def test_both_paths_serve_the_same_text_streamed_or_not(url: str) -> None:
    for path in (DATED, V1):
        streamed = events(post(url + path, chat("Explain", stream=True)))
        whole = post(url + path, chat("Explain")).json()
        assert text(streamed) == whole["choices"][0]["message"]["content"]


def test_a_stream_is_longer_than_three_blocks_of_8_kb(url: str) -> None:
    assert len(post(url + DATED, chat("Explain", stream=True)).content) > 3 * 8192


def test_max_tokens_cuts_the_answer(url: str) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        answer = post(url + V1, chat("Count to 9", **{name: 4})).json()
        assert answer["choices"][0]["message"]["content"] == "1, 2"
        assert answer["choices"][0]["finish_reason"] == "length"
        assert answer["usage"]["completion_tokens"] == 4


def test_a_region_says_its_name() -> None:
    with running(Mock(region="Sweden Central", pace=AT_ONCE)) as url:
        assert post(url + V1, chat()).headers["x-ms-region"] == "Sweden Central"


def test_the_first_token_takes_its_time_and_later_ones_theirs() -> None:
    with running(Mock(pace=Pace(0.2, 0.01))) as url:
        answer = post(url + V1, chat("Count to 10", stream=True))
    assert answer.elapsed.total_seconds() >= 0.05  # headers come with the verdict on the prompt
    with running(Mock(pace=Pace(0.2, 0.01))) as url:
        answer = post(url + V1, chat("Count to 10"))
    assert answer.elapsed.total_seconds() >= 0.2 + 28 * 0.01
