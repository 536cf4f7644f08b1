"""From settings to template parameters."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from lab_utils.cloud.parameters import backends, parameter_file, parameters
from lab_utils.cloud.state import Record
from lab_utils.settings import Settings
from tests.infra import compiled
from tests.infra.evaluated import evaluate

LAB = Record("k3v7q2xd", "a-subscription", "lab")
EVERY = [
    Settings(target="azure"),
    Settings(target="azure", backend="mock"),
    Settings(target="azure", openai_locations=("swedencentral", "eastus2"), monitoring=True),
    Settings(target="azure", apim_sku="StandardV2", model="gpt-5-mini", model_version="2025-08-07"),
]


@pytest.mark.parametrize("settings", EVERY)
def test_every_parameter_is_one_of_the_template_and_fits_it(settings: Settings) -> None:
    given = parameters(settings, LAB)
    assert set(given) <= set(compiled.load()["parameters"])
    _, outputs = evaluate(**given)
    assert outputs["deploymentName"] == settings.model


@pytest.mark.parametrize("settings", EVERY)
def test_the_pools_members_are_named_as_the_template_names_them(settings: Settings) -> None:
    resources, _ = evaluate(**parameters(settings, LAB))
    kind = "Microsoft.ApiManagement/service/backends"
    *members, _ = [item["name"].split("/")[1] for item in resources if item["type"] == kind]
    assert backends(settings) == tuple(members)


def test_accounts_go_to_the_groups_region_unless_told_otherwise() -> None:
    (account,) = parameters(Settings(target="azure", location="eastus2"), LAB)["openAiInstances"]
    assert account == {"name": "openai1", "location": "eastus2"}


def test_the_file_is_the_users_alone_and_goes_away() -> None:
    with parameter_file(EVERY[0], LAB) as path:
        written = json.loads(path.read_text(encoding="utf-8"))["parameters"]
        if sys.platform != "win32":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {key: item["value"] for key, item in written.items()} == parameters(EVERY[0], LAB)
    assert not path.parent.exists()


def test_the_file_goes_away_after_a_failure(tmp_path: Path) -> None:
    kept: list[Path] = []

    def fail() -> None:
        with parameter_file(EVERY[0], LAB) as path:
            kept.append(path)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert not kept[0].exists()
