"""Recording keeps what arrived and tells how the stream ended, through the real openai SDK."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any, Optional

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab_utils.errors import StreamError
from lab_utils.stream import Recording
from tests.sse_server import DONE, async_client_of, chunk, client_of, delta, event, finish, serving

MESSAGES: Any = [{"role": "user", "content": "hi"}]
PROMPT_FILTER = chunk(prompt_filter_results=[{"prompt_index": 0, "content_filter_results": {}}])
ROLE = chunk({"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None})
USAGE = chunk(usage={"prompt_tokens": 1, "completion_tokens": 3, "total_tokens": 4})
ANNOTATION = chunk({"index": 0, "finish_reason": None, "content_filter_results": {}})


def ticking() -> Recording:
    """Return a recording whose clock advances by one second each time it is read."""
    ticks = itertools.count()
    return Recording("test", clock=lambda: float(next(ticks)))


def record(pieces: Sequence[bytes], drop: bool = False) -> tuple[Recording, list[str]]:
    """Return the recording of a stream and the texts that it yielded."""
    recording = ticking()
    with serving(pieces, drop=drop) as url, client_of(url) as client:
        stream = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        texts = list(recording.read(stream))
    return recording, texts


def test_a_whole_answer_is_complete() -> None:
    pieces = [PROMPT_FILTER, ROLE, delta("Hel"), delta("lo"), finish("stop"), USAGE, DONE]
    recording, texts = record(pieces)
    assert texts == ["Hel", "lo"]
    assert recording.text == recording.require_complete() == "Hello"
    assert recording.outcome == "complete"
    assert recording.usage.completion_tokens == 3
    assert recording.chunks == 6


def test_text_and_its_instants_leave_out_chunks_without_text() -> None:
    recording, _ = record([PROMPT_FILTER, ROLE, delta("a"), delta("b"), finish("stop"), DONE])
    # The clock: 0 start, 1 headers, 2 prompt filter, 3 role, 4 and 5 text, 6 finish, 7 end.
    assert recording.headers_at == 1.0
    assert recording.ttft == 4.0
    assert [(d.at, d.text) for d in recording.deltas] == [(4.0, "a"), (5.0, "b")]
    assert recording.gaps == [1.0]
    assert recording.ended_at == 7.0


def test_the_time_per_output_token_uses_the_tokens_that_the_service_counted() -> None:
    with_usage, _ = record([delta("a"), delta("b"), delta("c"), finish("stop"), USAGE, DONE])
    assert with_usage.time_per_output_token == 1.0
    reasoning = chunk(
        usage={
            "prompt_tokens": 1,
            "completion_tokens": 15,
            "total_tokens": 16,
            "completion_tokens_details": {"reasoning_tokens": 10},
        }
    )
    reasoned, _ = record([delta("a"), delta("b"), delta("c"), finish("stop"), reasoning, DONE])
    assert reasoned.time_per_output_token == 0.5
    assert reasoned.tokens_per_second == 2.0


def test_the_time_per_output_token_needs_two_tokens() -> None:
    recording, _ = record([delta("a"), finish("stop"), DONE])
    assert recording.time_per_output_token is None
    assert recording.tokens_per_second is None


@pytest.mark.parametrize(
    ("pieces", "outcome", "text"),
    [
        ([delta("a"), finish("length"), DONE], "cut", "a"),
        ([delta("a"), finish("content_filter"), DONE], "blocked", "a"),
        ([delta("a"), ANNOTATION, finish("stop"), DONE], "complete", "a"),
        ([delta("a"), DONE], "truncated", "a"),
        ([delta("a")], "truncated", "a"),
        ([], "truncated", ""),
        ([ROLE, finish("length"), DONE], "cut", ""),
        ([delta("a"), finish("tool_calls"), DONE], "complete", "a"),
    ],
)
def test_the_outcome_says_how_the_answer_ended(
    pieces: list[bytes], outcome: str, text: str
) -> None:
    recording, _ = record(pieces)
    assert (recording.outcome, recording.text) == (outcome, text)


@pytest.mark.parametrize(
    "verdict",
    [
        {"violence": {"filtered": True, "severity": "high"}},
        {"custom_blocklists": {"filtered": True, "details": [{"filtered": True, "id": "x"}]}},
        {"custom_blocklists": [{"filtered": True, "id": "x"}]},
    ],
)
def test_a_verdict_after_the_end_still_blocks(verdict: dict[str, Any]) -> None:
    late = chunk({"index": 0, "finish_reason": None, "content_filter_results": verdict})
    recording, _ = record([delta("a"), finish("stop"), late, USAGE, DONE])
    assert recording.outcome == "blocked"
    assert recording.filtered == list(verdict)


def test_a_filter_that_failed_is_no_verdict() -> None:
    failed = {"error": {"code": "content_filter_error", "message": "not filtered"}}
    recording, _ = record([delta("a", content_filter_results=failed), finish("stop"), DONE])
    assert recording.outcome == "complete"
    assert recording.unfiltered


def test_a_refusal_is_text() -> None:
    refusal = chunk({"index": 0, "delta": {"refusal": "I'm sorry"}, "finish_reason": None})
    recording, _ = record([refusal, finish("stop"), DONE])
    assert recording.text == "I'm sorry"


def test_an_error_event_keeps_the_text_that_came() -> None:
    error = event(error={"code": "500", "message": "backend gone"})
    recording, texts = record([delta("a"), error])
    assert (recording.outcome, recording.text, texts) == ("failed", "a", ["a"])
    assert isinstance(recording.error, openai.APIError)
    with pytest.raises(StreamError, match=r"failed after 1 characters: .*backend gone"):
        recording.require_complete()


def test_a_dropped_connection_keeps_the_text_that_came() -> None:
    recording, _ = record([delta("a")], drop=True)
    assert (recording.outcome, recording.text) == ("failed", "a")


def test_bytes_that_are_no_json_keep_the_text_that_came() -> None:
    recording, _ = record([delta("a"), b"data: {oops\n\n", DONE])
    assert (recording.outcome, recording.text) == ("failed", "a")


def test_leaving_early_closes_the_stream() -> None:
    recording = ticking()
    with serving([delta("a"), delta("b"), finish("stop"), DONE]) as url, client_of(url) as client:
        stream = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        reader = recording.read(stream)
        assert next(iter(reader)) == "a"
        reader.close()  # type: ignore[attr-defined]
        assert stream.response.is_closed
    assert (recording.outcome, recording.text) == ("stopped", "a")


@pytest.mark.parametrize("left", [KeyboardInterrupt, asyncio.CancelledError])
def test_stopping_the_cell_is_not_the_services_fault(left: type[BaseException]) -> None:
    class Stopped:
        def __iter__(self) -> Any:
            raise left

    recording = ticking()
    with pytest.raises(left):
        list(recording.read(Stopped()))
    assert recording.outcome == "stopped"


def test_a_cancelled_task_is_a_reader_who_left() -> None:
    class Silent:
        closed = False

        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> Any:
            await asyncio.Event().wait()

        async def close(self) -> None:
            self.closed = True

    async def read(stream: Silent) -> Recording:
        recording = ticking()

        async def reading() -> None:
            async for _ in recording.aread(stream):
                pass

        task = asyncio.create_task(reading())
        await asyncio.sleep(0)  # it has begun
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return recording

    stream = Silent()
    assert asyncio.run(read(stream)).outcome == "stopped"
    assert stream.closed


def test_a_reader_who_leaves_an_asynchronous_stream_has_stopped_it_at_once() -> None:
    async def read(url: str) -> str:
        recording = ticking()
        async with async_client_of(url) as client:
            stream = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
            reader = recording.aread(stream)
            async for _ in reader:
                break  # the generator is closed only later
            outcome = recording.outcome
            await reader.aclose()  # type: ignore[attr-defined]
            assert recording.outcome == outcome
        return outcome

    with serving([delta("a"), delta("b"), finish("stop"), DONE]) as url:
        assert asyncio.run(read(url)) == "stopped"


def test_a_recording_that_was_refused_can_be_used_for_the_right_answer() -> None:
    recording = ticking()
    with pytest.raises(StreamError, match="is no answer"):
        list(recording.read(None))
    assert list(recording.read(iter([]))) == []


def test_the_text_of_legacy_completions_is_read() -> None:
    def legacy(text: str, reason: Optional[str]) -> bytes:
        return event(
            id="c",
            object="text_completion",
            created=1,
            model="m",
            choices=[{"index": 0, "text": text, "finish_reason": reason, "logprobs": None}],
        )

    recording = ticking()
    with serving([legacy("a", None), legacy("b", "stop"), DONE]) as url, client_of(url) as client:
        stream = client.completions.create(model="m", prompt="hi", stream=True)
        assert list(recording.read(stream)) == ["a", "b"]
    assert recording.outcome == "complete"


def test_chunks_that_a_client_gathered_are_read_like_a_stream() -> None:
    recording = ticking()
    with serving([delta("a"), delta("b"), finish("stop"), DONE]) as url, client_of(url) as client:
        stream = client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
        assert list(recording.read(list(stream))) == ["a", "b"]
    assert recording.outcome == "complete"


def test_the_wrong_reader_for_an_answer_is_told() -> None:
    class Answer:
        choices = ()

    class Coming:
        def __aiter__(self) -> Any:
            raise AssertionError("is not read")

    with pytest.raises(StreamError, match="test: Answer is a whole answer: ask with stream=True"):
        list(ticking().read(Answer()))
    with pytest.raises(StreamError, match="test: list is a stream: read it with read"):
        ticking().whole([])
    with pytest.raises(StreamError, match=r"test: Coming .* read it with aread"):
        list(ticking().read(Coming()))
    with pytest.raises(StreamError, match="test: int is no answer"):
        list(ticking().read(1))


def test_a_recording_is_for_one_request() -> None:
    recording, _ = record([finish("stop"), DONE])
    with pytest.raises(StreamError, match="new Recording"):
        list(recording.read(None))


def test_a_whole_completion_is_one_delta() -> None:
    message = {"role": "assistant", "content": "Hello"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    usage = {"prompt_tokens": 1, "completion_tokens": 3, "total_tokens": 4}
    body = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    payload = event(**body, choices=[choice], usage=usage)[len(b"data: ") :]
    recording = ticking()
    with serving([payload], content_type="application/json") as url, client_of(url) as client:
        completion = client.chat.completions.create(model="m", messages=MESSAGES)
        assert recording.whole(completion) == "Hello"
    assert (recording.outcome, len(recording.deltas)) == ("complete", 1)
    assert recording.ttft is not None
    assert recording.usage.completion_tokens == 3


def test_the_asynchronous_client_is_read_the_same_way() -> None:
    async def read(url: str) -> Recording:
        recording = ticking()
        async with async_client_of(url) as client:
            stream = await client.chat.completions.create(model="m", messages=MESSAGES, stream=True)
            async for _ in recording.aread(stream):
                pass
        return recording

    with serving([PROMPT_FILTER, delta("Hel"), delta("lo"), finish("stop"), DONE]) as url:
        recording = asyncio.run(read(url))
    assert (recording.outcome, recording.text) == ("complete", "Hello")


@given(st.lists(st.sampled_from([PROMPT_FILTER, ROLE, ANNOTATION, USAGE, delta("a")]), max_size=6))
def test_chunks_in_any_order_are_survived(pieces: list[bytes]) -> None:
    recording, texts = record([*pieces, DONE])
    assert recording.outcome == "truncated"
    assert recording.text == "".join(texts) == "a" * pieces.count(delta("a"))
