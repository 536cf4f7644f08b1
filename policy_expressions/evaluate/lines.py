"""The line protocol of `eval --jsonl`: one question a line, one answer a line.

A line is {"id", "expr" or "body", "context"}: `expr` is what stands in `@( )`, `body` what stands
in `@{ }`, and `schema.py` tells the form of the context. The answer is one line of JSON:

    {"id", "ok": true, "type", "text"[, "json"][, "trace"]}
    {"id", "ok": false, "stage", "error", "message"}

stage is `compile` where C# refuses the expression, `run` where it throws, `unsupported` where .NET
may well answer but this evaluator does not, `input` where the line itself is no such question.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Optional, TextIO

from policy_expressions.context import Limits
from policy_expressions.errors import ExpressionError
from policy_expressions.evaluate.checks import ContextError
from policy_expressions.evaluate.context import build_context, laid
from policy_expressions.evaluate.outcome import Outcome, outcome, refusal
from policy_expressions.program import translate

_KEYS = ("id", "expr", "body", "context", "missingVariable", "newline")


def run(
    source: Iterable[str],
    target: TextIO,
    limits: Optional[Limits] = None,
    defaults: Optional[Mapping[str, Any]] = None,
) -> None:
    """Answer each line of the source at once, in order: one line each, flushed."""
    for answer in answers(source, limits, defaults):
        target.write(answer)
        target.flush()


def answers(
    lines: Iterable[str],
    limits: Optional[Limits] = None,
    defaults: Optional[Mapping[str, Any]] = None,
) -> Iterator[str]:
    """Yield the answer to each line that is not blank, with its line feed.

    defaults: top-level keys of a context for questions that do not give them.
    """
    for line in lines:
        if line.strip():
            answer = _answer(line, limits or Limits(), defaults or {})
            yield json.dumps(answer, ensure_ascii=True, separators=(",", ":")) + "\n"


def _answer(line: str, limits: Limits, defaults: Mapping[str, Any]) -> dict[str, Any]:
    identity = None
    try:
        question = _question(line)
        identity = question.get("id")
        source, is_block = _source(question)
        given: dict[str, Any] = {
            key: question[key] for key in ("missingVariable", "newline") if key in question
        }
        over = laid(laid(defaults, question.get("context") or {}), given)
        context = build_context(over, limits)
    except ContextError as fault:
        return _failure(identity, "input", fault.path or "line", fault.reason)
    try:
        return {"id": identity, **_told(outcome(translate(source, is_block), context))}
    except ExpressionError as refused:
        return {"id": identity, **_told(refusal(refused))}
    except Exception:  # a fault of ours: told, and the other lines get their answers
        text = "this expression is one it does not know how to answer: please report it"
        return _failure(identity, "unsupported", "a fault of this evaluator", text)


def _question(line: str) -> dict[str, Any]:
    if any("\udc80" <= char <= "\udcff" for char in line):
        raise ContextError("", "the line is no UTF-8")
    try:
        question = json.loads(line)
    except ValueError as fault:
        where = f" at column {fault.colno}" if isinstance(fault, json.JSONDecodeError) else ""
        raise ContextError("", f"the line is no JSON{where}") from None
    except RecursionError:
        raise ContextError("", "the JSON is nested too deeply") from None
    if not isinstance(question, dict):
        raise ContextError("", "a line must be a JSON object with id, expr or body, and context")
    for key in question:
        close = get_close_matches(key, _KEYS, 1, 0.8)
        if close and key not in _KEYS:
            raise ContextError(key, f"there is no such key: did you mean {close[0]}?")
    if not isinstance(question.get("context") or {}, dict):
        raise ContextError("context", "should be an object")
    return question


def _source(question: Mapping[str, Any]) -> tuple[str, bool]:
    """Return what is to be evaluated, and whether it is a block."""
    given = [key for key in ("expr", "body") if isinstance(question.get(key), str)]
    if len(given) != 1:
        raise ContextError("", "a line needs either expr or body, as a string")
    text: str = question[given[0]]
    if text.lstrip().startswith(("@(", "@{")):
        raise ContextError(given[0], "give what stands between @( ) or @{ }, without them")
    return text, given[0] == "body"


def _failure(identity: Any, stage: str, error: str, message: str) -> dict[str, Any]:
    return {"id": identity, "ok": False, "stage": stage, "error": error, "message": message}


def _told(found: Outcome) -> dict[str, Any]:
    if found.value is None:
        told: dict[str, Any] = {
            "ok": False,
            "stage": found.stage,
            "error": found.error,
            "message": found.message,
        }
    else:
        told = {"ok": True, "type": found.value.type, "text": found.value.text}
        if found.value.json is not None:
            told["json"] = found.value.json
    if found.traces:
        told["trace"] = list(found.traces)
    return told
