"""A plain OpenAI client streams with the lab's key, where the lab is told to let it."""

from __future__ import annotations

from typing import Optional

import openai
import pytest

from lab_utils.target import Deployment
from tests.cloud.bench import Bench


def ask(deployment: Deployment, headers: Optional[dict[str, str]] = None) -> str:
    """Stream an answer with the client that sends its key as Authorization: Bearer."""
    base, key = f"{deployment.gateway_url}/openai/v1", deployment.api_key
    with openai.OpenAI(
        base_url=base, api_key=key, max_retries=0, default_headers=headers
    ) as client:
        stream = client.chat.completions.create(
            model=deployment.deployment,
            messages=[{"role": "user", "content": "Count to 3."}],
            stream=True,
        )
        texts = [choice.delta.content or "" for chunk in stream for choice in chunk.choices]
    return "".join(texts)


def test_the_key_as_bearer_is_taken_where_it_is_asked_for(bench: Bench) -> None:
    deployment = bench.target(bearer_key=True, account_kind="AIServices").deploy()
    assert ask(deployment)
    assert ask(deployment, {"api-key": deployment.api_key})


def test_by_default_it_is_not_and_the_header_is(bench: Bench) -> None:
    deployment = bench.target().deploy()
    with pytest.raises(openai.AuthenticationError, match="missing subscription key"):
        ask(deployment)
    assert ask(deployment, {"api-key": deployment.api_key})
