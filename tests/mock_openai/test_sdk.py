"""What the openai SDK makes of each scenario, in the versions that the lab runs with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Optional

import openai
import pytest

from mock_openai import scenarios
from mock_openai.mock import Mock
from tests.mock_openai.harness import AT_ONCE, VERSION, running

# Version 3 wraps what breaks off a stream, version 2 lets the HTTP client's errors through.
WRAPS = int(openai.__version__.split(".")[0]) >= 3


class Outcome(NamedTuple):
    """Hold what a caller gets; `chunks` counts those with a choice, and not all their text."""

    raised: Optional[str] = None
    finish: Optional[str] = None
    text: bool = True
    usage: bool = True


WHOLE = Outcome(finish="stop")
CUT_SHORT = Outcome(usage=False)
OUTCOMES = {
    "ok": WHOLE,
    "slow-first; ttft=0.05": WHOLE,
    "burst": WHOLE,
    "buffered": WHOLE,
    "split": WHOLE,
    "tools": Outcome(finish="tool_calls", text=False),
    "n2": WHOLE,
    "length": Outcome(finish="length"),
    "length-empty": Outcome(finish="length", text=False),
    "reasoning": WHOLE,
    "refusal": Outcome(finish="stop", text=False),
    "latency": WHOLE,
    "filter-prompt": Outcome("BadRequestError", text=False, usage=False),
    "filter-mid": Outcome(finish="content_filter", usage=False),
    "filter-error": WHOLE,
    "async-ok": WHOLE,
    "async-block": Outcome(finish="content_filter", usage=False),
    "async-late-flag": WHOLE,
    "async-blocklist": WHOLE,
    "mcp-failed": WHOLE,
    "error-event": Outcome("APIError", usage=False),
    "failed": Outcome("APIError", usage=False),
    "drop": Outcome("APIConnectionError" if WRAPS else "RemoteProtocolError", usage=False),
    "reset": Outcome("APIConnectionError" if WRAPS else "ReadError", usage=False),
    "stall; seconds=30": Outcome("APITimeoutError" if WRAPS else "ReadTimeout", usage=False),
    "no-done": WHOLE,
    "no-finish": CUT_SHORT,  # and nothing is raised
    "broken-utf8": Outcome("UnicodeDecodeError", usage=False),
    "json-200": Outcome(text=False, usage=False),  # no chunk at all
    "401": Outcome("AuthenticationError", text=False, usage=False),
    "404": Outcome("NotFoundError", text=False, usage=False),
    "408": Outcome("APIStatusError", text=False, usage=False),
    "429": Outcome("RateLimitError", text=False, usage=False),
    "500": Outcome("InternalServerError", text=False, usage=False),
    "503-html": Outcome("InternalServerError", text=False, usage=False),
}


@dataclass
class Reader:
    """Gather what a stream yields."""

    finish: Optional[str] = None
    text: str = ""
    usage: bool = False

    def take(self, chunk: Any) -> None:
        self.usage = self.usage or bool(chunk.usage)
        for choice in chunk.choices:
            self.finish = choice.finish_reason or self.finish
            self.text += (choice.delta.content or "") if choice.delta else ""

    def outcome(self, raised: Optional[BaseException] = None) -> Outcome:
        name = type(raised).__name__ if raised else None
        return Outcome(name, self.finish, bool(self.text), self.usage)


def options(url: str) -> dict[str, Any]:
    # Long enough for a busy machine, short enough for the stall.
    limits = {"max_retries": 0, "timeout": 2.0}
    return {"azure_endpoint": url, "api_key": "k", "api_version": VERSION, **limits}


def asked(scenario: str, prompt: str = "Explain") -> dict[str, Any]:
    return {
        "model": "gpt-4o-mini",
        "messages": [{"role": "user", "content": prompt}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "extra_headers": {scenarios.HEADER: scenario},
    }


@pytest.fixture
def client(url: str) -> Iterator[openai.AzureOpenAI]:
    with openai.AzureOpenAI(**options(url)) as client:
        yield client


@pytest.fixture
def v1(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/openai/v1/", api_key="k", max_retries=0) as client:
        yield client


def test_every_scenario_has_an_outcome() -> None:
    assert {name.partition(";")[0] for name in OUTCOMES} == set(scenarios.SCENARIOS)


@pytest.mark.parametrize("scenario", OUTCOMES)
def test_outcome_of_a_scenario(client: openai.AzureOpenAI, scenario: str) -> None:
    reader, raised = Reader(), None
    try:
        with client.chat.completions.create(**asked(scenario)) as stream:
            for chunk in stream:
                reader.take(chunk)
    except Exception as error:  # whatever it is, the table names it
        raised = error
    assert reader.outcome(raised) == OUTCOMES[scenario]


@pytest.mark.parametrize("scenario", OUTCOMES)
def test_outcome_of_a_scenario_for_the_asynchronous_client(url: str, scenario: str) -> None:
    async def read() -> Outcome:
        reader, raised = Reader(), None
        async with openai.AsyncAzureOpenAI(**options(url)) as client:
            try:
                async with await client.chat.completions.create(**asked(scenario)) as stream:
                    async for chunk in stream:
                        reader.take(chunk)
            except Exception as error:  # whatever it is, the table names it
                raised = error
        return reader.outcome(raised)

    assert asyncio.run(read()) == OUTCOMES[scenario]


def chunks_of(client: openai.AzureOpenAI, scenario: str) -> list[Any]:
    with client.chat.completions.create(**asked(scenario)) as stream:
        return list(stream)


def verdicts(chunks: Iterable[Any]) -> list[Any]:
    extras = [choice.model_extra for chunk in chunks for choice in chunk.choices]
    return [extra["content_filter_results"] for extra in extras if extra]


def test_chunks_without_choice_and_choices_without_delta_reach_the_caller(
    client: openai.AzureOpenAI,
) -> None:
    chunks = chunks_of(client, "async-ok")
    assert chunks[0].choices == []
    assert chunks[0].model_extra["prompt_filter_results"]
    assert chunks[-1].choices == []
    assert any(choice.delta is None for chunk in chunks for choice in chunk.choices)


def test_a_late_objection_shows_in_the_verdicts_alone(client: openai.AzureOpenAI) -> None:
    found = verdicts(chunks_of(client, "async-late-flag"))
    assert any(verdict.get("violence", {}).get("filtered") for verdict in found)


def test_latency_of_the_service_is_told_with_the_usage(client: openai.AzureOpenAI) -> None:
    told = chunks_of(client, "latency")[-1].model_extra["latency_checkpoint"]
    assert told["user_visible_ttft_ms"] == told["service_ttft_ms"] - told["pre_inference_ms"]


@pytest.mark.parametrize(
    ("scenario", "calls"),
    [
        ("429; retry-after=none; retry-after-ms=1", 3),
        ("429; retry-after=86400", 1 if WRAPS else 3),  # version 3 gives up, 2 waits less
        ("401", 1),
    ],
)
def test_the_sdk_retries_what_may_pass_soon(scenario: str, calls: int) -> None:
    mock = Mock(pace=AT_ONCE)
    with running(mock) as url, openai.AzureOpenAI(**options(url)) as client:
        patient = client.with_options(max_retries=2)
        with pytest.raises(openai.APIStatusError):
            patient.chat.completions.create(**asked(scenario))
    assert mock.calls == calls


def test_an_error_of_azure_has_a_code_and_a_request_id_of_its_own(
    client: openai.AzureOpenAI,
) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(**asked("404"))
    assert caught.value.code == "DeploymentNotFound"
    assert caught.value.request_id is None
    assert caught.value.response.headers["apim-request-id"]


def test_a_filtered_prompt_tells_which_filter_it_was(client: openai.AzureOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(**asked("filter-prompt"))
    body: Any = caught.value.body
    assert body["innererror"]["content_filter_result"]["violence"]["filtered"] is True


def test_a_tool_call_and_its_result_make_a_round(client: openai.AzureOpenAI) -> None:
    tool = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
    messages: list[Any] = [{"role": "user", "content": "What is 2 + 3?"}]
    create: Any = client.chat.completions.create
    first = create(model="m", messages=messages, tools=[tool]).choices[0]
    assert first.finish_reason == "tool_calls"
    (call,) = first.message.tool_calls
    messages += [first.message, {"role": "tool", "tool_call_id": call.id, "content": "5"}]
    last = create(model="m", messages=messages, tools=[tool]).choices[0]
    assert (last.finish_reason, last.message.content) == ("stop", "5")


@pytest.mark.parametrize(
    ("scenario", "last", "raised"),
    [
        ("ok", "response.completed", None),
        ("tools", "response.completed", None),
        ("length", "response.incomplete", None),
        ("filter-mid", "response.incomplete", None),
        ("failed", "response.failed", None),  # yielded, not raised
        ("error-event", "response.failed", "APIError"),  # the event after it is raised
    ],
)
def test_outcome_of_a_response(
    v1: openai.OpenAI, scenario: str, last: str, raised: Optional[str]
) -> None:
    create: Any = v1.responses.create
    headers = {scenarios.HEADER: scenario}
    seen, caught = [], None
    try:
        with create(model="m", input="Explain", stream=True, extra_headers=headers) as stream:
            for event in stream:
                seen.append(event.type)
    except openai.APIError as error:
        caught = type(error).__name__
    assert (seen[-1], caught) == (last, raised)


def test_a_response_in_one_piece_has_text_and_usage(v1: openai.OpenAI) -> None:
    response = v1.responses.create(model="m", input="Count to 4")
    assert response.output_text == "1, 2, 3, 4"
    assert response.usage is not None


def test_a_legacy_completion_has_the_same_text_streamed_or_not(client: openai.AzureOpenAI) -> None:
    create: Any = client.completions.create
    asked_for = {"model": "gpt-35-turbo-instruct", "prompt": "Count to 4", "max_tokens": 50}
    whole = create(**asked_for)
    with create(**asked_for, stream=True) as stream:
        pieces = [choice.text for chunk in stream for choice in chunk.choices]
    assert whole.choices[0].text == "".join(pieces) == "1, 2, 3, 4"
