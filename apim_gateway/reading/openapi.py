"""The operations of an API in an OpenAPI document, as an import into API Management makes them.

Read is JSON, of OpenAPI 3 and Swagger 2. An operation is named by its operationId; one without is
named by method and path, as API Management does it.
Source: https://learn.microsoft.com/azure/api-management/import-api-from-oas.
"""

from __future__ import annotations

import re
from pathlib import Path

from apim_gateway.errors import ConfigError
from apim_gateway.reading import fields
from apim_gateway.reading.fields import Fields
from apim_gateway.reading.operations import Operation, operation

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
LONGEST_NAME = 80  # characters of an operation's name
JSON_WANTED = (
    "only JSON is read here. APIOps extracts JSON with API_SPECIFICATION_FORMAT=JSON; "
    "`yq -o=json` turns a file into it"
)


def load(file: Path) -> list[Operation]:
    """Return the operations of a document. Raises ConfigError."""
    if file.suffix.lower() in (".yaml", ".yml"):
        raise ConfigError(f"{file}: {JSON_WANTED}")
    return operations(fields.load(file))


def operations(document: Fields) -> list[Operation]:
    """Return the operations of a document that was read. Raises ConfigError."""
    version = str(document.get("openapi") or document.get("swagger") or "")
    if not version.startswith(("2.", "3.")):
        document.refuse(
            "openapi", f"an OpenAPI document of version 2 or 3 is wanted, not {version!r}"
        )
    paths = document.maybe("paths")
    found = [
        _operation(paths.at(path).at(method), method, path)
        for path in paths.value
        for method in paths.at(path).value
        if method in METHODS
    ]
    names = [each.name.lower() for each in found]
    for each in found:
        if names.count(each.name.lower()) > 1:
            document.refuse("paths", f"two operations are called {each.name!r}")
    return found


def _operation(item: Fields, method: str, path: str) -> Operation:
    name = name_of(item.text("operationId", "") or f"{method} {path}")
    shown = item.text("summary", "") or item.text("operationId", "") or f"{method.upper()} {path}"
    try:
        return operation(name, shown, method, path)
    except ValueError as error:
        item.refuse("", str(error))


def name_of(identity: str) -> str:
    """Return the name of an operation: what cannot stand in one is a hyphen."""
    return re.sub(r"[^0-9A-Za-z_-]+", "-", identity).strip("-")[:LONGEST_NAME]
