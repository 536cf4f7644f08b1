"""Read a chat completion as it arrives: its text, its instants, and how it ended.

One definition each, as vLLM and NVIDIA AIPerf have them: time to first token (TTFT) is the wait for
the first text, inter-token latency a gap between two pieces of text, time per output token (TPOT)
the mean after the first, end-to-end latency all of it. Tokens are those that usage counts.

The rules come from what Azure really sends: the first chunk has no choices, a choice may have no
delta, usage comes last and only on request, and a stream that simply stops raises nothing. An
answer is whole only when a finish reason says so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Optional

import openai
import openai.resources.chat.completions  # else at the first call, under the stopwatch: a second

from .errors import StreamError

_TransportError: type[Exception] = openai.APIError
with suppress(ImportError):  # openai 2 lets the transport's own errors through; openai 3 wraps them
    from httpx import HTTPError

    _TransportError = HTTPError

# What can end a stream once it has begun; ValueError: bytes that are no JSON or no UTF-8.
_BROKEN = (openai.APIError, _TransportError, ValueError)
# The reader left: the loop, the kernel's stop button, a cancelled task.
_LEFT = (GeneratorExit, KeyboardInterrupt, asyncio.CancelledError)

_OUTCOMES = {"stop": "complete", "tool_calls": "complete", "function_call": "complete"}
_OUTCOMES.update({"length": "cut", "content_filter": "blocked"})


@dataclass(frozen=True)
class Delta:
    """Hold one piece of text and the instant it arrived, in seconds since the request."""

    at: float
    text: str


@dataclass
class Recording:
    """Record one completion; the clock starts when the recording is made.

    All instants are seconds since then, None for what has not happened. Text is that of every
    choice in the order of arrival.
    """

    label: str
    clock: Callable[[], float] = field(default=time.perf_counter, repr=False)
    deltas: list[Delta] = field(default_factory=list, repr=False)
    chunks: int = 0
    headers_at: Optional[float] = field(default=None, repr=False)
    ended_at: Optional[float] = field(default=None, repr=False)
    finish_reasons: dict[int, str] = field(default_factory=dict)
    filtered: list[str] = field(default_factory=list)
    unfiltered: bool = False  # the content filter said that it could not do its work
    usage: Any = field(default=None, repr=False)
    error: Optional[Exception] = None
    _stopped: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        self._start = self.clock()

    def read(self, stream: Any) -> Iterator[str]:
        """Yield each piece of text as it arrives and close the stream at the end.

        A stream that breaks ends the iteration: what had come is kept, `error` says why, and
        `outcome` tells it from a whole answer. Takes what `create(stream=True)` returns, or any
        chunks in their order. Raises StreamError for an answer that was not streamed.
        """
        self._begin(stream, "__iter__")
        try:
            with self._reading():
                for chunk in stream:
                    yield from self._texts(chunk)
        finally:
            if hasattr(stream, "close"):
                stream.close()

    async def aread(self, stream: Any) -> AsyncIterator[str]:
        """Yield each piece of text as it arrives, as `read` does, for the asynchronous client."""
        self._begin(stream, "__aiter__")
        try:
            with self._reading():
                async for chunk in stream:
                    for text in self._texts(chunk):
                        yield text
        finally:
            if hasattr(stream, "close"):
                await stream.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Note how the reading of a stream ends, whoever ends it."""
        try:
            yield
        except _BROKEN as error:
            self.error = error
        except _LEFT:
            self._stopped = True
            raise
        finally:
            self.ended_at = self._now()

    def whole(self, completion: Any) -> str:
        """Record an answer that came in one piece and return its text.

        Raises StreamError for a stream.
        """
        self._begin(completion, "choices")
        text = ""
        for choice in completion.choices:
            text += choice.message.content or choice.message.refusal or ""
            self._judge(choice)
        self.deltas.append(Delta(self._now(), text))
        self.usage, self.ended_at = completion.usage, self._now()
        return text

    @property
    def text(self) -> str:
        """Return the text that has arrived."""
        return "".join(delta.text for delta in self.deltas)

    @property
    def outcome(self) -> str:
        """Tell how the answer ended.

        complete, cut (at the token limit), blocked (by the content filter), truncated (it stopped
        without a finish reason), failed (an error came instead) or stopped (the reader left).
        """
        if self.error is not None:
            return "failed"
        ends = {_OUTCOMES.get(reason, reason) for reason in self.finish_reasons.values()}
        if self.filtered or "blocked" in ends:
            return "blocked"
        # A generator that its reader has dropped may be closed only later.
        if self._stopped or (self.headers_at is not None and self.ended_at is None):
            return "stopped"
        return "truncated" if not ends else "cut" if "cut" in ends else ends.pop()

    def require_complete(self) -> str:
        """Return the text of a whole answer. Raises StreamError for any other outcome."""
        if self.outcome != "complete":
            raise StreamError(
                f"{self.label}: the answer is {self.outcome} after {len(self.text)} characters"
                f"{f': {self.error}' if self.error else ''}; what came is in .text"
            ) from self.error
        return self.text

    @property
    def ttft(self) -> Optional[float]:
        """Return the time to first token: when the first text arrived, in seconds."""
        return self.deltas[0].at if self.deltas else None

    @property
    def gaps(self) -> list[float]:
        """Return the inter-token latencies: the times between consecutive deltas, in seconds."""
        return [b.at - a.at for a, b in zip(self.deltas, self.deltas[1:])]

    @property
    def time_per_output_token(self) -> Optional[float]:
        """Return the mean time per output token (TPOT) after the first one, in seconds.

        Tokens are those the service counted, less those of reasoning, which nobody sees; without
        usage, deltas stand in for them. None for fewer than two.
        """
        tokens = len(self.deltas)
        if self.usage is not None:
            details = self.usage.completion_tokens_details
            reasoning = (details.reasoning_tokens if details else 0) or 0
            tokens = self.usage.completion_tokens - reasoning
        if tokens < 2 or len(self.deltas) < 2:
            return None
        return (self.deltas[-1].at - self.deltas[0].at) / (tokens - 1)

    @property
    def tokens_per_second(self) -> Optional[float]:
        """Return the output speed after the first token: the inverse of TPOT."""
        return 1 / self.time_per_output_token if self.time_per_output_token else None

    def _now(self) -> float:
        return self.clock() - self._start

    def _begin(self, given: Any, wanted: str) -> None:
        """Start with an answer that has the attribute `wanted`. Raises StreamError."""
        if self.headers_at is not None:
            raise StreamError(f"{self.label}: already used; make a new Recording for each request")
        whole = hasattr(given, "choices")  # it can be iterated, too: over its fields
        if not hasattr(given, wanted) or (whole and wanted != "choices"):
            raise self._misused(given)
        self.headers_at = self._now()

    def _misused(self, given: Any) -> StreamError:
        kind = type(given).__name__
        if hasattr(given, "choices"):
            advice = "is a whole answer: ask with stream=True, or record it with whole()"
        elif hasattr(given, "__aiter__"):
            advice = "comes from the asynchronous client: read it with aread()"
        elif hasattr(given, "__iter__"):
            advice = "is a stream: read it with read(), or ask without stream=True"
        else:
            advice = "is no answer: pass what create() returns, awaited where it is asynchronous"
        return StreamError(f"{self.label}: {kind} {advice}")

    def _texts(self, chunk: Any) -> Iterator[str]:
        now = self._now()
        self.chunks += 1
        self.usage = getattr(chunk, "usage", None) or self.usage
        for choice in chunk.choices or ():
            self._judge(choice)
            # None in the annotations of the asynchronous content filter; legacy completions have
            # a text in its place.
            delta = getattr(choice, "delta", None)
            text = delta.content or delta.refusal if delta else getattr(choice, "text", None)
            if text:
                self.deltas.append(Delta(now, text))
                yield text

    def _judge(self, choice: Any) -> None:
        if choice.finish_reason:
            self.finish_reasons[choice.index] = choice.finish_reason
        verdicts = (choice.model_extra or {}).get("content_filter_results") or {}
        self.unfiltered = self.unfiltered or "error" in verdicts
        for category, verdict in verdicts.items():
            if _is_filtered(verdict) and category not in self.filtered:
                self.filtered.append(category)


def _is_filtered(verdict: Any) -> bool:
    """Tell whether a verdict blocks; block lists come as an object (2025) or a list (2026)."""
    if isinstance(verdict, list):
        return any(_is_filtered(entry) for entry in verdict)
    return isinstance(verdict, dict) and verdict.get("filtered") is True
