"""One probe from beginning to end: ask, judge, ask once more where that settles a doubt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Optional

from . import sending
from . import verdict as v
from .arrival import Arrival
from .report import Report, Seen
from .sending import Where

COST = (
    "sends one streamed request of some 300 output tokens, and a second one only where the first "
    "leaves a doubt"
)
# What makes each event larger or smaller, so that bytes and events can be told apart.
OTHER_EVENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("larger events", {"logprobs": True, "top_logprobs": 5}),
    ("smaller events", {"stream_options": {"include_obfuscation": False}}),
)


def probe(
    where: Where,
    model: str,
    say: Callable[[str], None],
    *,
    refused: Callable[[int, str], str],
    question: str = "",
    stream: bool = True,
    seen: Optional[Seen] = None,
) -> Report:
    """Say what it costs, send one request, or two, and tell what happened on the way.

    `question` replaces the built-in one and its longer twin. `stream=False` asks for no stream, to
    see what that looks like. `seen` is what the reader's own client saw, for a comparison;
    `refused` words a status other than 200 and its body.
    Raises ProbeError where nobody answers.
    """
    shown = where.url.partition("?")[0]
    say(f"probe of {shown}: {COST}")
    first = _first(where, sending.body(question or sending.QUESTION, model), stream)
    arrivals = {"probe": first}
    verdict = v.judge(first)
    second = None
    if verdict.doubt == v.LONGER and not question:
        second = ("longer", _ask(where, sending.body(sending.LONGER, model)))
    elif verdict.doubt == v.LARGER_EVENTS:
        second = _with_other_events(where, question or sending.QUESTION, model)
    if second is not None:
        arrivals[second[0]] = second[1]
        verdict = v.judge(first, second[1])
    verdict = v.unsettled(verdict)
    if seen is not None:
        instants = [delta.at for delta in seen.deltas]
        verdict = v.in_client(
            verdict, instants, in_one_piece=len(instants) == 1 and not seen.chunks
        )
    said = ""
    if first.status != 200:
        said = refused(first.status, first.body.decode("utf-8", errors="replace"))
    return Report(shown, verdict, arrivals, said, seen)


def _first(where: Where, body: dict[str, Any], stream: bool) -> Arrival:
    if not stream:
        body = {name: body[name] for name in ("model", "messages")}
    arrival = _ask(where, body)
    if arrival.status == 400 and b"stream_options" in arrival.body:  # an old API version
        arrival = _ask(where, {k: body[k] for k in body if k != "stream_options"})
    return arrival


def _with_other_events(where: Where, question: str, model: str) -> Optional[tuple[str, Arrival]]:
    for name, changes in OTHER_EVENTS:
        arrival = _ask(where, sending.body(question, model, **changes))
        if arrival.status == 200:  # not every model takes every parameter; a refusal is free
            return name, arrival
    return None


def _ask(where: Where, body: dict[str, Any]) -> Arrival:
    return sending.ask(where, body)
