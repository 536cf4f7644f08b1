"""What a policy does to a streamed response: written once, read by gateway, check and docs."""

from __future__ import annotations

from dataclasses import dataclass

from apim_gateway.running.sections import OUTBOUND

PASSES = "passes"  # the response goes on as it comes
FORWARDS = "forwards"  # brings the response; buffer-response says how it is released
GATHERS = "gathers"  # the response goes on in windows of text; the policy's row says when
HOLDS = "holds"  # the response is read to its end before anything goes on
REPLACES = "replaces"  # another body takes the place of the response
ANSWERS = "answers"  # another response is sent, and no policy runs after it


@dataclass(frozen=True)
class Effect:
    """Say what becomes of a streamed response, in these sections and in no other.

    `unless` is an attribute and the text it has where the policy leaves a stream alone; `only`
    says in words when the effect comes at all, where that does not stand in the document.
    """

    kind: str
    text: str
    sections: tuple[str, ...] = (OUTBOUND,)
    unless: tuple[str, str] = ("", "")
    only: str = ""


STREAMS = Effect(PASSES, "the stream passes")
