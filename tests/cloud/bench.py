"""What a test of the Azure target works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from azure_resources.az import Az
from lab_utils.boundary import lab_errors
from lab_utils.cloud import next_steps
from lab_utils.cloud.deployment import Deployer
from lab_utils.cloud.state import Memory, Record
from lab_utils.cloud.target import AzureTarget
from lab_utils.settings import Settings
from tests.arm.cloud import SUBSCRIPTION, Cloud
from tests.arm.server import Loopback
from tests.arm.worker import Worker
from tests.azure_resources.clocks import FakeClock

LAB = "k3v7q2xd"


@dataclass
class Bench:
    """Hold what a test needs: an empty cloud, a target, and what it said."""

    loopback: Loopback
    run: Worker
    folder: Path  # keeps the lab's state
    said: list[str] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)

    @property
    def cloud(self) -> Cloud:
        return self.loopback.cloud

    @property
    def az(self) -> Az:
        return next_steps.az(self.run, self.said.append)

    def settings(self, **chosen: Any) -> Settings:
        return Settings(target="azure", **{"state_dir": self.folder, **chosen})

    def target(self, **settings: Any) -> AzureTarget:
        return AzureTarget(self.settings(**settings), self.said.append, self.run, self.clock)

    def deploy(self, **settings: Any) -> AzureTarget:
        """Deploy the resources, without waiting for a gateway, which is not started either."""
        self.cloud.alive = False
        target = self.target(**settings)
        target.create_resource_group()
        with lab_errors():
            self.deployer(**settings).deploy()
        return target

    def deployer(self, **settings: Any) -> Deployer:
        """Return what deploys the lab that stands in this folder."""
        lab = self.lab
        return Deployer(self.az, self.settings(**settings), lab, self.said.append, self.clock)

    @property
    def lab(self) -> Record:
        """Return the lab that was deployed last."""
        return Memory(self.folder).records()[-1]

    @property
    def group(self) -> str:
        return self.lab.group

    def remember(self, group: str = "lab", lab_id: str = LAB) -> Record:
        """Let the folder know a lab with a known id, before it is deployed."""
        record = Record(lab_id, SUBSCRIPTION, group)
        Memory(self.folder).keep(record)
        return record

    @property
    def text(self) -> str:
        return "\n".join(self.said)
