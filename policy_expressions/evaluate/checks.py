"""What each value of a context file has to be: one check a form."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID


class ContextError(ValueError):
    """A context has a wrong form: path tells where, reason what is wanted."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path = path
        self.reason = reason


Check = Callable[[str, Any], None]


def refuse(path: str, value: Any, wanted: str) -> ContextError:
    shown = json.dumps(value, ensure_ascii=False)
    shown = shown if len(shown) <= 40 else f"{shown[:37]}..."
    return ContextError(path, f"{shown} should be {wanted}")


def is_text(path: str, value: Any) -> None:
    if value is not None and not isinstance(value, str):
        raise refuse(path, value, "a text")


def is_whole(path: str, value: Any) -> None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise refuse(path, value, "a whole number")


def is_number(path: str, value: Any) -> None:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise refuse(path, value, "a number")


def is_bool(path: str, value: Any) -> None:
    if value is not None and not isinstance(value, bool):
        raise refuse(path, value, "true or false")


def is_status(path: str, value: Any) -> None:
    is_whole(path, value)
    if value is None or not 100 <= value <= 999:
        raise refuse(path, value, "a status such as 429")


def is_url(path: str, value: Any) -> None:
    try:
        parts = urlsplit(value) if isinstance(value, str) else None
        whole = parts and parts.scheme in ("http", "https") and parts.hostname
        number = parts.port if parts else None
    except ValueError:
        whole = number = None
    if not whole or number == 0:
        raise refuse(path, value, "an address such as https://contoso.azure-api.net/a?b=c")


def is_optional_url(path: str, value: Any) -> None:
    if value:
        is_url(path, value)


def is_optional_moment(path: str, value: Any) -> None:
    if value is not None:
        is_moment(path, value)


def is_moment(path: str, value: Any) -> None:
    try:
        datetime.fromisoformat(value.replace("Z", "+00:00"))
    except (ValueError, AttributeError):
        raise refuse(path, value, "a moment such as 2024-01-02T03:04:05Z") from None


def is_guid(path: str, value: Any) -> None:
    try:
        UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise refuse(path, value, "a GUID such as 11111111-2222-3333-4444-555555555555") from None


def is_texts(path: str, value: Any) -> None:
    if value is not None and not (isinstance(value, list) and _all_texts(value)):
        example = json.dumps([value if isinstance(value, str) else "a"], ensure_ascii=False)
        raise refuse(path, value, f"a list of texts, such as {example}")


def _all_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def is_map(of: Check, example: str) -> Check:
    def check(path: str, value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, dict):
            raise refuse(path, value, f"an object such as {example}")
        for key, part in value.items():
            of(f"{path}.{key}", part)

    return check


def is_list(of: Check) -> Check:
    def check(path: str, value: Any) -> None:
        if value is None:
            return
        if not isinstance(value, list):
            raise refuse(path, value, "a list")
        for index, part in enumerate(value):
            of(f"{path}[{index}]", part)

    return check


def is_bytes(path: str, value: Any) -> None:
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise refuse(path, value, "bytes in base64") from None


def is_decimal(path: str, value: Any) -> None:
    try:
        float(value)
    except (TypeError, ValueError):
        raise refuse(path, value, "a number, perhaps as a text") from None


def is_anything(path: str, value: Any) -> None:
    pass
