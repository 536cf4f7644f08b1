"""The functions of ARM templates that need nothing but their arguments.

https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
"""

from __future__ import annotations

import re
import uuid
from typing import Any, Callable

GUID_NAMESPACE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")  # Azure Resource Manager's
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
WORD = 0xFFFFFFFF


def unique_string(*values: str) -> str:
    """Return 13 characters that hash the values: MurmurHash over two lanes of 32 bits."""
    data = "-".join(values).encode("utf-8")
    low = high = 0
    whole = len(data) - len(data) % 8
    for at in range(0, whole, 8):
        low ^= _scramble(data[at : at + 4], 0x239B961B, 15, 0xAB0E9789)
        low = ((_rotate(low, 19) + high) * 5 + 0x561CCD1B) & WORD
        high ^= _scramble(data[at + 4 : at + 8], 0xAB0E9789, 17, 0x239B961B)
        high = ((_rotate(high, 13) + low) * 5 + 0x0BCAA747) & WORD
    low ^= _scramble(data[whole : whole + 4], 0x239B961B, 15, 0xAB0E9789) ^ len(data)
    high ^= _scramble(data[whole + 4 :], 0xAB0E9789, 17, 0x239B961B) ^ len(data)
    low = (low + high) & WORD
    high = (high + low) & WORD
    low, high = _finish(low), _finish(high)
    low = (low + high) & WORD
    number = ((high + low) & WORD) << 32 | low
    return "".join(ALPHABET[(number << 5 * i & (1 << 64) - 1) >> 59] for i in range(13))


def _rotate(value: int, by: int) -> int:
    return (value << by | value >> 32 - by) & WORD


def _scramble(data: bytes, first: int, turn: int, second: int) -> int:
    return _rotate(int.from_bytes(data, "little") * first & WORD, turn) * second & WORD


def _finish(value: int) -> int:
    value = (value ^ value >> 16) * 0x85EBCA6B & WORD
    value = (value ^ value >> 13) * 0xC2B2AE35 & WORD
    return value ^ value >> 16


def _format(text: str, *values: Any) -> str:
    return re.sub(r"\{(\d+)\}", lambda match: str(values[int(match.group(1))]), text)


def _try_get(value: Any, *keys: Any) -> Any:
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _merge(objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {key: value for item in objects for key, value in item.items()}


def _pairs(*values: Any) -> dict[str, Any]:
    return dict(zip(values[::2], values[1::2]))


PURE: dict[str, Callable[..., Any]] = {
    "coalesce": lambda *values: next((value for value in values if value is not None), None),
    "createArray": lambda *values: list(values),
    "createObject": _pairs,
    "equals": lambda one, other: one == other,
    "format": _format,
    "guid": lambda *values: str(uuid.uuid5(GUID_NAMESPACE, "-".join(values))),
    "length": len,
    "map": lambda values, function: [function(value) for value in values],
    "not": lambda value: not value,
    "null": lambda: None,
    "shallowMerge": _merge,
    "skip": lambda values, count: values[count:],
    "split": lambda text, separator: text.split(separator),
    "tryGet": _try_get,
    "uniqueString": unique_string,
}
