"""The responses that the Responses API keeps, to be fetched, cancelled or gone on from."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional

from .errors import RefusedError
from .wire import Event, Json, hexadecimal, seeded

MOST = 1_000  # older ones are forgotten


Replay = Callable[[], Iterator[Event]]  # gives a stream's events with their silences once more


@dataclass
class Kept:
    """Hold a response: how it began, how it ends, and from when on it has ended."""

    started: Json
    ended: Json
    items: list[Json]
    began: float  # seconds on the clock
    ready: float
    events: Optional[Replay] = None  # where it is made in the background and streamed
    cancelled: Optional[float] = None  # since when


class Memory:
    """Keep responses by id."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def keep(
        self,
        started: Json,
        ended: Json,
        asked: Any,
        seconds: float = 0.0,
        events: Optional[Replay] = None,
    ) -> None:
        """Keep a response that has ended after so many seconds; `asked` is its input."""
        items, now = _items(str(started["id"]), asked), self._clock()
        self._kept[started["id"]] = Kept(started, ended, items, now, now + seconds, events)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def get(self, name: str) -> Json:
        """Return a response as it is now. Raises RefusedError."""
        kept = self._find(name)
        if kept.cancelled is not None:
            return {**kept.started, "status": "cancelled"}
        if self._clock() < kept.ready:
            return {**kept.started, "status": "in_progress"}
        return kept.ended

    def delete(self, name: str) -> Json:
        """Forget a response. Raises RefusedError."""
        self._find(name)
        del self._kept[name]
        return {"id": name, "object": "response.deleted", "deleted": True}

    def cancel(self, name: str) -> Json:
        """Stop a response that is made in the background. Raises RefusedError."""
        kept = self._find(name)
        if not kept.started["background"]:
            raise RefusedError("not in background")
        if kept.cancelled is None and self._clock() < kept.ready:
            kept.cancelled = self._clock()
        return self.get(name)

    def stream(self, name: str, after: int) -> Iterator[Event]:
        """Return the events after that number of a stream in the background, where it is by now.

        What has been sent by now comes at once. Raises RefusedError.
        """
        kept = self._find(name)
        if kept.events is None:
            raise RefusedError("not streamed", got=name)
        return self._rest(kept, kept.events(), after)

    def _rest(self, kept: Kept, events: Iterator[Event], after: int) -> Iterator[Event]:
        due = last = kept.began
        for number, event in enumerate(events):
            due += event.wait
            if kept.cancelled is not None and due > kept.cancelled:
                return
            if number > after:
                now = max(last, self._clock())
                yield event._replace(wait=max(due - now, 0.0))
                last = max(now, due)

    def input_items(self, name: str) -> Json:
        """Return what a response was asked, the latest first. Raises RefusedError."""
        items = self._find(name).items[::-1]
        ids = [item["id"] for item in items] or [None]
        ends = {"first_id": ids[0], "last_id": ids[-1], "has_more": False}
        return {"object": "list", "data": items, **ends}

    def tokens(self, name: str) -> int:
        """Return the tokens that go before an answer to a response. Raises RefusedError."""
        if name not in self._kept:
            raise RefusedError("no previous response", got=name)
        usage = self.get(name).get("usage") or {}
        return int(usage.get("total_tokens", 0))

    def _find(self, name: str) -> Kept:
        if name not in self._kept:
            raise RefusedError("no response", got=name)
        return self._kept[name]


def _items(name: str, asked: Any) -> list[Json]:
    listed: Sequence[Any] = asked if isinstance(asked, list) else [_message(asked)]
    rng = seeded(name)
    return [
        {"id": hexadecimal(_prefix(item), 50, rng), "status": "completed", **_typed(item)}
        for item in listed
    ]


def _message(text: Any) -> Json:
    return {"role": "user", "content": text}


def _typed(item: Json) -> Json:
    typed = {"type": "message", **item}
    if isinstance(item.get("content"), str):
        kind = "output_text" if item.get("role") == "assistant" else "input_text"
        typed["content"] = [{"type": kind, "text": item["content"]}]
    return typed


def _prefix(item: Json) -> str:
    return "msg_" if item.get("type", "message") == "message" else "item_"
