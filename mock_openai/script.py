"""Answers that are told beforehand: what the model says to which request.

A script is a list of rules. The first rule whose `when` fits a request, and that is not used up,
gives its answer; without one the mock answers as ever. A rule as JSON (or YAML):

    {"when": {"model": "gpt-4o", "prompt": "weather", "tool": "get_weather"},
     "calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}], "times": 1}

Instead of `calls`: `text`, `json` (an object that is written as compact JSON) or `refusal`; and
`scenario`, beside these or alone, as the header x-mock-scenario has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

from . import notation, wire
from .errors import OptionError
from .requests import Request

HEADER = "x-mock-answer"  # one rule in braces, or a text
_WHEN = ("model", "prompt", "tool")
_ANSWERS = ("text", "json", "refusal", "calls")
_KEYS = ("when", *_ANSWERS, "scenario", "times")


@dataclass(frozen=True)
class Scripted:
    """Hold one answer: what is not None takes the place of what the mock would say."""

    text: Optional[str] = None
    refusal: Optional[str] = None
    calls: tuple[tuple[str, str], ...] = ()  # name, arguments as JSON
    scenario: str = ""


@dataclass
class Rule:
    """Hold an answer, what it is for, and how often it may still be given; None: for ever."""

    answer: Scripted
    when: Mapping[str, str] = field(default_factory=dict)
    times: Optional[int] = None

    def fits(self, request: Request, deployment: str) -> bool:
        """Tell whether the rule is for a request: its model, a part of its prompt, a tool of it."""
        if self.times == 0:
            return False
        has = {
            "model": lambda wanted: wanted in (deployment, request.model),
            "prompt": lambda wanted: wanted.lower() in request.prompt.lower(),
            "tool": lambda wanted: wanted in [tool.name for tool in request.tools],
        }
        return all(has[name](wanted) for name, wanted in self.when.items())


class Script:
    """Hold rules in their order."""

    def __init__(self, rules: Sequence[Rule] = ()) -> None:
        self.rules = list(rules)

    def find(self, request: Request, deployment: str) -> Optional[Scripted]:
        """Return the answer for a request, None where no rule is for it."""
        for rule in self.rules:
            if rule.fits(request, deployment):
                if rule.times is not None:
                    rule.times -= 1
                return rule.answer
        return None


def load(path: Path) -> Script:
    """Read a file with a list of rules. Raises OptionError that names file, rule and fault."""
    read = notation.of_file(path, "a script is a list of rules")
    if not isinstance(read, list):
        raise OptionError(f"{path} holds no list: a script is a list of rules, [{{...}}, ...]")
    return Script([_rule(rule, f"{path}, rule {number}") for number, rule in enumerate(read, 1)])


def rule(given: Any) -> Rule:
    """Return one rule. Raises OptionError."""
    return _rule(given, "the rule")


def of_header(text: str) -> Scripted:
    """Return the answer that the header x-mock-answer gives. Raises OptionError."""
    if not text.lstrip().startswith("{"):
        return Scripted(text=text)
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        given = notation.of_yaml(text, HEADER, "a rule is JSON or YAML in braces", aliases=False)
    return _rule(given, HEADER).answer


def _rule(given: Any, where: str) -> Rule:
    if not isinstance(given, dict):
        raise OptionError(f"{where} is {_shown(given)}; a rule is an object with {_named(_KEYS)}")
    _known(given, _KEYS, where)
    answers = [name for name in _ANSWERS if name in given]
    if len(answers) > 1 or not (answers or given.get("scenario")):
        raise OptionError(f"{where} needs one of {_named(_ANSWERS)}, or a scenario")
    when, times = given.get("when", {}), given.get("times")
    if not isinstance(when, dict) or not all(isinstance(v, str) for v in when.values()):
        raise OptionError(f"{where}: when is {_shown(when)}; it takes texts for {_named(_WHEN)}")
    _known(when, _WHEN, f"{where}: when")
    if times is not None and not (isinstance(times, int) and times is not True and times > 0):
        raise OptionError(f"{where}: times is {_shown(times)}; it takes a number from 1 on")
    return Rule(_answer(given, where), when, times)


def _answer(given: Mapping[str, Any], where: str) -> Scripted:
    for name in ("text", "refusal", "scenario"):
        if not isinstance(given.get(name, ""), str):
            raise OptionError(f"{where}: {name} is {_shown(given[name])}; it takes a text")
    text = wire.compact(given["json"]) if "json" in given else given.get("text")
    calls = given.get("calls", [])
    if not isinstance(calls, list) or not all(
        isinstance(call, dict) and isinstance(call.get("name"), str) for call in calls
    ):
        raise OptionError(f"{where}: calls takes a list of {{name, arguments}}")
    told = tuple((call["name"], wire.compact(call.get("arguments", {}))) for call in calls)
    return Scripted(text, given.get("refusal"), told, given.get("scenario", ""))


def _known(given: Mapping[str, Any], names: Sequence[str], where: str) -> None:
    strange = [name for name in given if name not in names]
    if strange:
        raise OptionError(f"{where} has {strange[0]!r}; it takes {_named(names)}")


def _named(names: Sequence[str]) -> str:
    return ", ".join(names)


def _shown(value: Any) -> str:
    return json.dumps(value)[:60]
