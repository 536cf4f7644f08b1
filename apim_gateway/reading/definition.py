"""All that a gateway is made of: APIs, backends, products, and the policies of every scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional

from apim_gateway.reading.api import Api
from apim_gateway.reading.scopes import Source
from apim_gateway.running.backends import Target


@dataclass(frozen=True)
class Product:
    """Hold one product; without `apis` it is for all."""

    name: str
    display_name: str
    apis: Optional[frozenset[str]] = None
    key_needed: bool = True

    def holds(self, api: str) -> bool:
        """Tell whether an API is in the product."""
        return self.apis is None or api in self.apis


@dataclass(frozen=True)
class Definition:
    """Hold what a gateway serves; `sources` are the policies by scope, as `scopes` names them."""

    apis: tuple[Api, ...]
    targets: Mapping[str, Target]
    sources: Mapping[str, Source]
    fragments: Mapping[str, Source] = field(default_factory=dict)
    named_values: Mapping[str, str] = field(default_factory=dict, repr=False)
    products: tuple[Product, ...] = ()

    def products_by_api(self) -> dict[str, list[str]]:
        """Return the names of the products that each API is in."""
        return {
            api.name: [product.name for product in self.products if product.holds(api.name)]
            for api in self.apis
        }
