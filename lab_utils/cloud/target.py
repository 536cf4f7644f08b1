"""The lab in Azure: everything in this folder, behind the names that Lab calls."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Callable, Optional

from azure_resources.account import Account, sign_in
from azure_resources.az import Az, Runner
from azure_resources.cleanup import Cleanup
from azure_resources.clock import Clock
from azure_resources.errors import AzError
from azure_resources.ownership import Owner
from gateway_conformance.answer import Gateway
from gateway_conformance.operations import Operation
from gateway_conformance.service import Scratch

from ..boundary import lab_errors
from ..errors import ConfigError, DeployError
from ..settings import Settings
from ..target import Deployment, Facts
from . import group, mock_app, next_steps, parameters, preflight, ready, state
from .deployment import Deployer, Outputs
from .management import Management, told
from .owner import LAB
from .state import Memory, Record


class AzureTarget:
    """Deploy, change and remove one lab in Azure, as who is signed in with `az login`."""

    def __init__(
        self,
        settings: Settings,
        say: Callable[[str], None],
        run: Optional[Runner] = None,
        clock: Optional[Clock] = None,
    ) -> None:
        self._settings = settings
        self._say = say
        self._clock = clock or Clock()
        self._any_az = next_steps.az(run, say)
        self._memory = Memory(settings.state_dir)
        self._new: Optional[Record] = None  # a lab that was not deployed yet
        self._management: Optional[Management] = None

    @lab_errors()
    def create_resource_group(self) -> None:
        """Create the group with the lab's tags, or find it. Raises DeployError."""
        region = self._ensure_group()
        if region:
            self._say(f"resource group {self._lab.group} found in {region}")

    @lab_errors()
    def preview(self) -> list[str]:
        """Tell what a deployment would change, one line each; the group must be there."""
        return self._deployer.preview()

    @lab_errors()
    def deploy(self) -> Deployment:
        """Deploy infra/main.bicep, the mock where it is asked for, and wait for an answer.

        Raises DeployError, AzError and GatewayError.
        """
        self._ensure_group()
        preflight.check(self._az, self._settings, self._lab, self._owner, self._say)
        outputs = self._deployer.deploy()
        if outputs.mock_app_name:
            mock_app.deploy(
                self._az,
                self._lab.group,
                outputs.mock_app_name,
                outputs.mock_url,
                self._say,
                self._clock,
            )
        deployment = self._described(outputs)
        ready.wait(self._completions(outputs), deployment.api_key, self._say, self._clock)
        return deployment

    @lab_errors()
    def reach(self) -> Deployment:
        """Return how to reach the lab that stands, from its outputs. Raises DeployError."""
        return self._described(self._deployer.outputs())

    @lab_errors()
    def policy(self) -> str:
        """Return the API's policy document as API Management holds it now."""
        return self._managed.policy()

    @lab_errors()
    def put_policy(self, text: str, name: str) -> None:
        """Replace the API's policy by `text`, called `name` in errors. Raises PolicyError."""
        self._managed.put_policy(text, name)

    @lab_errors()
    def facts(self) -> Facts:
        """Return the tier and the diagnostics in force."""
        return self._managed.facts()

    @lab_errors()
    def scratch(
        self, operations: Sequence[Operation], lab: Deployment
    ) -> AbstractContextManager[Gateway]:
        """Return a block in which the service of `lab`, which `reach` gave, has these operations.

        Raises ScratchError and GatewayError.
        """
        scratch = Scratch(self._managed.client, self._managed.at, told, self._say)
        return scratch.made(operations, lab.gateway_url, lab.deployment)

    @lab_errors()
    def resources(self) -> list[str]:
        """List what exists now, soft-deleted resources too, with cost and age.

        A lab of this folder that stands in another group or subscription is listed as well. What
        is not the lab's is said, not listed.
        """
        here = self._cleanup.listing() if self._has_been() else []
        return [*here, *self._elsewhere]

    @lab_errors()
    def remove(self, confirm: str = "") -> None:
        """Remove what `resources` lists here, when `confirm` is the resource group's name.

        The default name may be given without the id at its end. Raises ConfigError for another
        confirmation, DeployError where something is left, here or elsewhere.
        """
        lab = self._to_remove
        allowed = (
            {lab.group, state.GROUP} if lab.group == state.default_group(lab.id) else {lab.group}
        )
        if confirm not in allowed:
            raise ConfigError(
                f"nothing was removed: write lab.remove(confirm={lab.group!r}), the name of the "
                "resource group, to delete the lab's resources in it for good"
            )
        if self._has_been():
            self._cleanup.remove()
            self._memory.forget(lab)
            self._new = self._management = None
        if self._elsewhere:
            raise DeployError("\n".join(["a lab of this folder is left:", *self._elsewhere]))

    @cached_property
    def _account(self) -> Account:
        account = sign_in(self._any_az, LAB.name, self._settings.subscription)
        self._say(f"subscription {account.name} ({account.subscription})")
        return account

    @cached_property
    def _az(self) -> Az:
        return self._any_az.of(self._account.subscription)

    @property
    def _lab(self) -> Record:
        """Return the lab that is meant: the one that stands, or, all along, the same new one."""
        known = self._memory.records()
        meant = state.choose(self._settings, self._account.subscription, known)
        if meant not in known:
            meant = self._new = self._new or meant
        return meant

    @property
    def _former(self) -> list[Record]:
        here = self._account.subscription
        return state.formerly(self._settings, here, self._memory.records())

    @property
    def _to_remove(self) -> Record:
        """Return the lab that stands, or stood, where the settings look."""
        return [self._lab, *self._former][-1]

    @property
    def _groups_of(self) -> dict[str, str]:
        """Return the group of each lab that this folder has, or had, in the subscription."""
        here = self._account.subscription
        known = [item for item in self._memory.records() if item.subscription == here]
        return {item.id: item.group for item in (*known, self._lab)}

    @property
    def _removable(self) -> dict[str, str]:
        """Return the same without the labs that stand beside the one to remove."""
        stand = {item.id for item in self._memory.records() if not item.removed}
        stand.discard(self._to_remove.id)
        return {lab: group for lab, group in self._groups_of.items() if lab not in stand}

    @property
    def _owner(self) -> Owner:
        return LAB.of(self._groups_of)

    @property
    def _elsewhere(self) -> list[str]:
        found = state.elsewhere(self._memory.records(), self._to_remove)
        return [f"a lab of this folder stands elsewhere: {record}" for record in found]

    def _ensure_group(self) -> Optional[str]:
        """Return the region of the group, or None after creating it."""
        region = group.find(self._az, self._settings, self._lab, self._owner)
        for line in self._elsewhere:
            self._say(line)
        self._memory.keep(self._lab)  # before there is anything: an interrupted lab is known
        if region is None:
            group.create(self._az, self._settings, self._lab, self._account.user, self._say)
        return region

    def _has_been(self) -> bool:
        """Tell whether the lab is, or was, where the settings look; say it where it never was."""
        if self._settings.lab_id or self._former:
            return True
        self._say(
            f"this folder never deployed to {self._settings.resource_group or 'Azure'} in "
            f"subscription {self._account.name}: nothing to remove here; what it deploys it "
            f"remembers in {self._memory.path}"
        )
        try:
            others = group.other_labs(self._az, self._owner)
        except AzError as error:
            self._say(f"could not look for other labs: {error.reason}")
            return False
        for line in others:
            self._say(f"not this folder's, will be left: {line}")
        if others:
            self._say("where one of them is yours, set LAB_ID to its id")
        return False

    @property
    def _deployer(self) -> Deployer:
        return Deployer(self._az, self._settings, self._lab, self._say, self._clock)

    @property
    def _cleanup(self) -> Cleanup:
        owner, place = LAB.of(self._removable), self._to_remove.group
        cancel = self._deployer.cancel
        return Cleanup(self._az, owner, place, cancel, self._say, self._clock)

    @property
    def _managed(self) -> Management:
        if self._management is None:
            name = self._deployer.outputs().apim_name
            self._management = Management.connect(self._account, self._lab.group, name)
        return self._management

    def _described(self, outputs: Outputs) -> Deployment:
        self._management = Management.connect(self._account, self._lab.group, outputs.apim_name)
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
