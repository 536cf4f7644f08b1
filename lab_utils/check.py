"""The streaming check on what a target holds: the same engine as `apim-gateway check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from apim_gateway.reading.schema import Position
from apim_gateway.reading.scopes import API, GLOBAL, Source
from apim_gateway.streaming import facts as engine
from apim_gateway.streaming.findings import Finding, finding
from apim_gateway.streaming.report import PRODUCT, Around, Report, check
from apim_gateway.streaming.ways import DEPENDS, UNKNOWN

from .target import Facts


@dataclass(frozen=True)
class Checked:
    """Hold the reports on one policy: one, or one for each operation and product it runs with."""

    reports: tuple[Report, ...]

    @property
    def verdict(self) -> str:
        """Return the verdict, `depends` where the reports differ."""
        verdicts = {report.verdict for report in self.reports}
        return verdicts.pop() if len(verdicts) == 1 else DEPENDS

    @property
    def findings(self) -> list[Finding]:
        """Return the findings of all reports, each once."""
        return list(dict.fromkeys(found for report in self.reports for found in report.findings))

    def __str__(self) -> str:
        return "\n".join(map(str, self.reports))


def of_document(text: str, file: str, facts: Facts) -> Checked:
    """Check one document as the API's, with what is known of the service around it."""
    return Checked((check(Source(text, file), _around(facts, {})),))


def of_scopes(facts: Facts) -> Checked:
    """Check the policies in force: the API's, or each operation's, under each product's."""
    documents = {scope: Source(text, f"{scope} policy") for scope, text in facts.policies.items()}
    reports = dict.fromkeys(_reports(documents, facts))
    return Checked(tuple(reports))


def unread(why: str) -> Checked:
    """Say that the policy in force cannot be read, and why."""
    told = finding("unread-policy", Position("deployed policy", 1), detail=f": {why}")
    return Checked((Report("deployed policy", UNKNOWN, (told,)),))


def _reports(documents: Mapping[str, Source], facts: Facts) -> Iterator[Report]:
    above = {GLOBAL: documents["global"]} if "global" in documents else {}
    products = [source for scope, source in documents.items() if scope.startswith("product ")]
    operations = [source for scope, source in documents.items() if scope.startswith("operation ")]
    for scopes in [{**above, PRODUCT: product} for product in products] or [above]:
        if "API" in documents and not operations:
            yield check(documents["API"], _around(facts, scopes))
        for operation in operations:
            own = {API: documents["API"]} if "API" in documents else {}
            yield check(operation, _around(facts, {**scopes, **own}))


def _around(facts: Facts, scopes: Mapping[str, Source]) -> Around:
    return Around(
        scopes,
        {name: Source(text, f"fragment {name}") for name, text in facts.fragments.items()},
        {name: value for name, value in facts.named_values.items() if value is not None},
        engine.Facts(facts.sku, facts.body_bytes),
    )
