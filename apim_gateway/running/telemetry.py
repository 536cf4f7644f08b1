"""Where metrics, traces and events of policies go: a local file of JSON lines, or nowhere.

In Azure they go to Application Insights and Event Hubs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timezone

Write = Callable[[str], object]


class Telemetry:
    """Write each entry as one JSON line through `write`; one that cannot be written is dropped."""

    def __init__(
        self, write: Write = lambda line: None, close: Callable[[], object] = lambda: None
    ) -> None:
        self._write = write
        self.close = close

    def emit(self, kind: str, request: str, data: Mapping[str, object]) -> None:
        """Write an entry (kind: metric, trace, event or message) for the request of this id."""
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        entry = {"time": now, "kind": kind, "request": request, **data}
        with suppress(OSError, ValueError):  # a full disk or a closed file is no request's fault
            self._write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n")
