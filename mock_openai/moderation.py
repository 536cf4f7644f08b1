"""What Azure's content filters add to an answer, and what they take away.

The default filter judges each chunk before it is sent. The asynchronous one, a setting of the
deployment, lets the text pass at once and sends its verdicts later, in chunks of their own.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-streaming
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Callable, Optional

from . import parts, wire
from .answers import Answer
from .behaviour import Behaviour
from .models import HARMS, Model
from .parts import Part
from .wire import Json

BLOCKED = "content_filter"  # the finish_reason of an answer that a filter stopped
FAILED: Json = {
    "error": {"code": "content_filter_error", "message": "The contents are not filtered"}
}

_EVERY = 400  # characters between two verdicts of the asynchronous filter
_LAG = 60  # characters that are out but not judged yet


def verdicts(families: Iterable[str], filtered: str = "") -> Json:
    """Return the verdict of each family; all find nothing but the one named `filtered`."""
    return {family: _verdict(family, family == filtered) for family in families}


def _verdict(family: str, filtered: bool) -> Json:
    if family in HARMS:
        return {"filtered": filtered, "severity": "medium" if filtered else "safe"}
    return {"detected": filtered, "filtered": filtered}


def prompt_filter_results() -> list[Json]:
    """Return the verdict on the prompt; here, unlike elsewhere, keys are not alphabetical."""
    found = verdicts(("hate", "jailbreak", "self_harm", "sexual", "violence"))
    return [{"prompt_index": 0, "content_filter_results": found}]


def final(behaviour: Behaviour, model: Model) -> tuple[Json, bool]:
    """Return the verdict on an answer in one piece, and whether it blocks the answer."""
    if behaviour.moderation == "failed":
        return FAILED, False
    if behaviour.moderation in ("blocked", "asynchronous blocked", "asynchronous late"):
        return _blocking(model.families), True
    if behaviour.moderation == "asynchronous blocklist":
        return {**verdicts(model.families), "custom_blocklists": _LISTED}, True
    return verdicts(model.families), False


def moderated(
    answers: Iterable[Answer], behaviour: Behaviour, model: Model, prompt_length: int = 0
) -> Iterator[Part]:
    """Yield the parts of a streamed answer with what the filter does to them.

    Where the behaviour wants an error in the stream, they end in mid-answer.
    """
    apart = parts.taken_apart(answers)
    if behaviour.ending:
        apart = parts.first(apart, behaviour.after)
    by = _Filter(model.families, prompt_length, behaviour.after, model.judged_end)
    return MODERATIONS[behaviour.moderation](apart, by)


@dataclass(frozen=True)
class _Filter:
    """Hold what a filter works on; `prompt_length` is in characters."""

    families: tuple[str, ...]
    prompt_length: int
    after: int  # tokens that pass before the filter stops the answer
    judged_end: bool  # the finish chunk may have verdicts, too


def _default(apart: Iterable[Part], by: _Filter) -> Iterator[Part]:
    return _each(apart, verdicts(by.families), by.judged_end)


def _each(apart: Iterable[Part], found: Json, judged_end: bool = False) -> Iterator[Part]:
    nothing: Json = {}
    texts: dict[int, int] = {}  # of each choice
    for part in apart:
        texts[part.choice] = texts.get(part.choice, 0) + bool(part.text)
        # About every other recorded finish of such a model has them; nothing tells which.
        end = judged_end and part.finish and texts[part.choice] % 2
        yield part.judged(found if part.text or end else nothing)


def _failed(apart: Iterable[Part], _: _Filter) -> Iterator[Part]:
    return _each(apart, FAILED)


def _blocked(apart: Iterable[Part], by: _Filter) -> Iterator[Part]:
    seen = 0
    for part in _default(apart, by):
        seen += part.tokens
        if seen > by.after or part.finish:
            verdict = _blocking(by.families)
            yield Part(part.choice, wire.FINISH, {}, finish=BLOCKED, verdict=verdict)
            return
        yield part


def _asynchronous(apart: Iterable[Part], by: _Filter, filtered: str = "") -> Iterator[Part]:
    out: dict[int, int] = {}  # characters sent of each choice
    judged: dict[int, int] = {}  # those of them that a verdict was about
    for part in apart:
        yield part
        index = part.choice
        out[index] = out.get(index, 0) + len(part.text)
        if part.finish:
            for families in _FAMILIES:
                yield _annotation(by, index, out[index], _found(families, filtered))
        elif out[index] - judged.get(index, 0) >= _EVERY + _LAG:
            judged[index] = out[index] - _LAG
            yield _annotation(by, index, judged[index], _found(_BLOCKLISTS))


def _asynchronous_late(apart: Iterable[Part], by: _Filter) -> Iterator[Part]:
    return _asynchronous(apart, by, filtered="violence")


def _asynchronous_blocklist(apart: Iterable[Part], by: _Filter) -> Iterator[Part]:
    return _asynchronous(apart, by, filtered="custom_blocklists")


def _asynchronous_blocked(apart: Iterable[Part], by: _Filter) -> Iterator[Part]:
    seen = length = 0
    for part in _asynchronous(apart, by):
        seen += part.tokens
        if seen > by.after or part.finish:
            found = _found(HARMS, "violence")
            yield _annotation(by, part.choice, max(length - _LAG, 0), found, BLOCKED)
            return
        length += len(part.text)
        yield part


# The verdicts that follow the end of an answer, in the order recorded.
_BLOCKLISTS = ("custom_blocklists",)
_FAMILIES = (("protected_material_code",), _BLOCKLISTS, ("protected_material_text",), HARMS)


_LISTED = [{"filtered": True, "id": "mock"}]  # the blocklists that a word was on


def _found(families: tuple[str, ...], filtered: str = "") -> Json:
    if families == _BLOCKLISTS:
        return {"custom_blocklists": _LISTED if filtered == "custom_blocklists" else []}
    return verdicts(families, filtered)


def _blocking(families: tuple[str, ...]) -> Json:
    """Return the verdict that stops an answer: on all that judges the model, and on all harms."""
    return verdicts(sorted({*families, *HARMS}), "violence")


def _annotation(
    by: _Filter, index: int, checked: int, found: Json, finish: Optional[str] = None
) -> Part:
    start = by.prompt_length
    offsets = {"check_offset": start, "start_offset": start, "end_offset": start + checked}
    return Part(index, wire.ANNOTATION, finish=finish, verdict=found, offsets=offsets)


MODERATIONS: Mapping[str, Callable[[Iterable[Part], _Filter], Iterator[Part]]] = {
    "default": _default,
    "blocked": _blocked,
    "failed": _failed,
    "asynchronous": _asynchronous,
    "asynchronous blocked": _asynchronous_blocked,
    "asynchronous late": _asynchronous_late,
    "asynchronous blocklist": _asynchronous_blocklist,
}
