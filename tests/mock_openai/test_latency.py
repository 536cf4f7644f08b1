from __future__ import annotations

from mock_openai import latency
from tests.mock_openai.harness import context_of


def test_times_follow_the_pace() -> None:
    told = latency.told(context_of(), completion_tokens=51)["latency_checkpoint"]
    assert told["service_ttft_ms"] == 300
    assert told["service_tbt_ms"] == 20
    assert told["service_ttlt_ms"] == 300 + 50 * 20
    assert told["user_visible_ttft_ms"] == told["service_ttft_ms"] - told["pre_inference_ms"]
    assert told["engine_ttft_ms"] < told["service_ttft_ms"]
