"""Ordinary OpenAI clients work with the local gateway: only address and key change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import openai
import pytest
from openai import AsyncAzureOpenAI, AzureOpenAI, OpenAI

from lab_utils.local.target import LocalTarget
from lab_utils.settings import Settings
from lab_utils.target import Deployment

QUESTION: Any = [{"role": "user", "content": "Count to 10, with a comma between the numbers."}]
ANSWER = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
VERSION = "2024-10-21"
MODEL = Settings().model


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    settings = replace(Settings(), state_dir=tmp_path_factory.mktemp("state"))
    lab = LocalTarget(settings, say=lambda line: None)
    yield lab.deploy()
    lab.remove()


@pytest.fixture
def client(deployment: Deployment) -> Iterator[AzureOpenAI]:
    with AzureOpenAI(
        azure_endpoint=deployment.gateway_url,
        api_key=deployment.api_key,
        api_version=VERSION,
        max_retries=0,
    ) as client:
        yield client


def test_the_loop_of_the_openai_cookbook_collects_the_answer(client: AzureOpenAI) -> None:
    start_time = time.time()
    response = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    collected_messages = []
    arrivals = []
    for chunk in response:
        arrivals.append(time.time() - start_time)
        if chunk.choices:
            collected_messages.append(chunk.choices[0].delta.content)
    assert "".join(text for text in collected_messages if text) == ANSWER
    assert arrivals[-1] - arrivals[0] > 0.1  # it came over time, not in one block


def test_an_answer_in_one_piece_is_the_same(client: AzureOpenAI) -> None:
    completion = client.chat.completions.create(model=MODEL, messages=QUESTION)
    assert completion.choices[0].message.content == ANSWER
    assert completion.usage is not None


def test_the_policys_header_tells_whether_a_stream_was_asked_for(client: AzureOpenAI) -> None:
    raw = client.chat.completions.with_raw_response
    streamed = raw.create(model=MODEL, messages=QUESTION, stream=True)
    assert streamed.headers["x-ms-stream"] == "true"
    streamed.parse().close()
    assert raw.create(model=MODEL, messages=QUESTION).headers["x-ms-stream"] == "false"


def test_the_v1_client_works_with_the_key_in_the_apis_header(deployment: Deployment) -> None:
    with OpenAI(
        base_url=f"{deployment.gateway_url}/openai/v1",
        api_key=deployment.api_key,
        default_headers={"api-key": deployment.api_key},
    ) as client:
        stream = client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
        texts = [choice.delta.content for chunk in stream for choice in chunk.choices]
    assert "".join(text for text in texts if text) == ANSWER


def test_the_asynchronous_client_works(deployment: Deployment) -> None:
    async def ask() -> str:
        async with AsyncAzureOpenAI(
            azure_endpoint=deployment.gateway_url,
            api_key=deployment.api_key,
            api_version=VERSION,
        ) as client:
            stream = await client.chat.completions.create(
                model=MODEL, messages=QUESTION, stream=True
            )
            return "".join([c.delta.content or "" async for chunk in stream for c in chunk.choices])

    assert asyncio.run(ask()) == ANSWER


def test_a_wrong_key_is_refused_by_the_gateway_not_the_service(deployment: Deployment) -> None:
    with (
        AzureOpenAI(
            azure_endpoint=deployment.gateway_url, api_key="wrong", api_version=VERSION
        ) as client,
        pytest.raises(openai.AuthenticationError) as raised,
    ):
        client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["statusCode"] == 401


def test_an_unknown_api_version_is_refused_by_the_service(deployment: Deployment) -> None:
    with (
        AzureOpenAI(
            azure_endpoint=deployment.gateway_url,
            api_key=deployment.api_key,
            api_version="1999-01-01",
        ) as client,
        pytest.raises(openai.NotFoundError) as raised,
    ):
        client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["code"] == "404"


def test_a_wrong_deployment_name_is_refused_as_azure_does(client: AzureOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as raised:
        client.chat.completions.create(model="nope", messages=QUESTION, stream=True)
    assert isinstance(raised.value.body, dict)
    assert raised.value.body["code"] == "DeploymentNotFound"


@pytest.mark.parametrize("version", ["v1", "2025-04-01-preview"])
def test_a_stored_response_is_there_to_read_continue_and_delete(
    deployment: Deployment, version: str
) -> None:
    client: openai.OpenAI
    if version == "v1":
        client = OpenAI(
            base_url=f"{deployment.gateway_url}/openai/v1",
            api_key="unused",
            default_headers={"api-key": deployment.api_key},
            max_retries=0,
        )
    else:
        client = AzureOpenAI(
            azure_endpoint=deployment.gateway_url,
            api_key=deployment.api_key,
            api_version=version,
            max_retries=0,
        )
    with client:
        made = client.responses.create(model=MODEL, input="Count to 500.", background=True)
        assert client.responses.cancel(made.id).status == "cancelled"
        found = client.responses.retrieve(made.id)
        assert (found.id, found.status) == (made.id, "cancelled")
        items = client.responses.input_items.list(made.id).data
        assert [item.type for item in items] == ["message"]
        client.responses.delete(made.id)
        with pytest.raises(openai.NotFoundError) as gone:
            client.responses.retrieve(made.id)
        assert made.id in str(gone.value)  # the service says so, not the gateway
        assert all(model.id.startswith(MODEL) for model in client.models.list())


def test_embeddings_reach_the_service(client: AzureOpenAI) -> None:
    # The lab deploys one chat model: the refusal is the service's own.
    with pytest.raises(openai.NotFoundError) as refused:
        client.embeddings.create(model="text-embedding-3-small", input="a")
    assert refused.value.code == "DeploymentNotFound"
