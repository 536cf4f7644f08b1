"""What a streamed response may have become on its way, and what each outcome depends on.

Ways are a mapping from outcome to the conditions it needs, none where it is certain:

    {"streams": ()}                            after forward-request
    {"streams": ("not line 8",), "whole": ("line 8",)}   after a choose that reads the body there
"""

from __future__ import annotations

from collections.abc import Mapping

NONE = "none"  # no backend has answered yet
EMPTY = "empty"  # the body was taken and not given back
STREAMS, BLOCKS, WINDOWS = "streams", "blocks", "windows"
WHOLE, FAILS = "whole", "fails"
DEPENDS, UNKNOWN, REFUSED = "depends", "unknown", "refused"
VERDICTS = {
    STREAMS: "each chunk goes on as it comes",
    BLOCKS: "the stream goes on in blocks of 8 KB",
    WINDOWS: "the stream goes on in windows of text, each of which is judged first",
    WHOLE: "the response is held to its end and goes on in one piece",
    FAILS: "the client gets no stream: an error, an empty answer or another one",
    DEPENDS: "it depends on a condition in the document",
    UNKNOWN: "something that decides is not at hand",
    REFUSED: "API Management does not take the document",
}
Conditions = tuple[str, ...]
Ways = Mapping[str, Conditions]


def merge(first: Ways, second: Ways) -> Ways:
    """Return the ways of both; where an outcome is in both, with the fewer conditions."""
    merged = dict(first)
    for outcome, conditions in second.items():
        if outcome not in merged or len(conditions) < len(merged[outcome]):
            merged[outcome] = conditions
    return merged


def to(outcome: str, ways: Ways, *changed: str) -> Ways:
    """Return the ways with the `changed` outcomes (all, if none is named) become `outcome`."""
    result: Ways = {}
    for old, conditions in ways.items():
        new = outcome if not changed or old in changed else old
        result = merge(result, {new: conditions})
    return result


def under(condition: str, ways: Ways) -> Ways:
    """Return the ways as they are where a further condition holds."""
    return {outcome: (*conditions, condition) for outcome, conditions in ways.items()}


def verdict(ways: Ways) -> str:
    """Return the one verdict that stands for all the ways.

    Where nothing streams on any way, the surest of the others decides.
    """
    final = to(FAILS, ways, NONE, EMPTY)
    if len(final) == 1:
        return next(iter(final))
    if not {STREAMS, BLOCKS, WINDOWS} & set(final):
        known = [outcome for outcome in final if outcome != UNKNOWN]
        return min(known, key=lambda outcome: len(final[outcome]))
    return UNKNOWN if UNKNOWN in final else DEPENDS
