"""JContainer.Merge: puts the content of one token into another."""

from __future__ import annotations

from typing import Any

from policy_expressions.json.containers import JArray, JObject
from policy_expressions.json.tokens import JContainer, JToken


def merge(target: JToken, content: Any) -> None:
    """Merge an object into an object, an array into an array."""
    if isinstance(target, JObject) and isinstance(content, JObject):
        for name, prop in content.properties.items():
            old = target.item(name)
            if isinstance(old, JContainer) and old.kind == prop.value.kind:
                merge(old, prop.value)
            elif old is None or prop.value.kind != "Null":
                target.set_item(name, prop.value)
    elif isinstance(target, JArray) and isinstance(content, JArray):
        for item in list(content.items):
            target.add(item)
