"""What an arrival means: bytes and times in, a verdict out.

The signs, each of which one cause leaves and the others do not:
- text in small groups all the time: nobody gathers;
- the whole text within a moment, at the end: somebody waits for the end;
- releases of which none but the last is smaller than a block, or that cut events in two: somebody
  counts bytes, as API Management's forward-request does with 8 KB;
- releases of whole events in all sizes: somebody looks at text, as Azure's content filter does.
Windows of a filter may by chance have the size of a block. Asked once more with larger events,
blocks keep their bytes and windows keep their events.

Source of the 8 KB: https://learn.microsoft.com/azure/api-management/forward-request-policy
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from .arrival import Arrival

EVEN = "even"
BLOCKS = "gateway-blocks"
FILTER = "filter-bursts"
BURSTS = "bursts"
LATE = "late-block"
GATHERED = "client-gathers"
NOT_ASKED = "not-asked"
NOT_STREAMED = "not-streamed"
TOO_SHORT = "too-short"
REFUSED = "refused"

BLOCK = 8_192  # API Management's
BLOCK_SIZES = (4_096, BLOCK, 16_384, 32_768, 65_536)  # and those of common proxies
SMALL = 3  # events with text in a release: nobody sees a gathering of so few
FEW = 6  # events with text that say nothing about a rhythm
MODEL_SECONDS = 0.002  # for a token: no model writes faster

# What a second request should change.
LONGER, LARGER_EVENTS = "longer", "larger events"


@dataclass(frozen=True)
class Verdict:
    """Hold the cause, what speaks for it, and what a second request would settle, if anything."""

    cause: str
    because: str
    doubt: str = ""


def judge(arrival: Arrival, second: Optional[Arrival] = None) -> Verdict:
    """Tell what happened to an answer on its way.

    `second` is the answer to the request that a doubt called for: longer, or the same with larger
    events.
    """
    first = _alone(arrival)
    if second is None or not first.doubt:
        return first
    again = _alone(second)
    if first.doubt == LONGER:
        return again if again.cause != REFUSED else first
    return _compared(first, arrival, second)


def _alone(arrival: Arrival) -> Verdict:
    if arrival.status != 200:
        return Verdict(REFUSED, f"the answer is {arrival.status}")
    if not arrival.is_stream:
        kind = arrival.content_type or "no content type"
        if not arrival.asked:
            return Verdict(NOT_ASKED, f"the request had no stream: true, the answer is {kind}")
        return Verdict(NOT_STREAMED, f"a stream was asked for, the answer is {kind}")
    texts = arrival.texts
    if not texts:
        return Verdict(TOO_SHORT, "no text came", LONGER)
    per_token = arrival.span / max(len(texts) - 1, 1)
    if per_token < MODEL_SECONDS and len(texts) > 1:
        return _at_once(arrival)
    if arrival.texts_per_release <= SMALL:
        if len(texts) < FEW:
            return Verdict(TOO_SHORT, f"only {len(texts)} events with text came", LONGER)
        return Verdict(
            EVEN,
            f"{len(texts)} events with text came in {_texts(arrival)} releases",
        )
    if _texts(arrival) < 4 or len(texts) < FEW:
        return Verdict(TOO_SHORT, f"text came in only {_texts(arrival)} releases", LONGER)
    return _gathered(arrival)


def _at_once(arrival: Arrival) -> Verdict:
    """Judge an answer whose text came within a moment."""
    waited, size = arrival.texts[0].at, len(arrival.body)
    if waited < len(arrival.texts) * MODEL_SECONDS:
        return Verdict(
            TOO_SHORT,
            f"all text was there after {waited:.2f} s, faster than a model writes",
            LONGER,
        )
    if size < 2 * BLOCK:
        return Verdict(
            TOO_SHORT,
            f"all text came at once, but {size:,} bytes may be a single block of a gateway",
            LONGER,
        )
    return Verdict(
        LATE,
        f"all {len(arrival.texts)} events with text came at {waited:.2f} s of "
        f"{arrival.ended_at:.2f} s, {size:,} bytes at once",
    )


def _gathered(arrival: Arrival) -> Verdict:
    sizes = [len(read.data) for read in arrival.reads[:-1]]
    common, times = Counter(sizes).most_common(1)[0]
    if arrival.aligned < 0.5 and common in BLOCK_SIZES and times * 2 > len(sizes):
        return Verdict(
            BLOCKS, f"{times} of {len(sizes)} pieces have {common:,} bytes and cut events in two"
        )
    block = _block(arrival)
    if block:
        return Verdict(
            BLOCKS,
            f"of {len(sizes)} pieces none but the last is smaller than {block:,} bytes, most have "
            f"{statistics.median(sizes):,.0f}",
            LARGER_EVENTS,
        )
    return _of_the_service(arrival)


def _block(arrival: Arrival) -> int:
    """Return the size of the blocks that the pieces could be, 0 where they are none."""
    sizes = [len(read.data) for read in arrival.reads[:-1]]
    middle = statistics.median(sizes)
    fitting = [block for block in BLOCK_SIZES if min(sizes) >= block > middle / 2]
    return max(fitting, default=0) if len(sizes) > 2 else 0


def _of_the_service(arrival: Arrival) -> Verdict:
    counts = [release.texts for release in arrival.releases if release.texts]
    sizes = [release.size for release in arrival.releases if release.texts]
    told = (
        f"whole events, some {statistics.median(counts):.0f} at a time, in releases of "
        f"{min(sizes):,} to {max(sizes):,} bytes"
    )
    if any(event.offsets for event in arrival.events):
        return Verdict(BURSTS, f"{told}, though the content filter is the asynchronous one")
    judged = sum(event.judged for event in arrival.texts)
    if judged * 2 > len(arrival.texts):
        return Verdict(FILTER, f"{told}; {judged} of {len(arrival.texts)} carry filter results")
    return Verdict(BURSTS, f"{told}, and no result of a content filter")


def _compared(first: Verdict, arrival: Arrival, second: Arrival) -> Verdict:
    """Settle whether bytes or events are counted, by an answer with events of another size."""
    again = _alone(second)
    if again.cause == EVEN and _block(second):
        again = _gathered(second)  # a block holds few of the larger events: 3 of 1,400 in 4 KB
    grown = second.event_size / arrival.event_size
    if again.cause not in (BLOCKS, FILTER, BURSTS) or abs(math.log(grown)) < 0.05:  # too alike
        return unsettled(first)
    smallest = [min(len(read.data) for read in each.reads[:-1]) for each in (arrival, second)]
    kept, scaled = math.log(smallest[1] / smallest[0]), math.log(grown)
    told = (
        f"with events of {second.event_size:.0f} bytes instead of {arrival.event_size:.0f} the "
        f"smallest piece has {smallest[1]:,} bytes instead of {smallest[0]:,}"
    )
    if again.cause == BLOCKS and abs(kept) < abs(kept - scaled):
        return Verdict(BLOCKS, f"{first.because}; {told}")
    service = _of_the_service(arrival)
    return Verdict(service.cause, f"{service.because}; {told}")


def unsettled(verdict: Verdict) -> Verdict:
    """Return what is left where no second answer could settle the doubt of a verdict."""
    if verdict.doubt != LARGER_EVENTS:
        return verdict
    return Verdict(
        BURSTS,
        f"{verdict.because}: a gateway's blocks, or windows of a filter that are as large; a "
        "second request settled nothing",
    )


def _texts(arrival: Arrival) -> int:
    return sum(bool(release.texts) for release in arrival.releases)


def in_client(wire: Verdict, instants: Sequence[float], in_one_piece: bool) -> Verdict:
    """Tell what a client made of a stream that was even on the wire.

    `instants` are the times at which its program had a piece of text, in seconds;
    `in_one_piece` tells that it got a whole answer instead of chunks.
    """
    if wire.cause != EVEN:
        return wire  # it is gathered before it gets there
    if in_one_piece:
        return Verdict(NOT_ASKED, f"{wire.because}, but the recording holds an answer in one piece")
    moments = [b - a for a, b in zip(instants, instants[1:])]
    together = sum(moment < MODEL_SECONDS / 2 for moment in moments)
    if len(moments) + 1 < FEW or together * (SMALL + 1) < len(moments) * SMALL:
        return wire
    return Verdict(
        GATHERED,
        f"{wire.because}, but in the recording {together + 1} of {len(instants)} pieces of text "
        "came at the same moment as another",
    )
