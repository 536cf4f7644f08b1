"""Every policy that may stand in a document, and those of them that do not run here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apim_gateway.reading.effect import STREAMS, Effect
from apim_gateway.reading.schema import Policy

NEVER_HERE = "API Management has this policy, but this gateway does not run it: "


@dataclass(frozen=True)
class Elsewhere:
    """Hold a policy that this gateway does not run: why, where it may stand, what it does."""

    reason: str
    sections: tuple[str, ...]
    stream: Effect = STREAMS


@dataclass(frozen=True)
class Registry:
    """Hold the policies by name; a document is refused for one that is only `elsewhere`."""

    policies: Mapping[str, Policy]
    elsewhere: Mapping[str, Elsewhere] = field(default_factory=dict)
