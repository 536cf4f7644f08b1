"""The policies of each scope, as they are now: global, products, API and operations.

A scope is named "global", "api" or, for an operation, by the operation's name in api.json after
"operation:", for a product by the product's name after "product:". What a subscription to a product
asks for passes the product's policy between the global one and the API's.

Replacing one compiles everything that builds on it first, so that a refused document
changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Optional

from apim_gateway.errors import PolicyError
from apim_gateway.reading import document, reader
from apim_gateway.reading.compiled import Document, Fragment
from apim_gateway.reading.registry import Registry
from apim_gateway.running.steps import Steps

GLOBAL, API = "global", "api"
OPERATION, PRODUCT = "operation:", "product:"
# What API Management sets up at the global scope by itself.
FORWARD = """<policies>
  <inbound />
  <backend>
    <forward-request />
  </backend>
  <outbound />
  <on-error />
</policies>
"""
INHERIT = """<policies>
  <inbound>
    <base />
  </inbound>
  <backend>
    <base />
  </backend>
  <outbound>
    <base />
  </outbound>
  <on-error>
    <base />
  </on-error>
</policies>
"""


@dataclass(frozen=True)
class Source:
    """Hold the text of a policy document; `file` is its name in messages."""

    text: str
    file: str


class Scopes:
    """Hold the policies in force. Raises PolicyError for a document that cannot be one of them."""

    def __init__(
        self,
        registry: Registry,
        backends: Collection[str],
        sources: Mapping[str, Source],
        fragments: Mapping[str, Source] = {},
        named_values: Mapping[str, str] = {},
    ) -> None:
        self._registry = registry
        self._backends = backends
        self._named_values = named_values
        self._fragments = {
            name: Fragment(reader.read(source.text, source.file, named_values), source.file)
            for name, source in fragments.items()
        }
        self._sources = {
            GLOBAL: Source(FORWARD, "the default global policy"),
            API: Source(INHERIT, "the default API policy"),
            **sources,
        }
        self._documents = self._compiled(self._sources)

    def put(self, scope: str, source: Source) -> None:
        """Replace the policy of a scope. Raises PolicyError and changes nothing then."""
        sources = {**self._sources, scope: source}
        self._documents = self._compiled(sources)
        self._sources = sources

    def source(self, scope: str) -> Optional[Source]:
        """Return the policy of a scope as it was given, or None."""
        return self._sources.get(scope)

    def sections(self, operation: Optional[str], product: str = "") -> Mapping[str, Steps]:
        """Return what runs for an operation; for None, what runs when none matched."""
        documents = self._documents.get(product, self._documents[""])
        return documents.get(f"{OPERATION}{operation}", documents[API]).sections

    def _compiled(self, sources: Mapping[str, Source]) -> dict[str, dict[str, Document]]:
        """Return the documents of API and operations, by product; without one, by no name."""
        top = self._compile(sources[GLOBAL], GLOBAL, None)
        found = {"": self._below(sources, top)}
        for scope, source in sources.items():
            if scope.startswith(PRODUCT):
                product = self._compile(source, "product", top)
                found[scope[len(PRODUCT) :]] = self._below(sources, product)
        return found

    def _below(self, sources: Mapping[str, Source], parent: Document) -> dict[str, Document]:
        api = self._compile(sources[API], API, parent)
        operations = {
            scope: self._compile(source, "operation", api)
            for scope, source in sources.items()
            if scope.startswith(OPERATION)
        }
        return {API: api, **operations}

    def _compile(self, source: Source, scope: str, parent: Optional[Document]) -> Document:
        root = reader.read(source.text, source.file, self._named_values)
        compiled = document.compile_document(
            root, source.file, self._registry, scope, parent, self._fragments
        )
        for reference in compiled.references:
            if reference.name not in self._backends:
                known = ", ".join(sorted(self._backends))
                reason = (
                    f"no backend {reference.name!r} is known ({known}); "
                    f"give it with --backend {reference.name}=URL"
                )
                raise PolicyError(source.file, reference.line, reference.element, reason)
        return compiled
