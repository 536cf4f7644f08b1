"""What arrived, and when: reads of bytes, the events in them, and the releases they came in.

A release is what became visible at one moment. Times are seconds since the request was sent.
"""

from __future__ import annotations

import bisect
import itertools
import json
import re
import statistics
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Optional

_SEPARATOR = re.compile(rb"\r\n\r\n|\n\n|\r\r")


@dataclass(frozen=True)
class Read:
    """Hold one piece of the body as it was sent: a chunk of the transfer, where there are such."""

    at: float
    data: bytes


@dataclass(frozen=True)
class Event:
    """Hold what one server-sent event says, and when its last byte was there."""

    at: float
    end: int  # offset of the byte behind it
    size: int
    text: str = ""
    judged: bool = False  # carries results of the content filter
    offsets: bool = False  # carries offsets of the asynchronous content filter
    tokens: Optional[int] = None  # output tokens, where it carries usage
    error: bool = False  # tells an error instead of going on


@dataclass(frozen=True)
class Release:
    """Hold what came at one moment."""

    at: float
    size: int  # in bytes
    texts: int  # events with text


@dataclass(frozen=True)
class Arrival:
    """Hold one answer as it came.

    `asked` tells whether the request asked for a stream; `broken` how the answer ended too early,
    or nothing.
    """

    reads: tuple[Read, ...]
    headers_at: float
    ended_at: float
    status: int = 200
    content_type: str = "text/event-stream"
    asked: bool = True
    broken: str = ""

    @cached_property
    def body(self) -> bytes:
        """Return all bytes."""
        return b"".join(read.data for read in self.reads)

    @cached_property
    def is_stream(self) -> bool:
        """Tell whether the answer is a stream of events, also where a policy took its type away."""
        named = self.content_type.partition(";")[0].strip() == "text/event-stream"
        return self.status == 200 and (named or bool(self.events))

    @cached_property
    def cuts(self) -> list[int]:
        """Return the offset behind each read."""
        return list(itertools.accumulate(len(read.data) for read in self.reads))

    @cached_property
    def events(self) -> list[Event]:
        """Return the events in their order; what is no event is left out."""
        found, start = [], 0
        for match in _SEPARATOR.finditer(self.body):
            block, end = self.body[start : match.start()], match.end()
            data = b"\n".join(
                line[5:].strip() for line in block.splitlines() if line.startswith(b"data:")
            )
            if data:
                read = self.reads[bisect.bisect_left(self.cuts, end)]
                found.append(_event(data, read.at, end, end - start))
            start = end
        return found

    @cached_property
    def texts(self) -> list[Event]:
        """Return the events with text."""
        return [event for event in self.events if event.text]

    @property
    def tokens(self) -> Optional[int]:
        """Return the output tokens that usage tells, None where it is not told."""
        return next((event.tokens for event in self.events if event.tokens is not None), None)

    @property
    def ending(self) -> str:
        """Tell how the answer ended too early, or nothing."""
        return self.broken or ("error event" if any(e.error for e in self.events) else "")

    @property
    def ttft(self) -> Optional[float]:
        """Return the time to first token, None without text."""
        return self.texts[0].at if self.texts else None

    @property
    def span(self) -> float:
        """Return the seconds from the first text to the last."""
        return self.texts[-1].at - self.texts[0].at if self.texts else 0.0

    @cached_property
    def releases(self) -> list[Release]:
        """Return the reads, those of the same moment taken together.

        A moment is a fifth of the mean time between two pieces of text, 2 to 5 milliseconds: a
        model that writes on does not get ahead of it, and what was sent at once comes within it.
        """
        mean = self.span / max(len(self.texts) - 1, 1)
        moment = min(max(mean / 5, 0.002), 0.005)  # one long silence makes a mean long, too
        groups: list[list[Read]] = []
        for read in self.reads:
            if groups and read.at - groups[-1][-1].at <= moment:
                groups[-1].append(read)
            else:
                groups.append([read])
        ends = [event.end for event in self.texts]
        found, offset = [], 0
        for group in groups:
            before, offset = offset, offset + sum(len(read.data) for read in group)
            texts = bisect.bisect_right(ends, offset) - bisect.bisect_right(ends, before)
            found.append(Release(group[-1].at, offset - before, texts))
        return found

    @property
    def texts_per_release(self) -> float:
        """Return the median of the events with text in a release, of those that have any."""
        counts = [release.texts for release in self.releases if release.texts]
        return statistics.median(counts) if counts else 0.0

    @property
    def longest_silence(self) -> float:
        """Return the longest time between two releases."""
        instants = [release.at for release in self.releases]
        return max((b - a for a, b in zip(instants, instants[1:])), default=0.0)

    @property
    def aligned(self) -> float:
        """Return the share of the reads, but the last, that end where an event ends."""
        ends = {event.end for event in self.events}
        inner = self.cuts[:-1]
        return sum(cut in ends for cut in inner) / len(inner) if inner else 1.0

    @property
    def event_size(self) -> float:
        """Return the median size of an event with text, in bytes."""
        return statistics.median(event.size for event in self.texts) if self.texts else 0.0


def _event(data: bytes, at: float, end: int, size: int) -> Event:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return Event(at, end, size)
    choices = [choice for choice in _list(said.get("choices")) if isinstance(choice, dict)]
    text = "".join(map(_text, choices))
    if said.get("type") == "response.output_text.delta":  # the Responses API
        text = str(said.get("delta") or "")
    return Event(
        at,
        end,
        size,
        text=text,
        judged=any(choice.get("content_filter_results") for choice in choices),
        offsets=any("content_filter_offsets" in choice for choice in choices),
        tokens=_tokens(said),
        error=bool(said.get("error")) or said.get("type") in ("error", "response.failed"),
    )


def _text(choice: dict[str, Any]) -> str:
    delta = choice.get("delta")
    parts = delta if isinstance(delta, dict) else choice
    found = (parts.get(name) for name in ("content", "refusal", "reasoning_content", "text"))
    return "".join(part for part in found if isinstance(part, str))


def _tokens(said: dict[str, Any]) -> Optional[int]:
    response = said.get("response")
    usage = said.get("usage") or (response.get("usage") if isinstance(response, dict) else None)
    if not isinstance(usage, dict):
        return None
    count = usage.get("completion_tokens", usage.get("output_tokens"))
    return count if isinstance(count, int) else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
