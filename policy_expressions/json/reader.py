"""Reads JSON as Newtonsoft does: leniently, with its error texts, ISO dates turned into dates.

Valid JSON goes through Python's own parser; what that refuses is read again by TextReader, for what
Newtonsoft allows beyond the standard and for the exact place and text of an error.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn, Optional

from policy_expressions.json.containers import JArray, JObject, JProperty
from policy_expressions.json.literals import integer, string
from policy_expressions.json.text_reader import MAX_DEPTH, TextReader
from policy_expressions.json.tokens import JToken, JValue
from policy_expressions.runtime.meter import SMALL, paced, step
from policy_expressions.runtime.values import units

_DATE_HINT = re.compile(r'"(?:\d{4}-\d\d-\d\dT|\\?/Date\()')


def parse(text: str, wanted: str = "JToken", all_of_it: bool = True, dates: bool = True) -> JToken:
    """Parse JSON; wanted is JObject, JArray or JToken.

    all_of_it: text after the value is an error, as it is for Parse but not for Load. Raises
    ExpressionFailure with Newtonsoft's text.
    """
    token = _fast(text, dates)
    if token is None or (wanted != "JToken" and type(token).__name__ != wanted):
        token = TextReader(text, dates).document(wanted, all_of_it)
    return token


class _Pairs(list):  # type: ignore[type-arg]
    """The properties of an object, to tell it from an array."""


def _fast(text: str, dates: bool) -> Optional[JToken]:
    """Read plain valid JSON; None when that needs more care."""
    try:
        raw = json.loads(text, object_pairs_hook=_Pairs, parse_constant=_refuse, parse_int=integer)
        has_dates = dates and _DATE_HINT.search(text) is not None
        return _build(raw, has_dates, text.isascii() and "\\u" not in text, 0)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _build(raw: Any, dates: bool, plain: bool, depth: int) -> JToken:
    """Make tokens of what Python's parser gives; written for speed."""
    kind = raw.__class__
    if (kind is _Pairs or kind is list) and len(raw) > SMALL:
        raw = paced(raw)
    if kind is _Pairs:
        if depth == MAX_DEPTH:
            raise ValueError(depth)
        step()
        made = JObject()
        properties = made.properties
        for name, inner in raw:
            token = _build(inner, dates, plain, depth + 1)
            if not plain:
                name = units(name)
            made_property = properties.get(name)
            if made_property is None:
                made_property = JProperty.__new__(JProperty)
                made_property.parent = made
                made_property.version = 0
                made_property.name = name
                properties[name] = made_property
            made_property.value = token
            token.parent = made_property
        return made
    if kind is list:
        if depth == MAX_DEPTH:
            raise ValueError(depth)
        step()
        array = JArray()
        array.items = [_build(inner, dates, plain, depth + 1) for inner in raw]
        for token in array.items:
            token.parent = array
        return array
    if kind is str:
        if not plain:
            raw = units(raw)
        if dates:
            return string(raw)
        return JValue(raw, "String")
    return JValue(raw)
