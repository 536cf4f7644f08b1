from __future__ import annotations

import pytest

from mock_openai.deployments import Deployments
from mock_openai.errors import OptionError, RefusedError


def missing(deployments: Deployments, name: str) -> bool:
    with pytest.raises(RefusedError) as caught:
        deployments.find(name)
    return "DeploymentNotFound" in caught.value.body()


@pytest.mark.parametrize("name", ["gpt-5.4-mini", "o3-mini", "text-embedding-3-small"])
def test_without_any_named_each_model_is_deployed_under_its_own_name(name: str) -> None:
    assert Deployments.of([]).find(name).name == name


def test_a_model_may_be_named_with_its_version() -> None:
    assert Deployments.of([]).find("gpt-4o-2024-08-06").full == "gpt-4o-2024-08-06"


@pytest.mark.parametrize("name", ["nope", "gpt-5.4-mini ", "gpt-4o-latest", ""])
def test_a_name_that_is_not_there_is_azures_404(name: str) -> None:
    assert missing(Deployments.of([]), name)


def test_named_deployments_exist_and_no_others() -> None:
    found = Deployments.of(["mine=o3-mini", "gpt-4o-mini"])
    assert found.find("mine").name == "o3-mini"
    assert found.find("gpt-4o-mini").name == "gpt-4o-mini"
    assert missing(found, "o3-mini")
    assert [name for name, _ in found] == ["mine", "gpt-4o-mini"]


def test_any_name_may_be_allowed_beside_those_named() -> None:
    found = Deployments.of(["mine=o3-mini"], anything=True)
    assert found.find("mine").name == "o3-mini"
    assert found.find("my-gpt-4.1-nano").name == "gpt-4.1-nano"
    assert found.find("chat").name == "gpt-5.4-mini"


@pytest.mark.parametrize("text", ["mine=nope", "=gpt-4o", "mine="])
def test_a_wrong_option_is_told_with_the_models_there_are(text: str) -> None:
    with pytest.raises(OptionError, match=rf"gpt-5\.4-mini.* not '{text}'$"):
        Deployments.of([text])
