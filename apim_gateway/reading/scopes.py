"""The policies of each scope, as they are now: global, products, APIs and operations.

Scopes are named "global", "product:NAME", "api:NAME" and "operation:API/NAME". What a subscription
to a product asks for passes the product's policy between the global one and the API's.

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

GLOBAL, API, PRODUCT, OPERATION = "global", "api", "product", "operation"  # in Azure's words
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

Sections = Mapping[str, Steps]


@dataclass(frozen=True)
class Source:
    """Hold the text of a policy document; `file` is its name in messages."""

    text: str
    file: str


Compiled = dict[tuple[str, str], dict[str, Document]]  # by API and product, then by operation


def scope_of(api: str = "", operation: str = "", product: str = "") -> str:
    """Return the name of the scope of an API, an operation of it or a product, else the global."""
    if product:
        return f"{PRODUCT}:{product}"
    if operation:
        return f"{OPERATION}:{api}/{operation}"
    return f"{API}:{api}" if api else GLOBAL


class Scopes:
    """Hold the policies in force. Raises PolicyError for a document that cannot be one of them."""

    def __init__(
        self,
        registry: Registry,
        backends: Collection[str],
        sources: Mapping[str, Source],
        products: Mapping[str, Collection[str]],
        fragments: Mapping[str, Source] = {},
        named_values: Mapping[str, str] = {},
    ) -> None:
        """Compile the policies of these scopes; `products` are those that each API is in."""
        self._registry = registry
        self._backends = backends
        self._named_values = named_values
        self._products = products
        self._fragments = {
            name: Fragment(reader.read(source.text, source.file, named_values), source.file)
            for name, source in fragments.items()
        }
        self._sources = {
            GLOBAL: Source(FORWARD, "the default global policy"),
            **{scope_of(api): Source(INHERIT, "the default API policy") for api in products},
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

    def sections(self, api: str, operation: Optional[str], product: str = "") -> Sections:
        """Return what runs for an operation; for None, what runs when none matched."""
        documents = self._documents.get((api, product), self._documents[api, ""])
        document = documents.get(operation or "", documents[""])
        return document.sections

    def _compiled(self, sources: Mapping[str, Source]) -> Compiled:
        """Return the documents of each API by operation, and of the API itself by no name.

        They are compiled once for each product of the API, and once for no product.
        """
        top = self._compile(sources[GLOBAL], GLOBAL, None)
        above = {"": top}
        for names in self._products.values():
            for name in names:
                if name not in above and scope_of(product=name) in sources:
                    source = sources[scope_of(product=name)]
                    above[name] = self._compile(source, PRODUCT, top)
        return {
            (api, name): self._below(api, sources, above[name])
            for api, names in self._products.items()
            for name in ("", *names)
            if name in above
        }

    def _below(
        self, api: str, sources: Mapping[str, Source], parent: Document
    ) -> dict[str, Document]:
        document = self._compile(sources[scope_of(api)], API, parent)
        start = scope_of(api, "-")[:-1]
        operations = {
            scope[len(start) :]: self._compile(source, OPERATION, document)
            for scope, source in sources.items()
            if scope.startswith(start)
        }
        return {"": document, **operations}

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
