"""What is compared of an answer: each look makes a value of it that does not change by itself."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from stream_probe import verdict as v

from . import question as q
from .answer import Answer

# Of the transport, the day and the place, not of the gateway's behaviour.
_OF_THE_WAY = {"date", "connection", "keep-alive", "server", "content-length", "transfer-encoding"}
_LEFT = {v.EVEN: "at once", v.BLOCKS: "in blocks of 8 KB", v.LATE: "whole, at the end"}
UNKNOWN = "cannot be told"
_PLACES = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I), "<guid>"),
    (re.compile(r"https?://[^/\s\"']+"), "<address>"),
    (re.compile(r"\b\d+(?= seconds?\b)"), "<n>"),
    (re.compile(r"\b(?<=in )\d\d:\d\d:\d\d\b"), "<hh:mm:ss>"),
)


def steady(text: str) -> str:
    """Return a text without what differs from run to run and from place to place.

    Example: `Try again in 58 seconds.` becomes `Try again in <n> seconds.`
    """
    for pattern, sign in _PLACES:
        text = pattern.sub(sign, text)
    return text


def _body(answer: Answer) -> Any:
    text = steady(answer.text)
    if text[:1] not in ("{", "["):  # a number or a null of an expression is a text
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _error(answer: Answer) -> Any:
    """Return what on-error was told, None where it did not run."""
    told = answer.headers.get("x-last-error")
    if told is None:
        return None
    try:
        return json.loads(steady(base64.b64decode(told, validate=True).decode("utf-8")))
    except (ValueError, binascii.Error, RecursionError):
        return "unreadable"


def _headers(answer: Answer) -> list[str]:
    return sorted({name.lower() for name in answer.headers} - _OF_THE_WAY)


def _releases(answer: Answer) -> str:
    """Return how the text left the gateway, UNKNOWN where the service may have gathered it."""
    verdict = v.unsettled(v.judge(answer.arrival, answer.second))
    return _LEFT.get(verdict.cause, UNKNOWN)


def _ending(answer: Answer) -> str:
    arrival = answer.arrival
    if arrival.broken:
        return "cut"
    if not arrival.body:
        return "empty"
    return "done" if arrival.body.rstrip().endswith(b"data: [DONE]") else "other"


def _trace(answer: Answer) -> dict[str, list[str]]:
    """Return, by section, the sources that wrote in it, each once and in their order."""
    entries = answer.trace.get("traceEntries")
    if not isinstance(entries, dict):
        return {}
    return {
        section: list(dict.fromkeys(str(entry.get("source")) for entry in of_section))
        for section, of_section in entries.items()
    }


_LOOKS: Mapping[str, Callable[[Answer], Any]] = {
    q.STATUS: lambda answer: answer.status,
    q.REASON: lambda answer: answer.reason,
    q.BODY: _body,
    q.ERROR: _error,
    q.HEADERS: _headers,
    q.RELEASES: _releases,
    q.ENDING: _ending,
    q.ATTEMPTS: lambda answer: answer.headers.get("x-attempts"),
    q.TRACE: _trace,
}


def look(answer: Answer, looks: tuple[str, ...]) -> dict[str, Any]:
    """Return what each of `looks` makes of an answer; `header:NAME` is that header's value."""
    return {name: _one(answer, name) for name in looks}


def _one(answer: Answer, name: str) -> Any:
    kind, _, header = name.partition(":")
    if kind == "header":
        # Case-insensitive, as headers are.
        found = {key.lower(): value for key, value in answer.headers.items()}.get(header.lower())
        if header == "Retry-After" and found is not None:
            return "<n>" if found.isdigit() else "<date>"
        return None if found is None else steady(found)
    return _LOOKS[name](answer)
