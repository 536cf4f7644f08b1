"""Deploys infra/main.bicep, or what was compiled of it, and reads its outputs."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Callable, TypeVar

from azure_resources import refusal
from azure_resources.az import Az
from azure_resources.clock import Clock
from azure_resources.deployment import Deployment
from azure_resources.errors import AzError

from ..errors import DeployError
from ..settings import Settings
from . import template
from .parameters import parameter_file
from .state import Record

NAME = "response-streaming"  # of the deployment, with the lab's id: a second updates the first

Say = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Outputs:
    """Hold the outputs of infra/main.bicep; apim_name is apimName there."""

    apim_name: str
    gateway_url: str
    api_path: str
    subscription_name: str
    deployment_name: str
    mock_app_name: str  # empty where Azure OpenAI answers
    mock_url: str

    @classmethod
    def names(cls) -> dict[str, str]:
        """Return the output's name for each field."""
        words = {item.name: item.name.split("_") for item in fields(cls)}
        return {
            field: first + "".join(word.title() for word in rest)
            for field, (first, *rest) in words.items()
        }


class Deployer:
    """Deploy the template of one lab, again and again."""

    def __init__(self, az: Az, settings: Settings, lab: Record, say: Say, clock: Clock) -> None:
        self._settings = settings
        self._lab = lab
        self._say = say
        name = f"{NAME}-{lab.id}"  # labs may share a group
        self._deployment = Deployment(az, lab.group, name, say, clock)

    def preview(self) -> list[str]:
        """Return what a deployment would change, one line each (what-if)."""
        return self._with_template(self._deployment.preview)

    def deploy(self) -> Outputs:
        """Deploy and wait. Raises AzError where Azure refuses, DeployError where it fails."""
        if self._deployment.running:
            self._say("a deployment that was begun before is still running; following it first")
            self._deployment.follow()
        self._with_template(self._deployment.begin)
        self._say(
            "deployment started; API Management takes minutes, a classic tier most of an hour"
        )
        shown = self._deployment.follow()
        if shown["properties"]["provisioningState"] != "Succeeded":
            raise DeployError(self._deployment.failure(shown))
        return read_outputs(shown)

    def outputs(self) -> Outputs:
        """Return the outputs of the last deployment. Raises DeployError where there is none."""
        try:
            return read_outputs(self._deployment.show())
        except AzError as error:
            if error.not_found:
                raise DeployError("nothing is deployed in this group: run lab.deploy()") from error
            raise

    def cancel(self) -> None:
        """Cancel the deployment, if it is running."""
        self._deployment.cancel()

    def _with_template(self, use: Callable[[Path, Path], T]) -> T:
        """Use the template with its parameters."""
        with parameter_file(self._settings, self._lab) as values:
            return self._or_compiled(use, values)

    def _or_compiled(self, use: Callable[[Path, Path], T], values: Path) -> T:
        """Use the Bicep source, or, where there is no compiler, what was compiled of it."""
        try:
            return use(template.SOURCE, values)
        except AzError as error:
            if error.code != refusal.NO_BICEP:
                raise
            stale = template.changed()
            if stale:
                raise DeployError(
                    f"{error.reason}\ninfra/main.json, kept for machines without Bicep, does not "
                    f"hold your changes of {', '.join(stale)}.\nNext: install Bicep, as "
                    "docs/azure.md tells, or undo these changes."
                ) from error
            self._say(
                f"no Bicep here ({error.message.splitlines()[0]}): deploying infra/main.json, "
                "which was compiled of the same files"
            )
            return use(template.COMPILED, values)


def read_outputs(shown: Any) -> Outputs:
    """Return a deployment's outputs. Raises DeployError where one is missing."""
    given = shown["properties"].get("outputs") or {}
    names = Outputs.names()
    missing = [name for name in names.values() if name not in given]
    if missing:
        raise DeployError(
            f"the last deployment gave no {', '.join(missing)}: run lab.deploy() until it succeeds"
        )
    return Outputs(**{field: given[name]["value"] for field, name in names.items()})
