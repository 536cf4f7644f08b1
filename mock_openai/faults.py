"""What becomes of paced events on their way out: held back, cut up, or never sent.

A fault knows kinds, tokens and silences of events, not what is written in them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Callable

from . import wire
from .behaviour import Behaviour
from .wire import Event

Fault = Callable[[Iterator[Event], Behaviour], Iterator[Event]]


def _burst(events: Iterator[Event], how: Behaviour) -> Iterator[Event]:
    held: list[Event] = []
    tokens = 0
    for event in events:
        held.append(event)
        tokens += event.tokens
        if event.kind == wire.PROMPT_FILTER or tokens >= how.size:
            yield from _together(held)
            held, tokens = [], 0
    yield from _together(held)


def _buffered(events: Iterator[Event], _: Behaviour) -> Iterator[Event]:
    return _together(list(events))


def _together(events: list[Event]) -> Iterator[Event]:
    for position, event in enumerate(events):
        yield event._replace(wait=0.0 if position else sum(each.wait for each in events))


def _split(events: Iterator[Event], how: Behaviour) -> Iterator[Event]:
    for event in events:
        *starts, last = range(0, len(event.data), how.bytes)
        for start in starts:
            piece = event.data[start : start + how.bytes]
            yield Event(wire.PIECE, piece, wait=0.0 if start else event.wait)
        yield event._replace(data=event.data[last:], wait=0.0 if starts else event.wait)


def _without_done(events: Iterator[Event], _: Behaviour) -> Iterator[Event]:
    return (event for event in events if event.kind != wire.LAST)


def _broken_utf8(events: Iterator[Event], _: Behaviour) -> Iterator[Event]:
    for event in events:
        cut = next((at for at, byte in enumerate(event.data) if byte >= 0x80), None)
        if cut is not None:
            yield event._replace(data=event.data[: cut + 1] + event.data[cut + 2 :])
            break
        yield event
    yield from events


def _at(
    events: Iterator[Event], after: int, then: Callable[[Event], Iterable[Event]]
) -> Iterator[Event]:
    """Let `after` tokens pass, then put in the place of the next event what `then` makes of it.

    An answer that is shorter meets its fault before it ends.
    """
    seen = 0
    for event in events:
        seen += event.tokens
        if seen > after or event.kind in (wire.FINISH, wire.LAST):
            yield from then(event)
            return
        yield event


def _drop(events: Iterator[Event], how: Behaviour) -> Iterator[Event]:
    return _at(events, how.after, lambda _: [Event(wire.DROP, b"")])


def _reset(events: Iterator[Event], how: Behaviour) -> Iterator[Event]:
    return _at(events, how.after, lambda _: [Event(wire.RESET, b"")])


def _no_finish(events: Iterator[Event], how: Behaviour) -> Iterator[Event]:
    return _at(events, how.after, lambda _: [])


def _stall(events: Iterator[Event], how: Behaviour) -> Iterator[Event]:
    def later(event: Event) -> Iterable[Event]:
        return itertools.chain([event._replace(wait=event.wait + how.seconds)], events)

    return _at(events, how.after, later)


FAULTS: Mapping[str, Fault] = {
    "burst": _burst,
    "buffered": _buffered,
    "split": _split,
    "no-done": _without_done,
    "broken-utf8": _broken_utf8,
    "drop": _drop,
    "reset": _reset,
    "no-finish": _no_finish,
    "stall": _stall,
}
