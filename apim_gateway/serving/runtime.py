"""One gateway as it runs: the API, its policies, and the services that its requests use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from apim_gateway.reading.api import Api, Operation
from apim_gateway.reading.scopes import Scopes
from apim_gateway.running.services import Services
from apim_gateway.running.trace import Traces
from apim_gateway.serving.callers import Caller, Callers, product
from policy_expressions import context

SUBSCRIPTION = "response-streaming"  # as infra/modules names it


@dataclass
class Runtime:
    """Hold the state of one gateway."""

    api: Api
    key: str = field(repr=False)
    scopes: Scopes
    services: Services
    traces: Traces
    switches: context.Switches = field(default_factory=context.Switches)
    product: str = ""  # of the lab's own subscription; without one it is to the API alone
    others: Collection[Caller] = ()
    caller: str = ""  # address that policies see; without one the real one

    def __post_init__(self) -> None:
        self.api_view = context.Api(self.api.name, self.api.display_name, self.api.path)
        own = context.Subscription(SUBSCRIPTION, "Response streaming", self.key, self.key)
        of = product(self.product) if self.product else None
        self.callers = Callers((Caller(own, of), *self.others))
        self.operations = {operation.name: _view(operation) for operation in self.api.operations}


def _view(operation: Operation) -> context.Operation:
    return context.Operation(
        operation.name, operation.display_name, operation.method, operation.template
    )
