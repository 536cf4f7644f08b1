"""The verdict with its evidence and what to do, as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional, Protocol

from . import verdict as v
from .arrival import Arrival
from .strip import Row, strip
from .verdict import Verdict

_APIM = "https://learn.microsoft.com/azure/api-management"
_SSE = f"{_APIM}/how-to-server-sent-events"
_FILTER = "https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming"


class Timed(Protocol):
    """What has an instant, in seconds since the request."""

    @property
    def at(self) -> float:
        """Return the instant."""


class Seen(Protocol):
    """What a program's own client saw of an answer, as lab_utils.Recording keeps it."""

    @property
    def label(self) -> str:
        """Return its name in the strip."""

    @property
    def deltas(self) -> Sequence[Timed]:
        """Return the pieces of text in the order of their arrival."""

    @property
    def chunks(self) -> int:
        """Return the number of chunks, 0 for an answer in one piece."""

    @property
    def ended_at(self) -> Optional[float]:
        """Return when it ended, in seconds since the request; None where it has not."""


@dataclass(frozen=True)
class Advice:
    """Hold what a cause means, what to do, and the page that explains it."""

    means: str
    do: str
    page: str = ""


ADVICE: Mapping[str, Advice] = {
    v.EVEN: Advice(
        "Nothing on the way gathers this stream.",
        "Where your own program shows blocks all the same, look at how it reads: "
        "lab.probe(seen=RECORDING) compares it with the wire.",
        _SSE,
    ),
    v.BLOCKS: Advice(
        "A gateway counts bytes: it passes the answer on in blocks.",
        'Set buffer-response="false" on the forward-request that is in force, which may stand in '
        "an outer scope; in a proxy of your own, switch its buffering off.",
        f"{_APIM}/forward-request-policy",
    ),
    v.FILTER: Advice(
        "The service's content filter releases the text in bursts, once it has judged them.",
        "No setting of a gateway changes that. The asynchronous filter, a setting of the "
        "deployment, passes text at once; its verdict then may come after the text.",
        _FILTER,
    ),
    v.BURSTS: Advice(
        "Text comes in bursts of whole events, and who gathers them does not show.",
        "Probe the service directly, without the gateway, and compare.",
        _FILTER,
    ),
    v.LATE: Advice(
        "Somebody waits for the end of the answer before passing any of it on.",
        "Look for a policy that reads or replaces the response body (context.Response.Body, "
        "set-body, find-and-replace, validate-content, cache-store, a conversion), for a "
        "diagnostic that logs bodies, and for the Consumption tier: lab.check_streaming(FILE).",
        _SSE,
    ),
    v.GATHERED: Advice(
        "The stream is even on the wire; the client gathers it.",
        "Let the client hand out what has come: requests.post(..., stream=True) with "
        "iter_lines(), the SDK with stream=True in a loop that prints with flush=True.",
        _SSE,
    ),
    v.NOT_ASKED: Advice(
        "No stream was asked for.",
        'Send "stream": true in the body, with the SDK stream=True.',
        _SSE,
    ),
    v.NOT_STREAMED: Advice(
        "A stream was asked for, but the answer is none.",
        "Look for what drops stream from the request, such as a set-body in inbound, or answers "
        "in the model's place, such as a cache or a mock-response.",
        _SSE,
    ),
    v.TOO_SHORT: Advice(
        "The answer was too short, or too fast, to tell.",
        "Probe again with a question that has a longer answer.",
    ),
    v.REFUSED: Advice("The request was refused.", "See to what the answer says."),
}


@dataclass(frozen=True, repr=False)
class Report:
    """Hold what was judged, from which answers by name, and what a refused one said."""

    url: str  # without its query, which may hold a key
    judged: Verdict
    arrivals: Mapping[str, Arrival]
    said: str = ""
    seen: Optional[Seen] = None

    @property
    def verdict(self) -> str:
        """Return the cause: even, gateway-blocks, filter-bursts and so on."""
        return self.judged.cause

    @property
    def advice(self) -> Advice:
        """Return what the cause means and what to do."""
        return ADVICE[self.verdict]

    @property
    def tokens(self) -> Optional[int]:
        """Return the output tokens that all requests took, None where usage does not tell."""
        told = [arrival.tokens for arrival in self.arrivals.values()]
        return sum(filter(None, told)) if any(told) else None

    def __repr__(self) -> str:
        lines = [
            f"{self.verdict}: {self.advice.means}",
            f"Seen: {self.said or self.judged.because}.",
            f"Next: {self.advice.do}",
            *([f"More: {self.advice.page}"] if self.advice.page else []),
        ]
        streams = {name: each for name, each in self.arrivals.items() if each.texts}
        if streams:
            lines += ["", _table(streams), "", self.strip()]
        return "\n".join(lines)

    def strip(self) -> str:
        """Return one line a request: dots wait, blocks are text."""
        rows = [
            Row(name, [event.at for event in each.texts], each.ended_at)
            for name, each in self.arrivals.items()
        ]
        if self.seen:
            rows.append(
                Row(self.seen.label, [delta.at for delta in self.seen.deltas], self.seen.ended_at)
            )
        return strip(rows)

    def json(self) -> dict[str, Any]:
        """Return everything as data; times are seconds, sizes bytes."""
        return {
            "url": self.url,
            "verdict": self.verdict,
            "because": self.said or self.judged.because,
            "means": self.advice.means,
            "next": self.advice.do,
            "page": self.advice.page,
            "tokens": self.tokens,
            "requests": [{"name": name, **_data(each)} for name, each in self.arrivals.items()],
        }


def _data(arrival: Arrival) -> dict[str, Any]:
    sizes = [len(read.data) for read in arrival.reads[:-1]]
    offsets = any(event.offsets for event in arrival.events)
    return {
        "status": arrival.status,
        "content_type": arrival.content_type,
        "headers": round(arrival.headers_at, 4),
        "first_text": None if arrival.ttft is None else round(arrival.ttft, 4),
        "end": round(arrival.ended_at, 4),
        "longest_silence": round(arrival.longest_silence, 4),
        "bytes": len(arrival.body),
        "texts": len(arrival.texts),
        "releases": len(arrival.releases),
        "texts_per_release": arrival.texts_per_release,
        "smallest_piece": min(sizes, default=0),
        "largest_piece": max(sizes, default=0),
        "cut_events": round(1 - arrival.aligned, 3),
        "filter_results": sum(event.judged for event in arrival.texts),
        "filter": "asynchronous" if offsets else "",
        "tokens": arrival.tokens,
        "broken": arrival.ending,
    }


_ROWS: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
    ("first text", lambda d: f"{d['first_text']:.2f} s"),
    ("end", lambda d: f"{d['end']:.2f} s" + (f" ({d['broken']})" if d["broken"] else "")),
    ("longest silence", lambda d: f"{d['longest_silence']:.2f} s"),
    ("events with text", lambda d: f"{d['texts']:,}"),
    ("releases", lambda d: f"{d['releases']:,}"),
    ("events in a release", lambda d: f"{d['texts_per_release']:g}"),
    ("bytes in a piece", lambda d: f"{d['smallest_piece']:,} to {d['largest_piece']:,}"),
    ("pieces that cut an event", lambda d: f"{d['cut_events']:.0%}"),
    ("with filter results", lambda d: d["filter"] or f"{d['filter_results']:,}"),
    ("output tokens", lambda d: "not told" if d["tokens"] is None else f"{d['tokens']:,}"),
)


def _table(arrivals: Mapping[str, Arrival]) -> str:
    columns = {name: _data(arrival) for name, arrival in arrivals.items()}
    rows = [("", *columns)]
    rows += [(label, *(told(data) for data in columns.values())) for label, told in _ROWS]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        "  ".join(
            (label.ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(cells, widths[1:])))
        ).rstrip()
        for label, *cells in rows
    )
