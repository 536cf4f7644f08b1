"""The lab in Azure: everything in this folder, behind the names that Lab calls."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Callable, Optional

from ..conformance.answer import Gateway
from ..conformance.operations import Operation
from ..settings import Settings
from ..target import Deployment, Facts
from . import group, mock_app, parameters, patience, preflight, ready
from .account import Account, sign_in
from .az import Az, Runner
from .cleanup import Cleanup
from .deployment import Deployer, Outputs
from .management import Management
from .scratch import Scratch


class AzureTarget:
    """Deploy, change and remove one lab in Azure, as who is signed in with `az login`."""

    def __init__(
        self,
        settings: Settings,
        say: Callable[[str], None],
        run: Optional[Runner] = None,
        sleep: Callable[[float], None] = patience.sleep,
    ) -> None:
        self._settings = settings
        self._say = say
        self._sleep = sleep
        self._any_az = Az(run, say)
        self._outputs: Optional[Outputs] = None

    def create_resource_group(self) -> None:
        """Create the group with the lab's tag, or find it. Raises DeployError."""
        found = group.find(self._az, self._settings)
        if found is None:
            group.create(self._az, self._settings, self._say)
        else:
            self._say(f"resource group {self._settings.resource_group} found in {found}")

    def preview(self) -> list[str]:
        """Tell what a deployment would change, one line each; the group must be there."""
        return self._deployer.preview()

    def deploy(self) -> Deployment:
        """Deploy infra/main.bicep, the mock where it is asked for, and wait for an answer.

        Raises DeployError, AzError and GatewayError.
        """
        if group.find(self._az, self._settings) is None:
            group.create(self._az, self._settings, self._say)
        preflight.check(self._az, self._settings)
        self._outputs = outputs = self._deployer.deploy()
        if outputs.mock_app_name:
            mock_app.deploy(
                self._az,
                self._settings.resource_group,
                outputs.mock_app_name,
                outputs.mock_url,
                self._say,
                self._sleep,
            )
        deployment = self._described(outputs)
        ready.wait(self._completions(outputs), deployment.api_key, self._say, self._sleep)
        return deployment

    def reach(self) -> Deployment:
        """Return how to reach the lab that stands, from its outputs. Raises DeployError."""
        self._outputs = self._deployer.outputs()
        return self._described(self._outputs)

    def policy(self) -> str:
        """Return the API's policy document as API Management holds it now."""
        return self._management.policy()

    def put_policy(self, text: str, name: str) -> None:
        """Replace the API's policy by `text`, called `name` in errors. Raises PolicyError."""
        self._management.put_policy(text, name)

    def facts(self) -> Facts:
        """Return the tier and the diagnostics in force."""
        return self._management.facts()

    def scratch(self, operations: Sequence[Operation]) -> AbstractContextManager[Gateway]:
        """Return a block in which the lab's service has an API of these operations.

        The lab must stand. Raises DeployError and GatewayError.
        """
        deployment = self.reach()
        scratch = Scratch(self._management, self._say)
        return scratch.made(operations, deployment.gateway_url, deployment.deployment)

    def resources(self) -> list[str]:
        """List what exists now, soft-deleted resources too, with cost and age."""
        return self._cleanup.listing()

    def remove(self, confirm: str = "") -> None:
        """Remove everything `resources` lists, when `confirm` is the resource group's name."""
        self._cleanup.remove(confirm)

    @cached_property
    def _account(self) -> Account:
        account = sign_in(self._any_az, self._settings.subscription)
        self._say(f"subscription {account.name} ({account.subscription})")
        return account

    @cached_property
    def _az(self) -> Az:
        return self._any_az.of(self._account.subscription)

    @property
    def _deployer(self) -> Deployer:
        return Deployer(self._az, self._settings, self._say, self._sleep)

    @property
    def _cleanup(self) -> Cleanup:
        return Cleanup(self._az, self._settings, self._say, self._sleep)

    @cached_property
    def _management(self) -> Management:
        outputs = self._outputs or self._deployer.outputs()
        return Management.connect(self._account, self._settings.resource_group, outputs.apim_name)

    def _described(self, outputs: Outputs) -> Deployment:
        return Deployment(
            gateway_url=outputs.gateway_url.rstrip("/"),
            api_key=self._management.key(outputs.subscription_name),
            deployment=outputs.deployment_name,
            backends=parameters.backends(self._settings),
            plays_scenarios=bool(outputs.mock_app_name),
        )

    def _completions(self, outputs: Outputs) -> str:
        base = f"{outputs.gateway_url.rstrip('/')}/{outputs.api_path}"
        version = self._settings.api_version
        path = f"deployments/{outputs.deployment_name}/chat/completions"
        return f"{base}/{path}?api-version={version}"
