"""Deploy a gateway, record what streams through it, draw it and check it."""

from __future__ import annotations

import importlib
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import LabError
    from .lab import Lab
    from .stream import Recording
    from .timeline import picture, strip, table

__all__ = ["Lab", "LabError", "Recording", "picture", "strip", "table"]

# Apple's python3 has LibreSSL, of which urllib3 warns as soon as requests is imported. The lab's
# own calls are to loopback, where there is no TLS.
warnings.filterwarnings("ignore", "urllib3 v2 only supports OpenSSL")

# Loaded when they are first asked for: the gateway and the mock live in this package too, and
# should not wait for the openai SDK when they start.
_HOMES = {
    "Lab": "lab",
    "LabError": "errors",
    "Recording": "stream",
    "picture": "timeline",
    "strip": "timeline",
    "table": "timeline",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
