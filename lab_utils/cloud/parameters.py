"""From settings to the parameters of infra/main.bicep."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from azure_resources.az import TEMPORARY

from ..settings import Settings
from .state import Record

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"


def regions(settings: Settings) -> tuple[str, ...]:
    """Return the region of each Azure OpenAI account; none for the mock."""
    if settings.backend == "mock":
        return ()
    return settings.openai_locations or (settings.location,)


def backends(settings: Settings) -> tuple[str, ...]:
    """Return the names of the pool's members, in the order they are tried."""
    if settings.backend == "mock":
        return ("mock",)
    return tuple(f"openai{number}" for number, _ in enumerate(regions(settings), start=1))


def parameters(settings: Settings, lab: Record) -> dict[str, Any]:
    """Return the value of each parameter; none of them is secret."""
    given: dict[str, Any] = {
        "labId": lab.id,
        "location": settings.location,
        "backend": settings.backend,
        "apimSku": settings.apim_sku,
        "publisherEmail": settings.publisher_email,
        "monitoring": settings.monitoring,
        "bearerKey": settings.bearer_key,
        "accountKind": settings.account_kind,
        "model": {
            "name": settings.model,
            "version": settings.model_version,
            "sku": settings.model_sku,
            "capacity": settings.model_capacity,
        },
    }
    if settings.backend == "openai":
        named = zip(backends(settings), regions(settings))
        given["openAiInstances"] = [{"name": name, "location": region} for name, region in named]
    return given


@contextmanager
def parameter_file(settings: Settings, lab: Record) -> Iterator[Path]:
    """Write the parameters to a file only this user can read, and remove it afterwards.

    On a command line every process of the machine could read them.
    """
    document = {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {key: {"value": value} for key, value in parameters(settings, lab).items()},
    }
    with tempfile.TemporaryDirectory(prefix=TEMPORARY) as folder:
        path = Path(folder) / "parameters.json"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(document, file)
        yield path
