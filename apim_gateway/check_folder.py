"""The check of a gateway in a folder as APIOps lays it out: each policy with what is around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from apim_gateway.reading import folder
from apim_gateway.reading.scopes import API, GLOBAL, INHERIT, Source
from apim_gateway.streaming.report import PRODUCT, Around, Report, check
from apim_gateway.streaming.ways import REFUSED


def reports(home: Path, around: Around) -> list[Report]:
    """Return a report for each policy document that a request may come through.

    What stands in `around` wins over the folder. An API without a policy of its own is checked with
    the one that API Management gives it. A product's policy is checked over each API in it.
    Raises ConfigError.
    """
    return list(dict.fromkeys(_reports(home, around)))  # of what is the same for several, one


def _reports(home: Path, around: Around) -> Iterator[Report]:
    around = replace(
        around,
        scopes={**dict(_global(home)), **around.scopes},
        fragments={**folder.fragments_of(home), **around.fragments},
        named_values={**folder.values_of(home), **around.named_values},
    )
    products = folder.products_of(home)
    for file in sorted(home.glob(f"apis/*/{folder.API_FILE}")):
        api = file.parent
        logged = {**around.facts.body_bytes, **folder.body_bytes(home, api.name)}
        here = replace(around, facts=replace(around.facts, body_bytes=logged))
        default = Source(INHERIT, str(api / folder.POLICY))
        own = next(folder.source_of(api), default)
        yield check(own, here)
        for product in products:
            if product.holds(api.name):
                for source in folder.source_of(home / "products" / product.name):
                    yield replace(check(own, _with(here, PRODUCT, source)), file=source.file)
        for source in folder.operation_sources(api).values():
            yield check(source, _with(here, API, own))
    for source in around.fragments.values():  # those that nobody includes may be wrong, too
        report = check(source, around)
        if report.verdict == REFUSED:
            yield report


def _global(home: Path) -> Iterator[tuple[str, Source]]:
    for source in folder.source_of(home):
        yield GLOBAL, source


def _with(around: Around, scope: str, source: Source) -> Around:
    return replace(around, scopes={**around.scopes, scope: source})
