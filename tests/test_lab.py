"""The object that the notebooks hold, on a target of its own and on a real local lab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from openai import AzureOpenAI

from lab_utils import Lab
from lab_utils.settings import Settings
from lab_utils.target import Deployment
from notebook_runner.defaults import local_defaults

QUESTION: Any = [{"role": "user", "content": "Count to 50."}]


class Real:
    """Stand where a real model answers behind the gateway."""

    def deploy(self) -> Deployment:
        return Deployment("http://127.0.0.1:9", "key", "m", ("openai",))


@contextmanager
def client_of(lab: Lab) -> Iterator[AzureOpenAI]:
    with AzureOpenAI(
        azure_endpoint=lab.gateway_url,
        api_key=lab.api_key.reveal(),
        api_version=lab.api_version,
        max_retries=0,
    ) as client:
        yield client


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with local_defaults(tmp_path_factory.mktemp("state")):
        lab = Lab.from_env()
        lab.deploy()
        yield lab
        lab.remove()


def test_a_lab_on_this_machine_ignores_the_target_of_the_settings(tmp_path: Path) -> None:
    with local_defaults(tmp_path), pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_TARGET", "azure")
        patch.setenv("LAB_MODEL", "mine")
        settings = Lab.on_this_machine().settings
    assert (settings.target, settings.model, settings.state_dir) == ("local", "mine", tmp_path)


def test_the_mock_plays_every_scenario(lab: Lab) -> None:
    assert lab.scenarios("burst", "drop; after=5") == ["burst", "drop; after=5"]


def test_a_real_model_plays_none_and_a_line_says_so() -> None:
    told: list[str] = []
    lab = Lab(Settings(), Real(), told.append)  # type: ignore[arg-type]
    lab.deploy()
    assert lab.scenarios("burst", "drop; after=5") == []
    assert told == ["A real model plays no scenarios; only the mock shows: burst, drop; after=5"]
    assert lab.service_log() == []


def test_the_services_log_tells_how_a_stream_ended_that_was_left(lab: Lab) -> None:
    with client_of(lab) as client:
        stream = client.chat.completions.create(model=lab.model, messages=QUESTION, stream=True)
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content == "7":
                break
        stream.close()
    identity = stream.response.headers["apim-request-id"]
    (seen,) = (entry for entry in lab.service_log() if entry["id"] == identity)
    assert seen["ended"].startswith("client left after ")
    assert seen["deployment"] == lab.model


def test_the_key_is_shown_masked(lab: Lab) -> None:
    key = lab.api_key.reveal()
    assert key not in f"{lab} {lab.api_key} {lab.api_key!r}"
    with pytest.raises(TypeError):
        json.dumps({"api-key": lab.api_key})
