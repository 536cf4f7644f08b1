"""What every request of one gateway may use: backends, the client, caches, counters, telemetry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apim_gateway.running.backends import Target
from apim_gateway.running.background import Background
from apim_gateway.running.cache import Cache
from apim_gateway.running.counters import Counters
from apim_gateway.running.telemetry import Telemetry
from apim_gateway.running.workers import Workers
from apim_gateway.wire.reply import Client


@dataclass
class Services:
    """Hold them."""

    client: Client
    backends: Mapping[str, Target]
    cache: Cache = field(default_factory=Cache)
    counters: Counters = field(default_factory=Counters)
    telemetry: Telemetry = field(default_factory=Telemetry)
    background: Background = field(default_factory=Background)
    flush_every_chunk: bool = False
    retry_sees_failures: bool = True  # of a backend that gave no response
    largest_request: int = 100 * 1024 * 1024  # bytes of a request's body
    workers: Workers = field(default_factory=Workers)

    async def close(self) -> None:
        """End what is under way and close every connection, and the file of telemetry."""
        await self.background.close()
        self.workers.close()
        await self.client.close()
        self.telemetry.close()
