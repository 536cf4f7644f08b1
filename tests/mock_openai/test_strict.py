from __future__ import annotations

import json
from typing import Any

import pytest

from mock_openai import strict
from mock_openai.errors import RefusedError


def thing(properties: Any, **more: Any) -> dict[str, Any]:
    known = {"required": list(properties), "additionalProperties": False, **more}
    return {"type": "object", "properties": properties, **known}


def deep(levels: int) -> dict[str, Any]:
    return thing({"a": deep(levels - 1) if levels > 1 else {"type": "string"}})


def refusal(schema: Any, strictly: bool = True) -> str:
    with pytest.raises(RefusedError) as caught:
        strict.check(schema, strictly, "response_format 'X'", "place", "bad schema")
    error = json.loads(caught.value.body())["error"]
    assert (error["param"], error["code"]) == ("place", None)
    return str(error["message"]).removeprefix("Invalid schema for response_format 'X': ")


@pytest.mark.parametrize(
    "schema",
    [
        thing({}),
        thing({"a": {"type": ["string", "null"]}, "b": {"enum": [1, 2]}}),
        thing({"a": {"type": "array", "items": thing({"b": {"anyOf": [{"type": "null"}]}})}}),
        thing({"a": {"$ref": "#/$defs/c"}}, **{"$defs": {"c": thing({})}}),
        deep(5),
    ],
)
def test_a_strict_schema_passes(schema: Any) -> None:
    strict.check(schema, True, "x", "place", "bad schema")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            thing({"a": {}}, additionalProperties=True),
            "In context=(), 'additionalProperties' is required to be supplied and to be false.",
        ),
        (
            {"type": "object", "properties": {}},
            "In context=(), 'additionalProperties' is required to be supplied and to be false.",
        ),
        (
            thing({"a": {}, "b": {}}, required=["a"]),
            "In context=(), 'required' is required to be supplied and to be an array including"
            " every key in properties. Missing 'b'.",
        ),
        (
            thing({"a": {"type": "array", "items": {"type": "object"}}}),
            "In context=('properties', 'a', 'items'), 'additionalProperties' is required to be"
            " supplied and to be false.",
        ),
        (thing({"a": {"allOf": []}}), "is not valid"),
        (
            thing({"a": {"oneOf": [{"type": "null"}]}}),
            "In context=('properties', 'a'), 'oneOf' is not permitted.",
        ),
        (
            {"type": "array", "items": {}},
            "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"array\"'.",
        ),
        (deep(6), "6 levels of nesting exceeds limit of 5."),
        (
            thing({f"p{n}": {"type": "null"} for n in range(101)}),
            "101 total object properties exceeds limit of 100.",
        ),
    ],
)
def test_what_a_strict_schema_may_not_have_is_told(schema: Any, message: str) -> None:
    told = refusal(schema)
    assert told == message or (message == "is not valid" and told)


@pytest.mark.parametrize(
    "schema", [{"type": "nothing"}, {"properties": []}, [], {"required": "a"}, {"enum": 1}]
)
def test_what_is_no_schema_is_refused_strict_or_not(schema: Any) -> None:
    assert refusal(schema, strictly=False)


def test_a_schema_that_is_not_strict_may_use_all_of_json_schema() -> None:
    strict.check({"oneOf": [{"not": {}}]}, False, "x", "place", "bad schema")
