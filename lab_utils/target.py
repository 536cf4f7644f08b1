"""What Lab asks of a target, be it Azure or loopback."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Optional, Protocol


@dataclass(frozen=True)
class Deployment:
    """Hold where a deployed lab is reached; the key stays out of the repr.

    `answers` tells, where that is quickly known, whether the gateway is still there.
    """

    gateway_url: str  # without a slash at the end, without the API's path
    api_key: str = field(repr=False)
    deployment: str  # name of the model deployment
    backends: tuple[str, ...]  # names of the pool's members
    plays_scenarios: bool = False  # the model is the lab's mock and heeds x-mock-scenario
    management: str = ""  # address of a management surface that takes the key and hands out traces
    logs: tuple[str, ...] = ()  # addresses where the mocks tell what became of each stream
    answers: Callable[[], bool] = field(default=lambda: True, repr=False, compare=False)


@dataclass(frozen=True)
class Facts:
    """Hold what decides, besides the policy, whether a stream passes the gateway."""

    sku: str  # tier of the API Management service; empty where there are no tiers
    body_bytes: Mapping[str, int]  # diagnostics by name and scope -> most body bytes they log
    # Where it has been read, for an existing gateway:
    policies: Mapping[str, str] = field(default_factory=dict)  # by scope, outermost first
    fragments: Mapping[str, str] = field(default_factory=dict)
    named_values: Mapping[str, Optional[str]] = field(default_factory=dict)  # None for a secret


class Target(Protocol):
    """Deploy, change and remove one lab; `say`, given at construction, shows each step."""

    def create_resource_group(self) -> None:
        """Create what holds the lab's resources, where the target needs that."""

    def preview(self) -> list[str]:
        """Tell what `deploy` would change, one line each, without changing it."""

    def deploy(self) -> Deployment:
        """Bring the lab to the declared state; a second call is an update. Raises DeployError."""

    def reach(self) -> Deployment:
        """Return how to reach a lab that stands, changing nothing. Raises LabError without one."""

    def policy(self) -> str:
        """Return the API's policy document as the gateway holds it now."""

    def put_policy(self, text: str, name: str) -> None:
        """Replace the API's policy by `text`, called `name` in errors. Raises PolicyError."""

    def facts(self) -> Facts:
        """Return the tier and the diagnostics in force, for the check of the SSE guidelines."""

    def resources(self) -> list[str]:
        """List what exists now, one line each; empty when nothing is left."""

    def remove(self, confirm: str = "") -> None:
        """Remove everything `resources` lists; what is gone already counts as done.

        In Azure `confirm` must be the name of the resource group, written out by the reader:
        anything else raises ConfigError and removes nothing. Raises DeployError that tells what
        is left, where something is.
        """
