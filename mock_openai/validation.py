"""Checks a request's body against a table of parameters, as Azure OpenAI does: first fault wins."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Optional, Union

from .errors import RefusedError
from .wire import Json

_NAMES = {
    dict: "an object",
    list: "an array",
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    type(None): "null",
}


@dataclass(frozen=True)
class Parameter:
    """Describe what one parameter takes; `low` and `high` are inclusive."""

    types: tuple[type, ...]
    required: bool = False
    low: Optional[float] = None
    high: Optional[float] = None
    values: tuple[str, ...] = ()
    pattern: str = ""
    longest: Optional[int] = None  # characters

    def check(self, name: str, value: Any) -> None:
        """Raise RefusedError if `value` is not what the parameter called `name` takes."""
        if value is None and not self.required:
            return
        if not self._takes(value):
            wanted = "one of " if len(self.types) > 1 else ""
            wanted += " or ".join(_NAMES[kind] for kind in self.types)
            raise RefusedError("wrong type", param=name, wanted=wanted, got=_NAMES[type(value)])
        if value == [] and self.low is not None:
            raise RefusedError("empty array", param=name)
        if self.values and value not in self.values:
            raise RefusedError("wrong value", param=name, wanted=listed(self.values), got=value)
        if isinstance(value, str):
            self._check_text(name, value)
        if isinstance(value, (int, float)):
            self._check_range(name, value)

    def _check_text(self, name: str, value: str) -> None:
        if self.pattern and not re.fullmatch(self.pattern, value):
            raise RefusedError("wrong pattern", param=name, wanted=self.pattern)
        if self.longest is not None and len(value) > self.longest:
            most, got = str(self.longest), str(len(value))
            raise RefusedError("too long", param=name, most=most, got=got)

    def _takes(self, value: Any) -> bool:
        # bool is an int in Python, but true is no integer in JSON; 1 is a decimal there.
        kinds = (int, float) if float in self.types else self.types
        return type(value) in kinds

    def _check_range(self, name: str, value: Union[int, float]) -> None:
        noun = "decimal" if float in self.types else "integer"
        if self.low is not None and value < self.low:
            side, code, wanted = "below minimum", "below_min_value", f">= {self.low}"
        elif self.high is not None and value > self.high:
            side, code, wanted = "above maximum", "above_max_value", f"<= {self.high}"
        else:
            return
        raise RefusedError(
            "out of range",
            param=name,
            noun=noun,
            side=side,
            code=code,
            wanted=wanted,
            got=str(value),
        )


def listed(values: Sequence[str]) -> str:
    """Write values as Azure lists them: 'a', 'b', and 'c'."""
    *others, last = [f"'{each}'" for each in values]
    if not others:
        return last
    return f"{', '.join(others)}{',' if len(others) > 1 else ''} and {last}"


def load(raw: bytes) -> Json:
    """Parse a request's body, which must be one JSON object. Raises RefusedError."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # not UTF-8, not JSON, a giant number, too deep
        raise RefusedError("not json") from None
    if not isinstance(body, dict):
        raise RefusedError("not json")
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")  # Python would take NaN and Infinity


def check(
    body: Json, table: Mapping[str, Parameter], prefix: str = "", known_only: bool = True
) -> None:
    """Raise RefusedError for the first parameter that is unknown, missing or wrong."""
    for name in body:
        if known_only and name not in table:
            raise RefusedError("unknown parameter", param=prefix + name)
    for name, parameter in table.items():
        if parameter.required and name not in body:
            raise RefusedError("missing", param=prefix + name)
        parameter.check(prefix + name, body.get(name))
