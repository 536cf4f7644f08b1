"""Which expression is meant: one given as it is, or the one that stands on a line of a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from policy_expressions.evaluate.checks import ContextError
from policy_expressions.evaluate.streams import decoded
from policy_expressions.span import expression_end, expression_start, expression_text

_PLACE = re.compile(r"(?P<file>.+\.[A-Za-z]+):(?P<line>\d+)(?::(?P<column>\d+))?", re.DOTALL)
_NAMED = re.compile(r"\{\{([A-Za-z0-9._-]+)\}\}")


@dataclass(frozen=True)
class Found:
    """An expression, and where it begins: a file (empty for none), line and column from 1."""

    text: str
    file: str = ""
    line: int = 1
    column: int = 1

    def place(self, line: int, column: int) -> str:
        """Return a place in the expression as one in the file: `policy.xml:12:33`."""
        across = column + (self.column - 1 if line == 1 and column else 0)
        where = f"{self.line + line - 1}:{across}" if column else f"{self.line + line - 1}"
        return f"{self.file}:{where}" if self.file else where


def find(text: str, named_values: Mapping[str, str]) -> Found:
    """Return the expression that is meant.

    text: `@(...)`, `@{...}`, `FILE:LINE` or `FILE:LINE:COLUMN`. Raises ContextError where there is
    none, or several.
    """
    place = None if text.lstrip().startswith("@") else _PLACE.fullmatch(text)
    if place is None:
        return Found(_with_values(_checked(text), named_values))
    file, line = place["file"], int(place["line"])
    return _on_line(file, line, place["column"], named_values)


def _checked(text: str) -> str:
    stripped = text.strip()
    if not stripped.startswith(("@(", "@{")):
        shown = stripped if len(stripped) <= 40 else f"{stripped[:37]}..."
        reason = f"'{shown}' should be @(...), @{{...}} or FILE.xml:LINE; in a shell, within '...'"
        raise ContextError("expression", reason)
    return stripped


def _with_values(text: str, named_values: Mapping[str, str]) -> str:
    """Return the text with `{{name}}` filled in, as API Management does before it compiles."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in named_values:
            hint = f"give it with --named-value {found[1]}=VALUE"
            raise ContextError(f"{{{{{found[1]}}}}}", f"is a named value that is not known: {hint}")
        return named_values[found[1]]

    return _NAMED.sub(value, text)


def _on_line(file: str, line: int, column: Optional[str], named_values: Mapping[str, str]) -> Found:
    try:
        text = decoded(Path(file).read_bytes()).replace("\r\n", "\n")
    except OSError as fault:
        raise ContextError(file, f"cannot be read: {fault.strerror}") from None
    except UnicodeDecodeError:
        raise ContextError(file, "is neither UTF-8 nor UTF-16") from None
    every = _spans(text)
    spans = [span for span in every if span[0] <= line <= span[1]]
    if column:
        spans = [span for span in spans if _column(text, span[2]) <= int(column)][-1:]
    if not spans:
        near = sorted({span[0] for span in every}, key=lambda first: abs(first - line))[:3]
        hint = f": the nearest begin on line {', '.join(map(str, sorted(near)))}" if near else ""
        raise ContextError(f"{file}:{line}", f"no expression stands there{hint}")
    if len(spans) > 1:
        places = ", ".join(f"{file}:{first}:{_column(text, at)}" for first, _, at, _ in spans)
        raise ContextError(f"{file}:{line}", f"several expressions stand there: say {places}")
    first, _, start, end = spans[0]
    found = _with_values(expression_text(text[start:end]), named_values)
    return Found(found, file, first, _column(text, start))


def _spans(text: str) -> list[tuple[int, int, int, int]]:
    """Return first line, last line, start and end of each expression."""
    found, position = [], 0
    while (start := expression_start(text, position)) >= 0:
        end = expression_end(text, start)
        position = end or start + 2
        lines = text.count("\n", 0, start) + 1, text.count("\n", 0, end or start) + 1
        if end is not None:
            found.append((*lines, start, end))
    return found


def _column(text: str, at: int) -> int:
    return at - text.rfind("\n", 0, at)
