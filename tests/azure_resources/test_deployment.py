"""A deployment that is begun, followed and cancelled; tests/cloud has the lab's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from azure_resources.az import Az, Completed
from azure_resources.deployment import Deployment
from azure_resources.errors import AzError
from tests.azure_resources.clocks import FakeClock

QUOTA = {"code": "InsufficientQuota", "message": "none left"}
RESOURCE = {"id": "/x", "resourceType": "Microsoft.Web/sites", "resourceName": "site"}


class Scripted:
    """Show a deployment in each of its states, one after the other; the last one stays."""

    def __init__(self, *states: str) -> None:
        self.states = list(states)
        self.commands: list[str] = []

    def __call__(self, arguments: Sequence[str], seconds: float) -> Completed:
        command = " ".join(arguments)
        self.commands.append(command)
        if "operation group list" in command:
            return Completed(0, json.dumps([self._operation()]), "")
        if "group show" not in command:
            return Completed(0, "", "")
        if not self.states:
            return Completed(3, "", "ERROR: (DeploymentNotFound) none")
        shown = {"properties": {"provisioningState": self.states[0]}}
        self.states = self.states[1:] or self.states
        return Completed(0, json.dumps(shown), "")

    def _operation(self) -> dict[str, Any]:
        state = self.states[0]
        failed = {"statusMessage": {"error": QUOTA}} if state == "Failed" else {}
        told = {"provisioningState": state, "timestamp": "1", "targetResource": RESOURCE}
        return {"properties": {**told, **failed}}


def deployment(azure: Any, said: list[str]) -> Deployment:
    az = Az(azure, said.append, steps={"InsufficientQuota": "ask for more"})
    return Deployment(az, "group", "name", said.append, FakeClock())


def test_it_is_followed_to_its_end_and_the_failure_told_with_the_next_step() -> None:
    said: list[str] = []
    followed = deployment(Scripted("Running", "Running", "Failed"), said)
    shown = followed.follow()
    assert [line.split()[:3] for line in said] == [
        ["Running", "Web/sites", "site"],
        ["Failed", "Web/sites", "site"],
        ["Failed", "deployment", "name"],
    ]
    assert followed.failure(shown) == (
        "the deployment ended as Failed; a new run continues where it stopped\n"
        "Microsoft.Web/sites site: InsufficientQuota: none left\nNext: ask for more."
    )


@pytest.mark.parametrize(
    ("states", "cancelled"), [((), False), (("Succeeded",), False), (("Running",), True)]
)
def test_only_what_runs_is_cancelled(states: tuple[str, ...], cancelled: bool) -> None:
    azure = Scripted(*states)
    deployment(azure, []).cancel()
    assert any("deployment group cancel" in command for command in azure.commands) == cancelled


def test_who_stops_watching_is_told_how_to_stop_it(tmp_path: Path) -> None:
    def interrupted(arguments: Sequence[str], seconds: float) -> Completed:
        raise KeyboardInterrupt

    said: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        deployment(interrupted, said).begin(tmp_path / "main.bicep", tmp_path / "values.json")
    assert said[0].startswith("no longer watching; a deployment that has begun goes on in Azure")
    assert said[0].endswith("az deployment group cancel --resource-group group --name name")


def test_a_refused_preview_without_a_reason_is_validated_to_learn_it(tmp_path: Path) -> None:
    def broken(arguments: Sequence[str], seconds: float) -> Completed:
        if "what-if" in arguments:
            return Completed(1, "", "ERROR: 'NoneType' object has no attribute 'x'")
        return Completed(1, "", f"ERROR: {json.dumps(QUOTA)}")

    with pytest.raises(AzError, match="InsufficientQuota: none left"):
        deployment(broken, []).preview(tmp_path / "main.bicep", tmp_path / "values.json")
