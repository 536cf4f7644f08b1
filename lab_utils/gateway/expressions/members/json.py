"""Newtonsoft.Json: JObject, JArray, JValue, JProperty, JsonConvert."""

from __future__ import annotations

from lab_utils.gateway.expressions.json.tokens import JArray, JObject, JToken, JValue
from lab_utils.gateway.expressions.types import Definition

_LINQ = "Newtonsoft.Json.Linq"

DEFINITIONS = (
    Definition(
        f"class {_LINQ}.JToken",
        {"JToken this[object key]": JToken.item},
    ),
    Definition(
        f"class {_LINQ}.JObject : JToken",
        {"JToken this[string name]": JObject.item},
        python=JObject,
    ),
    Definition(
        f"class {_LINQ}.JArray : JToken", {"JToken this[int index]": JArray.item}, python=JArray
    ),
    Definition(f"class {_LINQ}.JValue : JToken", {}, python=JValue),
)
