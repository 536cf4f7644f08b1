"""What the service checks before it looks at a call's body: the key, then the API version."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import RefusedError
from .validation import Parameter
from .wire import Json

_MODEL = Parameter((str,))

INVALID_KEY = "invalid"  # the one key the mock turns away

# Sources: https://learn.microsoft.com/azure/ai-services/openai/api-version-deprecation and the
# folder names of the specifications in Azure/azure-rest-api-specs.
VERSIONS = (
    "2023-03-15-preview",
    "2023-05-15",
    "2023-06-01-preview",
    "2023-07-01-preview",
    "2023-08-01-preview",
    "2023-09-01-preview",
    "2023-10-01-preview",
    "2023-12-01-preview",
    "2024-02-01",
    "2024-02-15-preview",
    "2024-03-01-preview",
    "2024-04-01-preview",
    "2024-05-01-preview",
    "2024-06-01",
    "2024-07-01-preview",
    "2024-08-01-preview",
    "2024-09-01-preview",
    "2024-10-01-preview",
    "2024-10-21",
    "2024-12-01-preview",
    "2025-01-01-preview",
    "2025-02-01-preview",
    "2025-03-01-preview",
    "2025-04-01-preview",
)
STREAM_OPTIONS_SINCE = "2024-09-01-preview"
RESPONSES_SINCE = "2025-03-01-preview"
V1 = "v1"
UNDATED = (V1, "preview")  # what the specification of v1 lets `api-version` be


def check_key(headers: Mapping[str, str]) -> None:
    """Accept any key or bearer token but none, an empty one, and `invalid`. Raises RefusedError."""
    scheme, _, token = headers.get("Authorization", "").partition(" ")
    key = headers.get("api-key") or (token.strip() if scheme.lower() == "bearer" else "")
    if not key or key == INVALID_KEY:
        raise RefusedError("no access")


def check_version(query: Mapping[str, str], v1: bool, since: str = VERSIONS[0]) -> str:
    """Return the version a call runs under: dated paths need a known one, v1 takes no date.

    Raises RefusedError.
    """
    version = query.get("api-version")
    if v1:
        if version not in (None, *UNDATED):
            raise RefusedError("version on v1")
        return V1
    if version not in VERSIONS:
        raise RefusedError("no resource")
    if version < since:
        raise RefusedError("too old for responses", since=since)
    return version


def model_of(body: Json) -> str:
    """Return the deployment that a body names as its model. Raises RefusedError."""
    name = body.get("model")
    _MODEL.check("model", name)
    if not name:
        raise RefusedError("missing", param="model")
    return str(name)


def knows_stream_options(version: str) -> bool:
    """Tell whether a version takes `stream_options`; older ones refuse it as unknown."""
    return version == V1 or version >= STREAM_OPTIONS_SINCE
