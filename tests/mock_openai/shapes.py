"""Reduces streams to their shape: framing, order of kinds, keys in order, types of values."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Optional

FIXTURES = Path(__file__).with_name("fixtures")
LITERAL = {"finish_reason", "object", "role", "severity", "status", "type"}  # as good as keys


class Framed(NamedTuple):
    """Hold one event: its name, empty in most APIs, and its JSON, or None for [DONE]."""

    name: str
    payload: Any


def fixture(name: str) -> Any:
    """Read a fixture, which is JSON."""
    return json.loads((FIXTURES / name).read_text(encoding="utf-8"))


def framed(stream: bytes) -> list[Framed]:
    """Split a stream into events; fails unless each is framed exactly as Azure frames it."""
    *blocks, rest = stream.decode("utf-8").split("\n\n")
    assert rest == ""
    return [_event(block) for block in blocks]


def _event(block: str) -> Framed:
    found = re.fullmatch(r"(?:event: (\S+)\n)?data: (.+)", block)
    assert found
    name, data = found[1] or "", found[2]
    if data == "[DONE]":
        return Framed(name, None)
    payload = json.loads(data)
    assert json.dumps(payload, ensure_ascii=False, separators=(",", ":")) == data
    return Framed(name, payload)


def shape(value: Any, key: str = "") -> Any:
    """Replace values by their types, but keep the order of keys, and values that are like keys."""
    if isinstance(value, dict):
        return [(name, shape(each, name)) for name, each in value.items()]
    if isinstance(value, list):
        return [shape(each) for each in value]
    if value is None or isinstance(value, bool) or key in LITERAL:
        return value
    if value == "" and key != "obfuscation":
        return value
    return "number" if isinstance(value, (int, float)) else "text"


def sequence(kinds: Iterable[str]) -> str:
    """Write kinds in a row; those that repeat have a star."""
    runs = [(kind, len(list(run))) for kind, run in itertools.groupby(kinds)]
    return " ".join(kind + ("*" if length > 1 else "") for kind, length in runs)


def chat_kind(event: Framed) -> str:
    """Tell the kind of a chunk of a chat completion."""
    return _kind_of_any(event) or _chat_kind(event.payload["choices"][0])


def completion_kind(event: Framed) -> str:
    """Tell the kind of a chunk of a legacy completion."""
    return _kind_of_any(event) or (
        "end" if event.payload["choices"][0]["finish_reason"] else "text"
    )


def _kind_of_any(event: Framed) -> Optional[str]:
    chunk = event.payload
    if chunk is None:
        return "done"
    if "choices" not in chunk:
        return "error"
    if chunk["choices"]:
        return None
    return "filter" if "prompt_filter_results" in chunk else "usage"


def _chat_kind(choice: dict[str, Any]) -> str:
    if "delta" not in choice:
        return "verdict"
    if choice["finish_reason"]:
        return "finish"
    if "role" in choice["delta"]:
        return "role"
    return "call" if "tool_calls" in choice["delta"] else "content"
