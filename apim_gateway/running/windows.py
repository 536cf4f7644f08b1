"""Windows of text: the events of a stream are held until their texts fill one, which is judged.

Source: https://learn.microsoft.com/azure/api-management/llm-content-safety-policy: "the stream
handler buffers events in a sliding window". Inferred: a window goes on whole when it is full, the
next one is full when its new text is, and what is left goes on with the end. A body without events,
such as JSON, goes on with its end.
"""

from __future__ import annotations

import json
import re
from typing import Optional

from apim_gateway.running import dialects
from apim_gateway.wire.relay import Source
from apim_gateway.wire.reply import BrokenError

_END_OF_EVENT = re.compile(rb"\r?\n\r?\n")


class Windowed:
    """Give a body window by window: at first `size` characters, then as many as are new."""

    def __init__(self, source: Source, size: int, overlap: int = 0) -> None:
        self._source, self._size = source, size
        self._further = max(1, size - overlap)
        self._open = bytearray()  # what has not ended as an event
        self._held = bytearray()  # events whose window is not full
        self._characters = 0
        self._broken: Optional[BrokenError] = None

    async def readany(self) -> bytes:
        """Wait for a full window, or the end. Raises BrokenError after what arrived before it."""
        if self._broken:
            raise self._broken
        full = b""
        while not full:
            try:
                data = await self._source.readany()
            except BrokenError as error:
                self._broken = error
                return self._rest() or await self.readany()
            self._open += data
            full = self._windows()
            if self._source.at_eof():
                return full + self._rest()
        return full

    def at_eof(self) -> bool:
        """Tell whether the end is known and everything has been read."""
        return self._source.at_eof() and not (self._open or self._held)

    def _windows(self) -> bytes:
        """Return the windows that are full, without what belongs to the next."""
        full = bytearray()
        done = 0
        for end in _END_OF_EVENT.finditer(self._open):
            event = self._open[done : end.end()]
            done = end.end()
            self._held += event
            self._characters += _characters(bytes(event))
            if self._characters >= self._size:
                full += self._held
                self._held.clear()
                self._characters, self._size = 0, self._further
        del self._open[:done]
        return bytes(full)

    def _rest(self) -> bytes:
        rest = bytes(self._held + self._open)
        self._held.clear()
        self._open.clear()
        return rest


def _characters(event: bytes) -> int:
    """Return how many characters of text an event brings."""
    lines = re.split(rb"\r?\n", event)
    data = b"\n".join(line[5:] for line in lines if line.startswith(b"data:"))
    try:
        return dialects.characters(json.loads(data))
    except (ValueError, RecursionError):
        return 0
