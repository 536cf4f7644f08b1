"""What became of each stream, for `GET /streams`."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass

from . import wire
from .wire import Event, Json

MOST_ENTRIES = 1000  # older ones are forgotten


@dataclass
class Entry:
    """Hold one stream: what was asked for, what was sent, how it ended."""

    id: str  # apim-request-id
    path: str
    deployment: str
    scenario: str
    events: int = 0
    tokens: int = 0
    bytes: int = 0
    ended: str = "running"

    @property
    def completed(self) -> bool:
        """Tell whether the last event was sent."""
        return self.ended == "completed"

    def sent(self, event: Event) -> None:
        """Count an event as sent; the last one completes the stream."""
        self.events += event.kind != wire.PIECE
        self.tokens += event.tokens
        self.bytes += len(event.data)
        if event.kind == wire.LAST:
            self.ended = "completed"

    def left(self) -> None:
        """Note that the client went away before the end."""
        self.ended = f"client left after {self.tokens} tokens"

    def over(self) -> None:
        """Note that no event is left; without the last one, the scenario held it back."""
        if self.ended == "running":
            self.ended = f"fault {self.scenario}"


class StreamLog:
    """Keep the latest streams, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)

    def add(self, entry: Entry) -> None:
        """Add a stream that is about to start."""
        self._entries.append(entry)

    def entries(self) -> list[Json]:
        """Return what is known of each stream, oldest first."""
        return [asdict(entry) for entry in self._entries]

    def clear(self) -> None:
        """Forget all streams."""
        self._entries.clear()
