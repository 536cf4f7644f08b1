"""What a test of the Azure target works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable

from lab_utils.cloud.az import Az
from lab_utils.cloud.deployment import Deployer
from lab_utils.cloud.target import AzureTarget
from lab_utils.settings import Settings
from tests.arm.cloud import Cloud
from tests.arm.server import Loopback
from tests.arm.worker import Worker


@dataclass
class Bench:
    """Hold what a test needs: an empty cloud, a target, and what it said."""

    loopback: Loopback
    run: Worker
    said: list[str] = field(default_factory=list)
    pauses: int = 0

    @property
    def cloud(self) -> Cloud:
        return self.loopback.cloud

    @property
    def az(self) -> Az:
        return Az(self.run, self.said.append)

    def target(self, **settings: Any) -> AzureTarget:
        chosen = Settings(target="azure", **settings)
        return AzureTarget(chosen, self.said.append, self.run, self.sleep)

    def deploy(self, **settings: Any) -> AzureTarget:
        """Deploy the resources, without waiting for a gateway, which is not started either."""
        self.cloud.alive = False
        target = self.target(**settings)
        target.create_resource_group()
        Deployer(
            self.az, Settings(target="azure", **settings), self.said.append, self.sleep
        ).deploy()
        return target

    def sleep(self, seconds: float) -> None:
        """Let no time pass; Azure's moves on with each question."""
        self.pauses += 1
        assert self.pauses < 200, "waits for ever"
        self.on_pause()

    on_pause: Callable[[], None] = lambda: None

    @property
    def text(self) -> str:
        return "\n".join(self.said)
