from __future__ import annotations

import base64
import struct
from typing import Any

import openai
import pytest

from mock_openai import texts
from mock_openai.embeddings import vector
from tests.mock_openai.harness import VERSION, post

PATH = f"/openai/deployments/text-embedding-3-small/embeddings?api-version={VERSION}"
V1 = "/openai/v1/embeddings"


def near(one: str, other: str) -> float:
    first, second = (vector(tuple(texts.tokens(text)), 1536) for text in (one, other))
    return sum(a * b for a, b in zip(first, second))


def test_a_vector_has_the_length_one_and_is_the_same_each_time() -> None:
    assert near("a b c", "a b c") == pytest.approx(1, abs=1e-6)


def test_texts_that_share_words_are_near_each_other() -> None:
    asked = "How does streaming work in Azure?"
    assert near(asked, "how does streaming work") > 0.7
    assert near(asked, "bananas are yellow") < 0.3


@pytest.mark.parametrize("path", [PATH, V1])
@pytest.mark.parametrize("given", ["Hi", ["Hi", "Ho"], [5, 6, 7], [[5], [6, 7]]])
def test_both_paths_embed_what_is_given(url: str, path: str, given: Any) -> None:
    body = {"model": "text-embedding-3-small", "input": given}
    told = post(url + path, body).json()
    count = 1 if given == "Hi" or given == [5, 6, 7] else 2
    assert [each["index"] for each in told["data"]] == list(range(count))
    assert {len(each["embedding"]) for each in told["data"]} == {1536}
    assert told["model"] == "text-embedding-3-small"
    assert told["usage"]["prompt_tokens"] == told["usage"]["total_tokens"] > 0


def test_base64_holds_the_same_numbers(url: str) -> None:
    body = {"model": "text-embedding-3-large", "input": "Hi", "dimensions": 8}
    plain = post(url + V1, body).json()["data"][0]["embedding"]
    packed = post(url + V1, {**body, "encoding_format": "base64"}).json()["data"][0]["embedding"]
    numbers = struct.unpack("<8f", base64.b64decode(packed))
    assert list(numbers) == pytest.approx(plain)


def test_the_sdk_reads_them(url: str) -> None:
    with openai.AzureOpenAI(azure_endpoint=url, api_key="k", api_version=VERSION) as client:
        told = client.embeddings.create(model="text-embedding-ada-002", input="Hi there")
    assert len(told.data[0].embedding) == 1536


@pytest.mark.parametrize(
    ("model", "body", "message"),
    [
        ("text-embedding-3-small", {"input": ""}, "'$.input' is invalid."),
        ("text-embedding-3-small", {"input": ["a", ""]}, "'$.input' is invalid."),
        ("text-embedding-3-small", {"input": ["a", 5]}, "'$.input' is invalid."),
        ("text-embedding-3-small", {"input": ["a"] * 2049}, "'$.input' is invalid."),
        ("text-embedding-3-small", {}, "Missing required parameter: 'input'."),
        ("text-embedding-3-small", {"input": "a", "dimensions": 9999}, "Invalid 'dimensions'"),
        ("text-embedding-ada-002", {"input": "a", "dimensions": 5}, "This model does not support"),
        ("gpt-4o", {"input": "a"}, "The embeddings operation does not work with the specified"),
    ],
)
def test_what_cannot_be_embedded_is_refused(url: str, model: str, body: Any, message: str) -> None:
    answer = post(url + V1, {"model": model, **body})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(message)


def test_a_chat_with_a_model_that_embeds_is_refused(url: str) -> None:
    answer = post(f"{url}/openai/v1/chat/completions", {"model": "text-embedding-3-small"})
    assert answer.json()["error"]["code"] == "OperationNotSupported"
