"""What a gateway process serves, from its options: one API of files, or a folder of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from apim_gateway.errors import ConfigError
from apim_gateway.reading import api, files, folder
from apim_gateway.reading.definition import Definition, Product
from apim_gateway.reading.scopes import INHERIT, Source, scope_of
from apim_gateway.running.backends import Backend, Breaker, Member, Pool, Target
from apim_gateway.serving.settings import Address, Settings


def defined(settings: Settings) -> Definition:
    """Return what the options describe. Raises ConfigError."""
    found = _of_folder(settings, settings.folder) if settings.folder else _of_files(settings)
    if settings.bearer_key:
        apis = (replace(each, keys=replace(each.keys, as_bearer=True)) for each in found.apis)
        found = replace(found, apis=tuple(apis))
    return replace(found, fragments={**found.fragments, **_sources(settings.fragments.items())})


def _of_folder(settings: Settings, home: Path) -> Definition:
    addresses = {server.name: server.url for server in settings.backends}
    found = folder.load(home, addresses, settings.named_values, settings.only)
    known = [product.name for product in found.products]
    for name in settings.products:
        if name not in known:
            raise ConfigError(f"--product {name}: the folder has {', '.join(known) or 'none'}")
    return found


def _of_files(settings: Settings) -> Definition:
    if settings.policy is None or settings.api is None:
        raise ConfigError("give a FOLDER, or --policy, --api and --backend")
    declared = api.load(settings.api, settings.openapi)
    sources = {scope_of(declared.name): _source(settings.policy)}
    if settings.global_policy:
        sources[scope_of()] = _source(settings.global_policy)
    for name, file in settings.products.items():
        source = _source(file) if file else Source(INHERIT, "its default")
        sources[scope_of(product=name)] = source
    known = [operation.name for operation in declared.operations]
    for name, file in settings.operation_policies.items():
        if name not in known:
            raise ConfigError(f"--operation-policy {name}: the API has {', '.join(known)}")
        sources[scope_of(declared.name, name)] = _source(file)
    products = tuple(Product(name, name) for name in settings.products)
    targets = backends(declared, settings.backends)
    return Definition((declared,), targets, sources, {}, settings.named_values, products)


def backends(declared: api.Api, servers: Sequence[Address]) -> dict[str, Target]:
    """Return the pool of the API and each of its members, by name. Raises ConfigError."""
    members = [
        Member(
            Backend(server.name, server.url, Breaker(declared.rule)),
            server.priority,
            server.weight,
        )
        for server in servers
    ]
    targets: dict[str, Target] = {member.backend.name: member.backend for member in members}
    if declared.backend in targets:
        raise ConfigError(f"--backend {declared.backend}: that is the pool's name; give another")
    targets[declared.backend] = Pool(declared.backend, members)
    return targets


def _sources(named: Iterable[tuple[str, Path]]) -> dict[str, Source]:
    return {name: _source(file) for name, file in named}


def _source(file: Path) -> Source:
    return Source(files.read(file), str(file))
