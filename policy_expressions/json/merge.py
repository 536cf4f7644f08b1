"""JContainer.Merge: puts the content of one token into another."""

from __future__ import annotations

from typing import Any

from policy_expressions.json.containers import JArray, JContainer, JObject, deep_equals
from policy_expressions.json.tokens import JToken

CONCAT, UNION, REPLACE, BY_INDEX = range(4)


class MergeSettings:
    """JsonMergeSettings: how arrays are merged, and whether a null replaces a value (1)."""

    type = "JsonMergeSettings"

    def __init__(self) -> None:
        self.arrays = CONCAT
        self.nulls = 0


def merge(target: JToken, content: Any, how: Any = None) -> None:
    """Merge an object into an object, an array into an array."""
    how = how or MergeSettings()
    if isinstance(target, JObject) and isinstance(content, JObject):
        for name, prop in content.properties.items():
            old = target.item(name)
            if isinstance(old, JContainer) and old.kind == prop.value.kind:
                merge(old, prop.value, how)
            elif old is None or prop.value.kind != "Null" or how.nulls:
                target.set_item(name, prop.value)
    elif isinstance(target, JArray) and isinstance(content, JArray):
        _merge_arrays(target, content, how)


def _merge_arrays(target: JArray, content: JArray, how: MergeSettings) -> None:
    if how.arrays == REPLACE:
        target.clear()
    for index, item in enumerate(content.items):
        known = how.arrays == UNION and any(deep_equals(item, old) for old in target.items)
        if how.arrays == BY_INDEX and index < len(target.items):
            if isinstance(target.items[index], JContainer):
                merge(target.items[index], item, how)
            else:
                target.set_item(index, item)
        elif not known:
            target.add(item)
