from __future__ import annotations

import openai
import pytest
import requests

from mock_openai.deployments import Deployments
from mock_openai.mock import Mock
from mock_openai.pace import Pace
from tests.mock_openai.harness import AT_ONCE, VERSION, post, running

V1 = "/openai/v1/responses"
KEY = {"api-key": "k"}


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers={**KEY, **headers}, timeout=10)


def test_models_are_listed_on_both_paths() -> None:
    with running(Mock(pace=AT_ONCE, deployments=Deployments.of(["mine=o3-mini", "ada"]))) as url:
        for path in (f"/openai/models?api-version={VERSION}", "/openai/v1/models"):
            told = get(url + path).json()
            assert [each["id"] for each in told["data"]] == [
                "o3-mini-2025-01-31",
                "gpt-5.4-mini-2026-03-17",
            ]
        assert get(f"{url}/openai/v1/models/mine").json()["id"] == "o3-mini-2025-01-31"
        assert get(f"{url}/openai/v1/models/nope").status_code == 404


def test_all_kinds_of_models_are_there_by_default() -> None:
    with (
        running(Mock(pace=AT_ONCE, deployments=Deployments.of([]))) as url,
        openai.OpenAI(base_url=f"{url}/openai/v1", api_key="k") as client,
    ):
        names = {model.id for model in client.models.list()}
    assert {"gpt-4o-2024-11-20", "text-embedding-3-small", "o3-mini-2025-01-31"} < names


def test_a_question_needs_a_key_and_a_version(url: str) -> None:
    assert requests.get(f"{url}/openai/v1/models", timeout=5).status_code == 401
    assert get(f"{url}/openai/models").status_code == 404


def test_a_response_is_kept_fetched_and_deleted(url: str) -> None:
    with openai.OpenAI(base_url=f"{url}/openai/v1", api_key="k") as client:
        made = client.responses.create(model="gpt-4o", input="Say hi")
        assert client.responses.retrieve(made.id) == made
        (item,) = client.responses.input_items.list(made.id).data
        assert item.to_dict()["content"] == [{"type": "input_text", "text": "Say hi"}]
        follow = client.responses.create(
            model="gpt-4o", input="Say ho", previous_response_id=made.id
        )
        assert follow.usage is not None
        assert made.usage is not None
        assert follow.usage.input_tokens > made.usage.total_tokens
        client.responses.delete(made.id)
        with pytest.raises(openai.NotFoundError):
            client.responses.retrieve(made.id)


def test_a_streamed_response_is_kept_too(url: str) -> None:
    with openai.OpenAI(base_url=f"{url}/openai/v1", api_key="k") as client:
        *_, last = client.responses.create(model="gpt-4o", input="Say hi", stream=True)
        assert last.type == "response.completed"
        assert client.responses.retrieve(last.response.id).output_text == "Hi!"


def test_a_response_that_nobody_shall_keep_is_not(url: str) -> None:
    made = post(url + V1, {"model": "gpt-4o", "input": "Hi", "store": False}).json()
    missing = get(f"{url}{V1}/{made['id']}")
    assert missing.status_code == 404
    assert missing.json()["error"]["message"] == f"Response with id '{made['id']}' not found."


def test_an_unknown_previous_response_is_refused(url: str) -> None:
    asked = {"model": "gpt-4o", "input": "Hi", "previous_response_id": "resp_nope"}
    error = post(url + V1, asked).json()["error"]
    assert error["code"] == "previous_response_not_found"
    assert error["param"] == "previous_response_id"


def test_a_background_response_is_queued_and_can_be_cancelled() -> None:
    with running(Mock(pace=Pace(0.1, 10.0))) as url:
        asked = {"model": "gpt-4o", "input": "Explain", "background": True}
        made = post(url + V1, asked).json()
        assert (made["status"], made["output"]) == ("queued", [])
        address = f"{url}{V1}/{made['id']}"
        assert get(address).json()["status"] == "in_progress"
        cancelled = requests.post(f"{address}/cancel", headers=KEY, timeout=10).json()
        assert cancelled["status"] == get(address).json()["status"] == "cancelled"
        foreground = post(url + V1, {"model": "gpt-4o", "input": "Hi"}, "ok; tpot=0").json()
        refused = requests.post(f"{url}{V1}/{foreground['id']}/cancel", headers=KEY, timeout=10)
        assert refused.status_code == 400


def test_a_stream_in_the_background_can_be_gone_on_with(url: str) -> None:
    with openai.OpenAI(base_url=f"{url}/openai/v1", api_key="k") as client:
        whole = list(
            client.responses.create(
                model="gpt-4o", input="Count to 20", background=True, stream=True
            )
        )
        name = whole[0].response.id  # type: ignore[union-attr]
        rest = list(client.responses.retrieve(name, stream=True, starting_after=5))
        assert [event.sequence_number for event in rest] == list(range(6, len(whole)))
        assert [event.type for event in rest] == [event.type for event in whole[6:]]
        again = list(client.responses.retrieve(name, stream=True))
        assert [event.type for event in again] == [event.type for event in whole]


def test_what_is_not_streamed_in_the_background_cannot_be_streamed_later(url: str) -> None:
    made = post(url + V1, {"model": "gpt-4o", "input": "Hi"}).json()
    refused = get(f"{url}{V1}/{made['id']}?stream=true")
    assert refused.status_code == 400
    assert "cannot be streamed: it was not created with" in refused.json()["error"]["message"]
    wrong = get(f"{url}{V1}/{made['id']}?stream=true&starting_after=x")
    assert wrong.json()["error"]["code"] == "invalid_type"
    assert get(f"{url}{V1}/{made['id']}?stream=false").json()["id"] == made["id"]


def test_the_tokens_of_an_input_are_counted_without_an_answer(url: str) -> None:
    with openai.OpenAI(base_url=f"{url}/openai/v1", api_key="k") as client:
        counted = client.responses.input_tokens.count(model="gpt-4o", input="Say hi")
        made = client.responses.create(model="gpt-4o", input="Say hi")
    assert made.usage is not None
    assert counted.input_tokens == made.usage.input_tokens
