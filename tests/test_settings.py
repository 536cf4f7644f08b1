"""Settings are read from .env and the environment; every mistake is told in one message."""

from __future__ import annotations

import dataclasses
import re
from contextlib import suppress
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from lab_utils.errors import ConfigError
from lab_utils.settings import PROJECT, Settings

NO_FILE = Path("no such file")
VARIABLES = {item.metadata["variable"]: item for item in dataclasses.fields(Settings)}


def test_nothing_given_means_the_defaults() -> None:
    assert Settings.from_env({}, NO_FILE) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LAB_MODEL=from-file\nLAB_LOCATION=eastus2\n", encoding="utf-8")
    settings = Settings.from_env({"LAB_MODEL": "from-env"}, file)
    assert (settings.model, settings.location) == ("from-env", "eastus2")


def test_an_empty_value_in_the_environment_hides_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LAB_MODEL=from-file\n", encoding="utf-8")
    assert Settings.from_env({"LAB_MODEL": " "}, file).model == Settings().model


def test_every_wrong_value_is_told_in_one_message() -> None:
    env = {"LAB_TARGET": "aws", "LAB_MODEL_CAPACITY": "many", "LAB_LOCATION": "West Europe"}
    with pytest.raises(ConfigError) as raised:
        Settings.from_env(env, NO_FILE)
    message = str(raised.value)
    assert "LAB_TARGET='aws': should be one of local, azure" in message
    assert "LAB_MODEL_CAPACITY='many': should be a whole number from 1 to 100000" in message
    assert "LAB_LOCATION='West Europe': should be a region such as swedencentral" in message


def test_a_misspelt_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match="LAB_TRAGET: no such setting; did you mean LAB_TARGET"):
        Settings.from_env({"LAB_TRAGET": "azure"}, NO_FILE)


def test_an_unknown_name_is_a_mistake_in_the_file_but_not_in_the_environment(
    tmp_path: Path,
) -> None:
    assert Settings.from_env({"LAB_OF_SOMEBODY_ELSE": "1"}, NO_FILE) == Settings()
    file = tmp_path / ".env"
    file.write_text("LAB_OF_SOMEBODY_ELSE=1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"LAB_OF_SOMEBODY_ELSE: no such setting; \.env\.example"):
        Settings.from_env({}, file)


def test_the_consumption_tier_is_refused() -> None:
    with pytest.raises(ConfigError, match="BasicV2"):
        Settings.from_env({"LAB_APIM_SKU": "Consumption"}, NO_FILE)


def test_the_gateways_own_key_is_no_mistake() -> None:
    assert Settings.from_env({"LAB_API_KEY": "k"}, NO_FILE) == Settings()


def test_a_relative_state_folder_lies_in_the_project() -> None:
    assert Settings.from_env({"LAB_STATE_DIR": "build/x"}, NO_FILE).state_dir == PROJECT / "build/x"


def test_the_example_file_names_every_setting_with_its_default() -> None:
    example = dotenv_values(PROJECT / ".env.example", encoding="utf-8")
    assert set(example) == set(VARIABLES)
    assert Settings.from_env({}, PROJECT / ".env.example") == Settings()


def test_the_readme_names_every_setting_or_sends_to_the_example() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert ".env.example" in text
    assert set(re.findall(r"\b(?:LAB_[A-Z_]+|AZURE_SUBSCRIPTION_ID)\b", text)) <= (
        set(VARIABLES) | {"LAB_API_KEY"}
    )


@given(st.dictionaries(st.sampled_from(sorted(VARIABLES)), st.text(max_size=40)))
def test_any_text_is_taken_or_told(env: dict[str, str]) -> None:
    with suppress(ConfigError):  # and nothing else
        settings = Settings.from_env(env, NO_FILE)
        assert settings.apim_sku != "Consumption"
