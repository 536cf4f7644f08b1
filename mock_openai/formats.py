"""The form of the answer that a call asks for: text, any JSON, or JSON by a schema.

Source: https://learn.microsoft.com/azure/ai-foundry/openai/how-to/structured-outputs
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from . import frontdoor, parameters, strict
from .errors import RefusedError
from .models import Model
from .validation import check
from .wire import Json

_BRACES = 50  # of a message that may begin a schema
SCHEMAS_SINCE = "2024-08-01-preview"


@dataclass(frozen=True)
class Format:
    """Hold a form: `text`, `json_object`, or `json_schema` with its schema."""

    kind: str
    schema: Any = None


TEXT = Format("text")


@dataclass(frozen=True)
class _Place:
    """Say where an API has the form: its name, and whether the schema lies in a level below."""

    name: str
    words: str  # how Azure calls where the prompt stands
    nested: bool


CHAT = _Place("response_format", "'messages'", nested=True)
RESPONSE = _Place("text.format", "Response input messages", nested=False)


def read(asked: Any, place: _Place, written: Iterable[str], model: Model, version: str) -> Format:
    """Read the form that a call asks for. Raises RefusedError."""
    if asked is None:
        return TEXT
    prefix = f"{place.name}."
    parameters.ITEM.check(place.name, asked)
    check(asked, parameters.FORMAT, prefix, known_only=False)
    if asked["type"] == "json_object":
        if not any("json" in text.lower() for text in written):
            name = "messages" if place.nested else "input"
            raise RefusedError("no word json", where=place.words, form=place.name, param=name)
        return Format("json_object", _schema_in(written))
    if asked["type"] == "text":
        return TEXT
    return _schema(asked, place, prefix, model, version)


def _schema_in(written: Iterable[str]) -> Any:
    """Return the first schema of an object that a message holds, as clients write it there.

    A model would follow it where nothing but JSON is asked for.
    """
    decoder = json.JSONDecoder()
    for text in written:
        at = text.find("{")
        for _ in range(_BRACES):
            if at < 0:
                break
            try:
                found, end = decoder.raw_decode(text, at)
            except (ValueError, RecursionError):
                found, end = None, at + 1
            if isinstance(found, dict) and isinstance(found.get("properties"), dict):
                return found
            at = text.find("{", end)
    return None


def _schema(asked: Json, place: _Place, prefix: str, model: Model, version: str) -> Format:
    if version != frontdoor.V1 and version < SCHEMAS_SINCE:
        raise RefusedError("schemas too new", since=SCHEMAS_SINCE)
    if not model.schemas:
        raise RefusedError("no schemas", param=place.name)
    told: Any = asked
    if place.nested:
        check(asked, parameters.NESTED_FORMAT, prefix, known_only=False)
        prefix, told = f"{prefix}json_schema.", asked["json_schema"]
    check(told, parameters.SCHEMA_FORMAT, prefix, known_only=False)
    schema = told.get("schema") or {}
    where = f"response_format '{told['name']}'"
    kind = "bad schema" if place.nested else "bad schema of a response"
    strict.check(schema, bool(told.get("strict")), where, f"{prefix}schema", kind)
    return Format("json_schema", schema)
