"""One gateway as it runs: its APIs, their policies, and the services that its requests use."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Optional

from apim_gateway.reading.api import Api
from apim_gateway.reading.definition import Product
from apim_gateway.reading.operations import Operation
from apim_gateway.reading.scopes import Scopes
from apim_gateway.running.backends import Target
from apim_gateway.running.services import Services
from apim_gateway.running.trace import Traces
from apim_gateway.serving.callers import Caller, Callers, subscription
from policy_expressions import context
from policy_expressions.urls import Url

SUBSCRIPTION = "response-streaming"  # as infra/modules names it


@dataclass
class Runtime:
    """Hold the state of one gateway."""

    apis: tuple[Api, ...]
    key: str = field(repr=False)
    scopes: Scopes
    services: Services
    traces: Traces
    switches: context.Switches = field(default_factory=context.Switches)
    products: tuple[Product, ...] = ()
    product: str = ""  # of the lab's own subscription; without one it is to all APIs
    others: Collection[Caller] = ()
    caller: str = ""  # address that policies see; without one the real one
    limits: context.Limits = field(default_factory=context.Limits)  # of one evaluation

    def __post_init__(self) -> None:
        own = subscription(SUBSCRIPTION, "Response streaming", self.key)
        self.callers = Callers((Caller(own, self.product), *self.others))
        self.api_views = {api.name: self._view(api) for api in self.apis}
        self._by_length = sorted(self.apis, key=lambda api: len(api.path), reverse=True)
        self._products = {product.name: product for product in self.products}
        self.product_views = {product.name: self._product(product) for product in self.products}

    def route(self, path: str) -> Optional[tuple[Api, str]]:
        """Return the API of a path, that with the longest path of its own, and what follows it."""
        for api in self._by_length:
            suffix = api.suffix(path)
            if suffix is not None:
                return api, suffix
        return None

    def target(self, api: Api) -> Optional[Target]:
        """Return where an API's requests go unless a policy says otherwise."""
        return self.services.backends.get(api.backend)

    def allows(self, caller: Caller, api: Api) -> bool:
        """Tell whether a subscription is good for an API: to all, or to a product that has it."""
        return not caller.product or self._products[caller.product].holds(api.name)

    def open_product(self, api: Api) -> str:
        """Return the product through which an API may be called without a key."""
        open_to = (p.name for p in self.products if not p.key_needed and p.holds(api.name))
        return next(open_to, "")

    def _view(self, api: Api) -> context.Api:
        target = self.target(api)
        name, _, revision = api.name.partition(";rev=")
        return context.Api(
            name,
            api.display_name,
            api.path.partition(";rev=")[0],
            api.revision,
            api.version or None,
            Url.parse(target.url) if target else None,
            not revision,
        )

    def _product(self, product: Product) -> context.Product:
        views = [self.api_views[api.name] for api in self.apis if product.holds(api.name)]
        return context.Product(product.name, product.display_name, apis=tuple(views))


def operation_view(operation: Operation) -> context.Operation:
    """Return an operation as policies see it."""
    return context.Operation(
        operation.name, operation.display_name, operation.method, operation.template
    )
