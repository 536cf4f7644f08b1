"""A gateway in a folder is read as APIOps lays it out, or told what is wrong and where."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from apim_gateway.errors import ConfigError
from apim_gateway.reading import folder
from apim_gateway.reading.api import Keys

FOLDER = Path(__file__).parents[1] / "folder_gateway"
SECRETS = {"key-of-east": "secret"}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "gateway"))


def change(file: Path, **properties: Any) -> None:
    document = json.loads(file.read_text(encoding="utf-8"))
    document["properties"].update(properties)
    file.write_text(json.dumps(document), encoding="utf-8")


def test_apis_have_their_paths_keys_versions_and_revisions() -> None:
    found = {each.name: each for each in folder.load(FOLDER, {}, SECRETS).apis}
    assert {name: each.path for name, each in found.items()} == {
        "chat": "openai",
        "chat;rev=2": "openai;rev=2",
        "claude": "openai/anthropic/v1",
    }
    assert found["chat"].keys == Keys("api-key", "api-key")
    assert found["claude"].keys == Keys(needed=False)
    assert (found["chat;rev=2"].revision, found["claude"].version) == ("2", "v1")
    names = [each.name for each in found["chat"].operations]
    assert names == ["get-models", "ChatCompletions_Create"]


def test_policies_fragments_values_and_products_are_there() -> None:
    found = folder.load(FOLDER, {}, SECRETS)
    assert sorted(found.sources) == [
        "api:chat",
        "global",
        "operation:chat/ChatCompletions_Create",
        "product:gold",
        "product:silver",
    ]
    assert list(found.fragments) == ["mark-api"]
    assert found.named_values == {"word": "api", **SECRETS}
    assert found.products_by_api() == {"chat": ["gold"], "chat;rev=2": [], "claude": ["silver"]}


def test_named_values_from_outside_win() -> None:
    found = folder.load(FOLDER, {}, {**SECRETS, "word": "mine"})
    assert found.named_values["word"] == "mine"


def test_an_api_may_stand_at_the_root(copy: Path) -> None:
    change(copy / "apis/chat/apiInformation.json", path="")
    found = folder.load(copy, {}, SECRETS).apis[0]
    assert (found.suffix("/models"), found.suffix("/")) == ("/models", "/")


def test_a_product_that_is_not_published_is_not_there(copy: Path) -> None:
    change(copy / "products/gold/productInformation.json", state="notPublished")
    assert [each.name for each in folder.load(copy, {}, SECRETS).products] == ["silver"]


def test_the_logged_bytes_are_those_of_the_apis_own_diagnostic() -> None:
    assert folder.body_bytes(FOLDER, "chat") == {"applicationinsights": 0}
    assert folder.body_bytes(FOLDER, "claude") == {"applicationinsights": 512}


@pytest.mark.parametrize(
    ("file", "properties", "told"),
    [
        ("apis/chat/apiInformation.json", {"path": "apis/x"}, "'apis/x' cannot be an API's path"),
        (
            "apis/chat/apiInformation.json",
            {"type": "websocket"},
            "an API of type 'websocket' does not run here; name the others with --only",
        ),
        ("apis/chat/apiInformation.json", {"serviceUrl": "x"}, "'x' should be an http or https"),
        (
            "version sets/claude/versionSetInformation.json",
            {"versioningScheme": "Header"},
            "apiVersionSetId: versions by Header do not run here, only those by Segment",
        ),
        (
            "named values/word/namedValueInformation.json",
            {"value": 1},
            "properties.value: a text is wanted, not 1",
        ),
    ],
)
def test_a_fault_is_told_with_its_file(
    copy: Path, file: str, properties: dict[str, Any], told: str
) -> None:
    change(copy / file, **properties)
    with pytest.raises(ConfigError, match=told):
        folder.load(copy, {}, SECRETS)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("apis/chat/specification.json", "", "needs specification.json"),
        ("apis/chat/specification.json", "apis/chat/specification.yaml", "only JSON is read here"),
        (
            "apis/chat/specification.json",
            "apis/chat/specification.graphql",
            "GraphQL is not read here",
        ),
        (
            "apis/chat/operations/ChatCompletions_Create",
            "apis/chat/operations/none",
            r"the API has no such operation \(get-models, ChatCompletions_Create\)",
        ),
        (
            "products/silver/apis/claude",
            "products/silver/apis/gone",
            r"no API 'gone' is known \(chat, chat;rev=2, claude\)",
        ),
    ],
)
def test_what_is_missing_or_elsewhere_is_told(copy: Path, old: str, new: str, told: str) -> None:
    if new:
        (copy / old).rename(copy / new)
    else:
        (copy / old).unlink()
    with pytest.raises(ConfigError, match=told):
        folder.load(copy, {}, SECRETS)


def test_one_api_may_be_wanted_and_the_others_are_not_looked_at(copy: Path) -> None:
    change(copy / "apis/claude/apiInformation.json", type="websocket")
    found = folder.load(copy, {}, SECRETS, only=["chat"])
    assert [each.name for each in found.apis] == ["chat"]
    assert found.products_by_api() == {"chat": ["gold"]}
    with pytest.raises(ConfigError, match="--only none: the folder has chat, chat;rev=2, claude"):
        folder.load(copy, {}, SECRETS, only=["none"])
