"""What all requests share: the API, its policies and backends, and the means to call them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field

from apim_gateway.reading.api import Api, Operation
from apim_gateway.reading.scopes import Scopes
from apim_gateway.running.backends import Target
from apim_gateway.running.cache import Cache
from apim_gateway.running.counters import Counters
from apim_gateway.running.telemetry import Telemetry
from apim_gateway.running.trace import Traces
from apim_gateway.wire.upstream import Client
from policy_expressions import context

SUBSCRIPTION = "response-streaming"  # as infra/modules names it


@dataclass
class Runtime:
    """Hold the state of one gateway."""

    api: Api
    key: str = field(repr=False)
    backends: Mapping[str, Target]
    scopes: Scopes
    client: Client
    traces: Traces
    cache: Cache = field(default_factory=Cache)
    counters: Counters = field(default_factory=Counters)
    telemetry: Telemetry = field(default_factory=Telemetry)
    flush_every_chunk: bool = False
    switches: context.Switches = field(default_factory=context.Switches)

    tasks: set[asyncio.Future[object]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.api_view = context.Api(self.api.name, self.api.display_name, self.api.path)
        self.subscription = context.Subscription(
            SUBSCRIPTION, "Response streaming", self.key, self.key
        )
        self.operations = {operation.name: _view(operation) for operation in self.api.operations}

    def background(self, work: Coroutine[object, object, object]) -> None:
        """Let `work` go on beside the requests; its failures are its own."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Future[object]) -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody is warned of it

    async def close(self) -> None:
        """End what is under way and close every connection."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.client.close()


def _view(operation: Operation) -> context.Operation:
    return context.Operation(
        operation.name, operation.display_name, operation.method, operation.template
    )
