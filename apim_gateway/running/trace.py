"""Request traces, as API Management hands them out to who holds a debug token.

Source: https://learn.microsoft.com/azure/api-management/api-management-howto-api-inspector: a token
from listDebugCredentials goes into the header Apim-Debug-Authorization, the response's header
Apim-Trace-Id names the trace, and listTrace returns it. The entries of each flush are ours.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Callable, Optional
from uuid import UUID

from apim_gateway.running.place import Place
from apim_gateway.running.sections import INBOUND, OUTBOUND

KEPT = 100  # traces
LONGEST = 3_600.0  # seconds a token is good for
HEADER = "Apim-Debug-Authorization"
STARTED = "Response headers have been sent to the caller. Starting to stream the response body."
COMPLETE = "Response body streaming to the caller is complete."
RELAY = "transfer-response"
FLUSH = "flush"
# The entry of the policy that runs in this task; those in a wait run in tasks of their own.
_ENTRY: ContextVar[Optional[dict[str, Any]]] = ContextVar("entry", default=None)


LONGEST_VALUE = 200  # characters of a value in an entry
HIDDEN = ("authorization", "key", "token", "secret", "cookie", "password")  # in names of headers


def shown(value: object) -> str:
    """Return a value for an entry: null, a text that may be cut, or what kind of thing it is."""
    if value is None:
        return "null"
    if not isinstance(value, (str, int, float, Decimal, UUID)):
        return f"({type(value).__name__})"
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}... ({len(text):,})"


def masked(name: str, value: str) -> str:
    """Return the value of a header for an entry, unless it may be a credential."""
    return "(hidden)" if any(word in name.lower() for word in HIDDEN) else shown(value)


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

    @property
    def milliseconds(self) -> float:
        """Return the time since the request began."""
        return round((self._clock() - self._start) * 1000, 1)

    def add(self, source: str, data: Mapping[str, object]) -> dict[str, Any]:
        """Add an entry now; return its data, to which more may be added."""
        elapsed = self._clock() - self._start
        told = dict(data)
        entry = {
            "source": source,
            "timestamp": (self._started + timedelta(seconds=elapsed)).isoformat(),
            "elapsed": _span(elapsed),
            "data": told,
        }
        self._entries.setdefault(self._section, []).append(entry)
        return told

    def decided(self, what: Mapping[str, object]) -> None:
        """Add to the entry of the policy that runs."""
        entry = _ENTRY.get()
        if entry is not None:
            entry.update(what)

    def streaming(self, released: str) -> None:
        """Note that the headers are out, and how the body will follow."""
        self._section = OUTBOUND
        self.add(RELAY, {"message": STARTED, "released": released})

    def flushed(self, data: bytes) -> None:
        """Note one release to the client, with the events that ended in it."""
        seen = self._carry + data
        self._carry = seen[-1:] if not seen.endswith(b"\n\n") else b""
        events = seen.count(b"\n\n")
        told = {"bytes": len(data), "events": events, "milliseconds": self.milliseconds}
        self.add(FLUSH, told)

    def streamed(self) -> None:
        """Note that the body is complete."""
        self.add(RELAY, {"message": COMPLETE})

    def document(self) -> dict[str, Any]:
        """Return the trace in the shape of listTrace."""
        return {"traceId": self.id, "traceEntries": self._entries}


@contextmanager
def policy_entry(trace: Optional[Trace], place: Place) -> Iterator[None]:
    """Give a policy that runs an entry of its own, to which `decided` adds."""
    if trace is None:
        yield
        return
    data = trace.add(place.name, {"scope": place.scope, "policy": place.path})
    before, began = _ENTRY.set(data), trace.milliseconds
    try:
        yield
    finally:
        _ENTRY.reset(before)
        data["milliseconds"] = round(trace.milliseconds - began, 1)


class Traces:
    """Hand out debug tokens, each for one API, and keep the newest traces.

    With `keep`, every request is traced, and its trace handed over when it is over.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        keep: Optional[Callable[[Mapping[str, Any]], None]] = None,
    ) -> None:
        self._keep = keep
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

    def begin(self, token: Optional[str], api: str) -> tuple[Optional[Trace], dict[str, str]]:
        """Start a trace for a request to `api`, by its token; the headers go into the response.

        Without a token there is one only where all requests are traced.
        """
        if token is None:
            return (Trace() if self._keep else None), {}
        end = self._tokens.get(token)
        if end is None or not token.startswith(f"aid={api}&"):
            text = f"The token was not obtained for the API '{api}'."
            return None, {f"{HEADER}-WrongAPI": text}
        if end <= self._clock():
            moment = datetime.fromtimestamp(end, timezone.utc).isoformat(timespec="seconds")
            return None, {f"{HEADER}-Expired": f"The token expired at {moment}."}
        trace = Trace()
        self._kept[trace.id] = trace
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return trace, {"Apim-Trace-Id": trace.id}

    def ended(self, trace: Trace, request: str) -> None:
        """Take note that a traced request is over; `request` is its method, path and status."""
        if self._keep:
            self._keep({"request": request, **trace.document()})

    def find(self, identity: str) -> Optional[Trace]:
        """Return a trace that is still kept."""
        return self._kept.get(identity)


def _span(seconds: float) -> str:
    ticks = round(seconds * 10_000_000)
    whole, fraction = divmod(ticks, 10_000_000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{fraction:07}"
