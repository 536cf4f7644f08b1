from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from mock_openai.schemas import sample

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "properties", "items", "enum", "default", "$ref", "anyOf"]),
            inner,
            max_size=4,
        )
    ),
)
NODE = {
    "type": "object",
    "properties": {
        "value": {"type": "integer"},
        "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
        "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
    },
    "required": ["value", "next", "children"],
    "additionalProperties": False,
}
SATISFIABLE = [
    {},
    True,
    {"type": ["string", "null"], "minLength": 30},
    {"type": "string", "minLength": 3, "maxLength": 4},
    {"type": "string", "pattern": r"^[A-Z]{3}-\d{4}$"},
    {"type": "string", "pattern": r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"},  # pydantic's Decimal
    {"type": "string", "pattern": "[^a]b+|(c)\\1?", "minLength": 20},
    {"type": "string", "format": "date-time"},
    {"type": "integer", "minimum": 10, "exclusiveMaximum": 12, "multipleOf": 11},
    {"type": "integer", "multipleOf": 0.5, "minimum": 3.2},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.001},
    {"type": "number", "multipleOf": 0.01, "minimum": 0.025},
    {"type": "number", "minimum": -5, "maximum": -4},
    {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 3},
    {"type": "array", "prefixItems": [{"type": "null"}, {"type": "boolean"}], "items": False},
    {"type": "array", "contains": {"const": 9}, "minContains": 2, "items": {"type": "integer"}},
    {"items": {"type": "boolean"}, "minItems": 4},
    {"type": "object", "minProperties": 3},
    {"type": "object", "maxProperties": 1, "properties": {"a": {}, "b": {}, "c": {}}},
    {"type": "object", "required": ["x"], "additionalProperties": {"type": "integer"}},
    {
        "type": "object",
        "patternProperties": {"^n_": {"type": "number"}},
        "additionalProperties": False,
        "minProperties": 2,
    },
    {"type": "object", "propertyNames": {"pattern": "^[A-Z]+$"}, "minProperties": 2},
    {
        "properties": {"card": {"type": "string"}, "address": {"type": "string"}},
        "dependentRequired": {"card": ["address"]},
        "required": ["card"],
    },
    {"anyOf": [False, {"type": "integer"}]},
    {"oneOf": [{"type": "integer"}, {"type": "integer", "minimum": 0}], "minimum": -9},
    {"allOf": [{"required": ["a"]}, {"properties": {"a": {"const": 1}}}]},
    {"allOf": [{"type": "integer", "minimum": 3}, {"type": "number", "maximum": 3}]},
    {"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 4]}]},
    {"type": "string", "not": {"const": "example"}},
    {"enum": ["a", 5], "type": "integer"},
    {"type": "integer", "default": "wrong"},
    {"type": "integer", "examples": [3], "maximum": 2},
    {"if": {"type": "string"}, "then": {"minLength": 9}, "else": {"minimum": 5}},
    {"$defs": {"node": NODE}, "$ref": "#/$defs/node"},
    {"definitions": {"a/b": {"type": "null"}}, "$ref": "#/definitions/a~1b"},
    {"type": "object", "properties": {"me": {"$ref": "#"}}},
    {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "null"}]},
]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "object", "properties": {"a": {"type": "integer"}}}, {"a": 1}),
        ({"type": "array", "items": {"type": "boolean"}}, [True]),
        ({"type": "string", "enum": ["red", "green"]}, "red"),
        ({"type": "string", "examples": ["Oslo"]}, "Oslo"),
        ({"type": "string", "default": ""}, ""),
        ({"const": 7}, 7),
        ({"type": ["string", "null"]}, "example"),
        ({"type": "object"}, {}),
        ({"type": "number"}, 1.5),
        (None, "example"),
    ],
)
def test_a_sample_is_what_the_schema_asks_for(schema: Any, value: Any) -> None:
    assert sample(schema) == value


@pytest.mark.parametrize("schema", SATISFIABLE, ids=json.dumps)
def test_a_sample_is_valid_and_the_same_each_time(schema: Any) -> None:
    value = sample(schema)
    validator = validator_for(schema, default=Draft202012Validator)
    assert list(validator(schema).iter_errors(value)) == []
    assert sample(schema) == value
    assert json.loads(json.dumps(value, allow_nan=False)) == value


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "minLength": 10**9},
        {"type": "string", "pattern": "((((a{999}){999}){999}){999})"},
        {"type": "string", "pattern": "^(a+)+$", "minLength": 3, "not": {"pattern": "^(a+)+$"}},
        {"type": "array", "minItems": 10**9},
        {"type": "object", "minProperties": 10**9},
        {"$ref": "#"},
        {"$ref": "https://example.com/schema"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}},
        {"type": "number", "minimum": 1e308, "maximum": -1e308},
        {
            "$ref": "#/$defs/0",
            "$defs": {
                str(n): {"anyOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2, "not": {}} for n in range(40)
            },
        },
        {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}},
    ],
    ids=lambda schema: re.sub(r"\W+", " ", json.dumps(schema))[:40],
)
def test_a_schema_that_asks_for_too_much_gets_something_soon(schema: Any) -> None:
    assert len(json.dumps(sample(schema))) < 200_000


def strict(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Make objects as strict schemas have them: all is required, nothing else allowed."""
    named = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), inner, max_size=4)
    return named.map(
        lambda properties: {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    )


LOW = st.integers(-50, 50)
STRICT = st.recursive(
    st.sampled_from([{"type": "string"}, {"type": "boolean"}, {"type": "null"}])
    | st.tuples(LOW, st.integers(0, 9)).map(
        lambda ends: {"type": "integer", "minimum": ends[0], "maximum": ends[0] + ends[1]}
    )
    | st.tuples(LOW, st.integers(1, 9)).map(
        lambda ends: {"type": "number", "exclusiveMinimum": ends[0], "multipleOf": ends[1] / 4}
    )
    | st.lists(st.text(max_size=3) | st.integers(), min_size=1, max_size=3).map(
        lambda values: {"enum": values}
    )
    | st.sampled_from(["^a+$", r"\d{2,5}", "^(x|yz)*$", "[A-F0-9]{8}"]).map(
        lambda pattern: {"type": "string", "pattern": pattern}
    ),
    lambda inner: (
        strict(inner)
        | st.lists(inner, min_size=1, max_size=3).map(lambda each: {"anyOf": each})
        | st.tuples(inner, st.integers(0, 3)).map(
            lambda of: {"type": "array", "items": of[0], "minItems": of[1]}
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(STRICT)
def test_any_schema_of_structured_output_gets_a_valid_sample(schema: Any) -> None:
    Draft202012Validator(schema).validate(sample(schema))


@settings(deadline=None)
@given(VALUES)
def test_any_value_in_place_of_a_schema_gets_a_sample(schema: Any) -> None:
    json.dumps(sample(schema))
