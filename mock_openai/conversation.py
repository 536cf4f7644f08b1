"""Checks that the messages of a chat completion make a conversation, as Azure does."""

from __future__ import annotations

from typing import Any

from . import parameters
from .errors import RefusedError
from .validation import check as check_table
from .wire import Json


def check(messages: list[Json]) -> None:
    """Check parts of contents, and that each call of a tool and its result belong together.

    Raises RefusedError.
    """
    waiting: set[str] = set()  # ids of calls that have no result yet
    calls = False  # whether calls, and maybe some of their results, come just before
    for position, message in enumerate(messages):
        name = f"messages[{position}]"
        _check_content(name, message)
        if message["role"] == "tool":
            if not calls:
                raise RefusedError("tool without call", param=f"messages.[{position}].role")
            waiting.discard(str(message.get("tool_call_id")))
            continue
        _check_answered(position, waiting)
        waiting = set(_calls(name, message))
        calls = bool(waiting)
    _check_answered(len(messages), waiting)


def _check_answered(position: int, waiting: set[str]) -> None:
    if waiting:
        missing = ", ".join(sorted(waiting))
        raise RefusedError("call without result", param=f"messages.[{position}].role", ids=missing)


def _calls(name: str, message: Json) -> list[str]:
    if message["role"] != "assistant":
        return []
    ids = []
    for position, call in enumerate(message.get("tool_calls") or []):
        parameters.ITEM.check(f"{name}.tool_calls[{position}]", call)
        check_table(call, parameters.CALL, f"{name}.tool_calls[{position}].", known_only=False)
        ids.append(call["id"])
    return ids


def _check_content(name: str, message: Json) -> None:
    content: Any = message.get("content")
    if content is None:
        if message["role"] not in ("assistant", "function"):
            raise RefusedError("null content", param=f"{name}.content")
        return
    for position, part in enumerate(content if isinstance(content, list) else []):
        parameters.ITEM.check(f"{name}.content[{position}]", part)
        table = parameters.CONTENT_PART
        check_table(part, table, f"{name}.content[{position}].", known_only=False)
