"""Request traces, as API Management hands them out to who holds a debug token.

Source: https://learn.microsoft.com/azure/api-management/api-management-howto-api-inspector: a token
from listDebugCredentials goes into the header Apim-Debug-Authorization, the response's header
Apim-Trace-Id names the trace, and listTrace returns it. The entries of each flush are ours.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Optional

from apim_gateway.running.sections import INBOUND, OUTBOUND

KEPT = 100  # traces
LONGEST = 3_600.0  # seconds a token is good for
HEADER = "Apim-Debug-Authorization"
STARTED = "Response headers have been sent to the caller. Starting to stream the response body."
COMPLETE = "Response body streaming to the caller is complete."
RELAY = "transfer-response"


class Trace:
    """Gather what happens to one request, section by section."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.id = secrets.token_hex(16)
        self._clock = clock
        self._start = clock()
        self._started = datetime.now(timezone.utc)
        self._section = INBOUND
        self._entries: dict[str, list[dict[str, Any]]] = {}
        self._carry = b""

    def enter(self, section: str) -> None:
        """Let what follows belong to `section`."""
        self._section = section

    def add(self, source: str, data: Mapping[str, object]) -> None:
        """Add an entry now."""
        elapsed = self._clock() - self._start
        entry = {
            "source": source,
            "timestamp": (self._started + timedelta(seconds=elapsed)).isoformat(),
            "elapsed": _span(elapsed),
            "data": dict(data),
        }
        self._entries.setdefault(self._section, []).append(entry)

    def streaming(self, released: str) -> None:
        """Note that the headers are out, and how the body will follow."""
        self._section = OUTBOUND
        self.add(RELAY, {"message": STARTED, "released": released})

    def flushed(self, data: bytes) -> None:
        """Note one release to the client, with the events that ended in it."""
        seen = self._carry + data
        self._carry = seen[-1:] if not seen.endswith(b"\n\n") else b""
        events = seen.count(b"\n\n")
        milliseconds = round((self._clock() - self._start) * 1000, 1)
        self.add("flush", {"bytes": len(data), "events": events, "milliseconds": milliseconds})

    def streamed(self) -> None:
        """Note that the body is complete."""
        self.add(RELAY, {"message": COMPLETE})

    def document(self) -> dict[str, Any]:
        """Return the trace in the shape of listTrace."""
        return {"traceId": self.id, "traceEntries": self._entries}


class Traces:
    """Hand out debug tokens for one API and keep the newest traces."""

    def __init__(self, api: str, clock: Callable[[], float] = time.time) -> None:
        self._api = api
        self._clock = clock
        self._tokens: dict[str, float] = {}
        self._kept: OrderedDict[str, Trace] = OrderedDict()

    def grant(self, api: str, seconds: float) -> str:
        """Return a token for `api`, good for `seconds`, an hour at most."""
        token = f"aid={api}&p=tracing&s={secrets.token_urlsafe(24)}"
        now = self._clock()
        self._tokens = {old: end for old, end in self._tokens.items() if end > now - LONGEST}
        self._tokens[token] = now + min(seconds, LONGEST)
        return token

    def begin(self, token: str) -> tuple[Optional[Trace], dict[str, str]]:
        """Start a trace for a request's `token`; the headers go into the response."""
        end = self._tokens.get(token)
        if end is None or not token.startswith(f"aid={self._api}&"):
            text = f"The token was not obtained for the API '{self._api}'."
            return None, {f"{HEADER}-WrongAPI": text}
        if end <= self._clock():
            moment = datetime.fromtimestamp(end, timezone.utc).isoformat(timespec="seconds")
            return None, {f"{HEADER}-Expired": f"The token expired at {moment}."}
        trace = Trace()
        self._kept[trace.id] = trace
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return trace, {"Apim-Trace-Id": trace.id}

    def find(self, identity: str) -> Optional[Trace]:
        """Return a trace that is still kept."""
        return self._kept.get(identity)


def _span(seconds: float) -> str:
    ticks = round(seconds * 10_000_000)
    whole, fraction = divmod(ticks, 10_000_000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{fraction:07}"
