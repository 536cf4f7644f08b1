"""A gateway in a folder, laid out as APIOps extracts and publishes API Management's resources.

    policy.xml                                      of all APIs
    apis/NAME/apiInformation.json                   path, keys, service URL; NAME;rev=2: a revision
    apis/NAME/specification.json                    its operations: OpenAPI
    apis/NAME/policy.xml, apis/NAME/operations/OPERATION/policy.xml
    backends/NAME/backendInformation.json           a server with its breaker, or a pool
    policy fragments/NAME/policy.xml
    named values/NAME/namedValueInformation.json
    products/NAME/productInformation.json, policy.xml, apis.json or apis/API/
    version sets/NAME/versionSetInformation.json
    diagnostics/NAME/diagnosticInformation.json, apis/NAME/diagnostics/...

Only apis/ is needed. The folders themselves are named as APIOps names them.
Source: https://github.com/Azure/apiops.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from apim_gateway.errors import ConfigError
from apim_gateway.reading import api, entities, fields, files, named_values, openapi
from apim_gateway.reading.api import Api
from apim_gateway.reading.definition import Definition, Product
from apim_gateway.reading.fields import Fields
from apim_gateway.reading.operations import Operation, most_specific_first
from apim_gateway.reading.scopes import INHERIT, Source, scope_of
from apim_gateway.running.backends import Backend, Breaker, Target, is_address

POLICY, API_FILE = "policy.xml", "apiInformation.json"
OTHER_KINDS = {".wadl": "WADL", ".graphql": "GraphQL", ".wsdl": "WSDL"}
SEGMENT = "Segment"  # the versioning scheme that this gateway knows: a part of the path


def is_one(folder: Path) -> bool:
    """Tell whether a folder is laid out so."""
    return any(folder.glob(f"apis/*/{API_FILE}"))


def load(
    folder: Path,
    addresses: Mapping[str, str] = {},
    named: Mapping[str, str] = {},
    only: Collection[str] = (),
) -> Definition:
    """Return the gateway in a folder. Raises ConfigError that names the file at fault.

    addresses: the servers that stand in for backends here, by name. `named` are named values that
    win over those of the folder, where secrets have none. `only`: the APIs wanted; empty: all.
    """
    there = _apis(folder)
    if not there:
        raise ConfigError(f"{folder} has no API in it: apis/NAME/{API_FILE} is wanted")
    for name in sorted(set(only) - set(there)):
        raise ConfigError(f"--only {name}: the folder has {', '.join(there)}")
    values = {**values_of(folder), **named}
    targets = entities.targets(dict(_properties(folder, "backends", "backend", values)), addresses)
    apis = tuple(
        _api(folder, name, item, targets)
        for name, item in _properties(folder, "apis", "api", values)
        if not only or name in only
    )
    sources = {scope_of(): source for source in source_of(folder)}
    for each in apis:
        home = folder / "apis" / each.name
        sources.update((scope_of(each.name), source) for source in source_of(home))
        known = {openapi.name_of(one.name).lower(): one.name for one in each.operations}
        for name, source in operation_sources(home).items():
            operation = known.get(openapi.name_of(name).lower())
            if operation is None:
                names = ", ".join(known.values()) or "none"
                raise ConfigError(f"{source.file}: the API has no such operation ({names})")
            sources[scope_of(each.name, operation)] = source
    products = products_of(folder)
    for product in products:
        home = folder / "products" / product.name
        default = Source(INHERIT, str(home / POLICY))
        sources[scope_of(product=product.name)] = next(source_of(home), default)
    return Definition(apis, targets, sources, fragments_of(folder), values, products)


def _apis(folder: Path) -> list[str]:
    return sorted(file.parent.name for file in folder.glob(f"apis/*/{API_FILE}"))


def source_of(home: Path) -> Iterator[Source]:
    """Yield the policy in a folder, where there is one. Raises ConfigError."""
    file = home / POLICY
    if file.exists():
        yield Source(files.read(file), str(file))


def operation_sources(home: Path) -> dict[str, Source]:
    """Return the policies of an API's operations, by the names of their folders."""
    found = sorted(home.glob(f"operations/*/{POLICY}"))
    return {file.parent.name: Source(files.read(file), str(file)) for file in found}


def fragments_of(folder: Path) -> dict[str, Source]:
    """Return the policy fragments of a folder by name."""
    found = sorted(folder.glob(f"policy fragments/*/{POLICY}"))
    return {file.parent.name: Source(files.read(file), str(file)) for file in found}


def _properties(
    folder: Path, kinds: str, kind: str, values: Mapping[str, str] = {}
) -> Iterator[tuple[str, Fields]]:
    """Yield the name and the properties of each resource of a kind."""
    for file in sorted(folder.glob(f"{kinds}/*/{kind}Information.json")):
        yield file.parent.name, _filled(fields.load(file).at("properties"), values)


def _filled(item: Fields, values: Mapping[str, str]) -> Fields:
    """Return the object with the named values in its texts; unknown ones stay."""

    def fill(value: object) -> object:
        if isinstance(value, str):
            return named_values.UNKNOWN.sub(lambda m: values.get(m.group(1), m.group()), value)
        if isinstance(value, list):
            return [fill(each) for each in value]
        if isinstance(value, dict):
            return {key: fill(each) for key, each in value.items()}
        return value

    return Fields(fill(item.value), item.file, item.place)


def values_of(folder: Path) -> dict[str, str]:
    """Return the named values of a folder that are no secrets."""
    found = _properties(folder, "named values", "namedValue")
    return {
        item.text("displayName", name): item.text("value")
        for name, item in found
        if item.get("value") is not None  # secrets have none, and what is in a key vault
    }


def _api(folder: Path, name: str, item: Fields, targets: dict[str, Target]) -> Api:
    kind = str(item.get("type") or item.get("apiType") or "http").lower()
    if kind != "http":
        item.refuse(
            "type", f"an API of type {kind!r} does not run here; name the others with --only"
        )
    plain, _, revision = name.partition(";rev=")
    path = api.free_path(item, root=True)
    version = item.text("apiVersion", "")
    if version and item.get("apiVersionSetId"):
        path = _versioned(folder, item, path, version)
    if revision:
        path = f"{path};rev={revision}"
    service, backend = item.text("serviceUrl", ""), ""
    if service:
        if not is_address(service):
            item.refuse("serviceUrl", f"{service!r} should be an http or https address")
        backend = f"serviceUrl of {name}"
        targets[backend] = Backend(backend, service.rstrip("/"), Breaker(None), entity=False)
    return Api(
        name=name,
        display_name=item.text("displayName", plain),
        path=path,
        keys=api.keys(item),
        operations=_operations(folder / "apis" / name),
        backend=backend,
        revision=revision or item.text("apiRevision", "1"),
        version=version,
    )


def _versioned(folder: Path, item: Fields, path: str, version: str) -> str:
    """Return the path with the version in it."""
    name = item.text("apiVersionSetId").rpartition("/")[2]
    found = sorted(folder.glob(f"version sets/{name}/*ersionSetInformation.json"))
    scheme = SEGMENT
    if found:
        scheme = fields.load(found[0]).at("properties").text("versioningScheme", SEGMENT)
    if scheme != SEGMENT:
        item.refuse(
            "apiVersionSetId", f"versions by {scheme} do not run here, only those by {SEGMENT}"
        )
    return path if path.split("/")[-1] == version else f"{path}/{version}".strip("/")


def _operations(home: Path) -> tuple[Operation, ...]:
    for file in sorted(home.glob("specification.*")):
        if file.suffix in OTHER_KINDS:
            kind = OTHER_KINDS[file.suffix]
            raise ConfigError(
                f"{file}: {kind} is not read here, only OpenAPI in JSON; name the other APIs with "
                "--only"
            )
        return most_specific_first(openapi.load(file))
    raise ConfigError(f"{home} needs specification.json: an OpenAPI document of its operations")


def products_of(folder: Path) -> tuple[Product, ...]:
    """Return the published products. Raises ConfigError for an API that is not there."""
    apis = _apis(folder)
    found = []
    for name, item in _properties(folder, "products", "product"):
        home = folder / "products" / name
        linked = {file.parent.name for file in home.glob("apis/*/productApiInformation.json")}
        if (home / "apis.json").exists():
            linked |= {each.text("name") for each in fields.load_list(home / "apis.json")}
        for each in sorted(linked - set(apis)):
            raise ConfigError(f"{home}: no API {each!r} is known ({', '.join(apis)})")
        if item.text("state", "published") == "published":
            needed = item.flag("subscriptionRequired", True)
            found.append(Product(name, item.text("displayName", name), frozenset(linked), needed))
    return tuple(found)


def body_bytes(folder: Path, name: str) -> dict[str, int]:
    """Return the bytes of response bodies that each diagnostic of an API logs.

    One of the API's own counts in place of the one of all APIs that has its name.
    """
    return {
        file.parent.name: _bytes(fields.load(file).at("properties"))
        for home in (folder, folder / "apis" / name)
        for file in sorted(home.glob("diagnostics/*/diagnosticInformation.json"))
    }


def _bytes(item: Fields) -> int:
    sides = (item.maybe(side).maybe("response").maybe("body") for side in ("frontend", "backend"))
    return max(int(side.number("bytes") or 0) for side in sides)
