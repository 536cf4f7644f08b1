"""Reads JSON as Newtonsoft does: leniently, with its error texts, ISO dates turned into dates.

Valid JSON goes through Python's own parser; what that refuses is read again by TextReader, for what
Newtonsoft allows beyond the standard and for the exact place and text of an error.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn, Optional

from policy_expressions.json.containers import JArray, JObject, JProperty, Unread
from policy_expressions.json.literals import MAX_DIGITS, string, whole
from policy_expressions.json.text_reader import MAX_DEPTH, TextReader
from policy_expressions.json.tokens import JContainer, JToken, JValue
from policy_expressions.runtime.meter import paced, step
from policy_expressions.runtime.values import units

_CONTAINERS = frozenset((dict, list))


def parse(text: str, wanted: str = "JToken", all_of_it: bool = True, dates: bool = True) -> JToken:
    """Parse JSON; wanted is JObject, JArray or JToken.

    all_of_it: text after the value is an error, as it is for Parse but not for Load. Raises
    ExpressionFailure with Newtonsoft's text.
    """
    token = _fast(text, dates)
    if token is None or (wanted != "JToken" and type(token).__name__ != wanted):
        token = TextReader(text, dates).document(wanted, all_of_it)
    return token


def _fast(text: str, dates: bool) -> Optional[JToken]:
    """Read plain valid JSON; None when that needs more care."""
    try:
        _check_numbers(text)
        raw = _DECODER.decode(text)
        _check_depth(raw)
    except (ValueError, RecursionError):
        return None
    return _token(raw, dates)


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _check_numbers(text: str) -> None:
    """Raise ValueError if there may be a number of more than MAX_DIGITS digits."""
    part = MAX_DIGITS // 2  # such a number fills a whole part
    for at in range(0, len(text), part):
        if text[at : at + part].isdigit():
            raise ValueError(at)


def _check_depth(raw: Any) -> None:
    """Raise ValueError if containers stand in each other more than MAX_DEPTH deep."""
    level: list[Any] = [raw] if raw.__class__ in _CONTAINERS else []
    for _ in range(MAX_DEPTH):
        step()
        level = [
            inner
            for outer in level
            for inner in (outer.values() if outer.__class__ is dict else outer)
            if inner.__class__ in _CONTAINERS
        ]
        if not level:
            return
    raise ValueError(MAX_DEPTH)


def _token(raw: Any, dates: bool) -> JToken:
    """Make a token of what Python's parser gives, those inside when they are asked for."""
    kind = raw.__class__
    if kind is str:
        return string(units(raw)) if dates else JValue(units(raw), "String")
    if kind is dict:
        return JObject(unread=Unread(raw, dates, _properties))
    if kind is list:
        return JArray(unread=Unread(raw, dates, _items))
    return JValue(whole(raw)) if kind is int else JValue(raw)


def _properties(raw: dict[str, Any], dates: bool, owner: JContainer) -> dict[str, JProperty]:
    made = {}
    for name, inner in paced(raw.items()):
        held = JProperty.__new__(JProperty)
        held.parent = owner
        held.version = 0
        held.name = units(name)
        held.value = _token(inner, dates)
        held.value.parent = held
        made[held.name] = held
    return made


def _items(raw: list[Any], dates: bool, owner: JContainer) -> list[JToken]:
    made = []
    for inner in paced(raw):
        token = _token(inner, dates)
        token.parent = owner
        made.append(token)
    return made
