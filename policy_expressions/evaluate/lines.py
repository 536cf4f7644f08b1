"""The line protocol of `eval --jsonl`: one question a line, one answer a line.

A line is {"id", "expr" or "body", "context"}: `expr` is what stands in `@( )`, `body` what stands
in `@{ }`, and `context.py` tells the form of the context. The answer is one line of JSON:

    {"id", "ok": true, "type", "text"[, "json"]}
    {"id", "ok": false, "stage", "error", "message"}

stage is `compile` where C# refuses the expression, `run` where it throws, `unsupported` where .NET
may well answer but this evaluator does not, `input` where the line itself is no such question.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Optional, TextIO

from policy_expressions.context import Context, Limits
from policy_expressions.errors import (
    CompileError,
    ExpressionFailure,
    NotSupportedHere,
    UnsupportedError,
)
from policy_expressions.evaluate.context import build_context
from policy_expressions.json.tokens import JToken
from policy_expressions.json.writer import write
from policy_expressions.library import LIBRARY
from policy_expressions.program import translate
from policy_expressions.runtime.containers import (
    Anonymous,
    Array,
    Dictionary,
    List,
    Sequence,
)
from policy_expressions.runtime.run import Run
from policy_expressions.runtime.texts import text_of
from policy_expressions.runtime.values import characters


def run(source: Iterable[str], target: TextIO, limits: Optional[Limits] = None) -> None:
    """Answer each line of the source at once, in order: one line each, flushed."""
    for answer in answers(source, limits):
        target.write(answer)
        target.flush()


def answers(lines: Iterable[str], limits: Optional[Limits] = None) -> Iterator[str]:
    """Yield the answer to each line that is not blank, with its line feed."""
    for line in lines:
        if line.strip():
            answer = _answer(line, limits or Limits())
            yield json.dumps(answer, ensure_ascii=True, separators=(",", ":")) + "\n"


def _answer(line: str, limits: Limits) -> dict[str, Any]:
    identity = None
    try:
        if any("\udc80" <= char <= "\udcff" for char in line):
            raise ValueError("the line is no UTF-8")
        question = json.loads(line)
        if not isinstance(question, dict):
            raise ValueError("a line must be a JSON object with id, expr or body, and context")
        identity = question.get("id")
        source, is_block = _source(question)
        over = {key: question[key] for key in ("missingVariable",) if key in question}
        context = build_context({**(question.get("context") or {}), **over}, limits)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        return _failure(identity, "input", type(fault).__name__, str(fault))
    try:
        return {"id": identity, "ok": True, **_describe(source, is_block, context)}
    except CompileError as refused:
        return _failure(identity, "compile", refused.code, refused.message)
    except UnsupportedError as missing:
        return _failure(identity, "unsupported", missing.name, missing.reason)
    except NotSupportedHere as missing:
        return _failure(identity, "unsupported", missing.exception, missing.message)
    except ExpressionFailure as failure:
        return _failure(identity, "run", failure.exception, characters(failure.message))
    except Exception as fault:  # a fault of ours: told, and the other lines get their answers
        text = f"{type(fault).__name__}: {fault}"
        return _failure(identity, "unsupported", "a fault of this evaluator", text)


def _source(question: Mapping[str, Any]) -> tuple[str, bool]:
    """Return what is to be evaluated, and whether it is a block."""
    given = [key for key in ("expr", "body") if isinstance(question.get(key), str)]
    if len(given) != 1:
        raise ValueError("a line needs either expr or body, as a string")
    return question[given[0]], given[0] == "body"


def _failure(identity: Any, stage: str, error: str, message: str) -> dict[str, Any]:
    return {"id": identity, "ok": False, "stage": stage, "error": error, "message": message}


def _describe(source: str, is_block: bool, context: Context) -> dict[str, Any]:
    """Evaluate and return type, text and, where it differs from the text, JSON.

    Raises CompileError, UnsupportedError or ExpressionFailure.
    """
    state = Run(context, LIBRARY)
    value = translate(source, is_block).evaluate(state)
    if value is None:
        return {"type": "null", "text": None}
    if isinstance(value, Sequence):
        listed = characters(write(Array("object[]", value), state, indented=False))
        return {"type": "(iterator)", "text": "(iterator)", "json": listed}
    of = LIBRARY.type_of(value)
    kind = "(anonymous)" if isinstance(value, Anonymous) else of.display
    text = characters(text_of(state, value))
    found = {"type": kind, "text": text}
    if isinstance(value, (JToken, Array, List, Dictionary, Anonymous, bytearray)):
        shown = characters(write(value, state, indented=False))
        if shown != text:
            found["json"] = shown
    return found
