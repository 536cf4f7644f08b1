"""Settings are read from .env and the environment; every mistake is told in one message."""

from __future__ import annotations

import dataclasses
import re
from contextlib import suppress
from pathlib import Path
from typing import Optional

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
    assert "LAB_TARGET='aws': should be one of local, azure, existing" in message
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


SECRET = "LAB_GATEWAY_KEY=the-key-itself\n"
EXISTING = {
    "LAB_TARGET": "existing",
    "LAB_GATEWAY_URL": "https://x.azure-api.net/team",
    "LAB_GATEWAY_KEY": "the-key-itself",
}
API_ID = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/"
    "Microsoft.ApiManagement/service/x/apis/openai"
)


@pytest.mark.parametrize(
    ("raw", "model"),
    [
        ("LAB_MODEL=grün\n".encode("utf-16"), None),
        ("LAB_MODEL=from-file\r\n".encode("utf-16"), "from-file"),
        (b"\xfe\xff" + "LAB_MODEL=from-file\r\n".encode("utf-16-be"), "from-file"),
        (b"\xef\xbb\xbfLAB_MODEL=from-file\r\n", "from-file"),
        ("LAB_MODEL=from-file\n".encode("utf-16-le"), None),
        ("# für mich\nLAB_MODEL=from-file\n".encode("cp1252"), None),
        (b"\xff\xfeL", None),
        (b"\x00", None),
    ],
)
def test_a_file_as_windows_writes_it_is_read_or_refused_by_name(
    tmp_path: Path, raw: bytes, model: Optional[str]
) -> None:
    file = tmp_path / ".env"
    file.write_bytes(raw)
    if model:
        assert Settings.from_env({}, file).model == model
    else:
        with pytest.raises(ConfigError, match=r"\.env: is no text in UTF-8: save it|LAB_MODEL"):
            Settings.from_env({}, file)


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Settings.from_env({}, tmp_path)


def test_an_existing_gateway_needs_an_address_and_a_key() -> None:
    settings = Settings.from_env(EXISTING, NO_FILE)
    assert settings.gateway_url == "https://x.azure-api.net/team"
    assert settings.gateway_key is not None
    assert settings.gateway_key.reveal() == "the-key-itself"
    for missing in ("LAB_GATEWAY_URL", "LAB_GATEWAY_KEY"):
        with pytest.raises(ConfigError, match=f"{missing}: LAB_TARGET=existing needs it, too"):
            Settings.from_env({**EXISTING, missing: ""}, NO_FILE)


def test_an_existing_gateway_that_nothing_says_to_use_is_told() -> None:
    for name in ("LAB_GATEWAY_URL", "LAB_GATEWAY_KEY"):
        with pytest.raises(ConfigError, match=r"nothing says to use it: set LAB_TARGET=existing"):
            Settings.from_env({name: EXISTING[name]}, NO_FILE)
    with pytest.raises(ConfigError, match="LAB_APIM_ID given"):
        Settings.from_env({"LAB_APIM_ID": API_ID}, NO_FILE)
    # Said otherwise, they may stay in .env.
    assert Settings.from_env({**EXISTING, "LAB_TARGET": "local"}, NO_FILE).target == "local"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://x.azure-api.net", "https://x.azure-api.net"),
        ("https://x.azure-api.net/", "https://x.azure-api.net"),
        ("https://x.azure-api.net//", "https://x.azure-api.net"),
        ("https://x.azure-api.net/team/openai", "https://x.azure-api.net/team"),
        ("https://x.azure-api.net/openai/v1/", "https://x.azure-api.net"),
        (
            "https://x.openai.azure.com/openai/deployments/m/chat/completions?api-version=1",
            "https://x.openai.azure.com",
        ),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
    ],
)
def test_the_address_of_a_gateway_ends_before_the_apis_own_path(given: str, taken: str) -> None:
    assert Settings.from_env({**EXISTING, "LAB_GATEWAY_URL": given}, NO_FILE).gateway_url == taken


@pytest.mark.parametrize(
    "wrong",
    [
        "x.azure-api.net",
        "ftp://x",
        "https://",
        "https://me:pass@x",
        "https://x/a b",
        "https://x?a=1",
    ],
)
def test_an_address_that_is_none_is_told(wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"LAB_GATEWAY_URL=.*should be an address such as"):
        Settings.from_env({**EXISTING, "LAB_GATEWAY_URL": wrong}, NO_FILE)


@pytest.mark.parametrize("wrong", ["two words", "k\u00e4y", "line\nfeed"])
def test_a_key_that_is_none_is_told_without_being_shown(wrong: str) -> None:
    with pytest.raises(ConfigError, match="LAB_GATEWAY_KEY: should be a key") as raised:
        Settings.from_env({**EXISTING, "LAB_GATEWAY_KEY": wrong}, NO_FILE)
    assert wrong not in str(raised.value)


def test_a_misspelt_setting_of_an_existing_gateway_is_told() -> None:
    with pytest.raises(ConfigError, match="did you mean LAB_GATEWAY_KEY"):
        Settings.from_env({**EXISTING, "LAB_GATEWAY_KY": "k"}, NO_FILE)
    with pytest.raises(ConfigError, match=r"LAB_APIM_ID=.*should be /subscriptions/GUID"):
        Settings.from_env({**EXISTING, "LAB_APIM_ID": "x"}, NO_FILE)
    assert Settings.from_env({**EXISTING, "LAB_APIM_ID": API_ID}, NO_FILE).apim_id == API_ID


def test_the_settings_do_not_show_the_key(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("LAB_TARGET=existing\nLAB_GATEWAY_URL=https://x\n" + SECRET, encoding="utf-8")
    settings = Settings.from_env({}, file)
    assert "the-key-itself" not in f"{settings} {settings!r} {vars(settings)}"


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
